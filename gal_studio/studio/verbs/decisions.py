"""Verdicts, weights and painted masks, with undo and redo."""

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

from gal_studio.core import checks
from gal_studio.core.errors import StudioError
from gal_studio.core.types import Author, Verdict
from gal_studio.rounds import suggestions
from gal_studio.rounds.marks import MarkEffect, mark_effect
from gal_studio.state.files.content_store import write_whole
from gal_studio.studio.choices_table import choices_table
from gal_studio.studio.create.references import Pixels, read_mask
from gal_studio.studio.verbs.base import Verbs, by_hand
from gal_studio.studio.views.choices import RoundChoices, project_choices
from gal_studio.studio.views.history import HistoryStep, decision_history

LARGEST_WEIGHT = 1000.0
LONGEST_REASON = 500  # characters
LONGEST_TAG = 40


class DecisionVerbs(Verbs):
    """Decisions of a user or of a policy; each can be undone.

    Masks are pixels (height, width) of the size of their picture.
    """

    def decide(self, candidate_ids: Sequence[str], verdict: Verdict, author: Author = "human") -> None:
        """Give some candidates a verdict, as one step that one undo reverts."""
        with self.store.database.transaction():
            left = list(candidate_ids)
            while left:
                here = self.store.snapshots.of_candidate(left[0])
                self._refuse_by_hand(here.project.project.id)
                known = {tile.id for tile in here.tiles}
                batch = [(name, verdict) for name in left if name in known]
                suggestions.record_verdicts(self.store, here, batch, author)
                left = [name for name in left if name not in known]

    def tag(self, candidate_ids: Sequence[str], tag: str, on: bool = True) -> None:
        """Give pictures a tag of one's own, or take it off: it finds them again and changes nothing else."""
        wanted = " ".join(tag.split())
        if not wanted:
            raise StudioError("The tag is empty: write a word or two, such as “hands”.")
        checks.text("The tag", wanted, LONGEST_TAG)
        for name in candidate_ids:
            self.store.candidates.round_of(name)  # one that is not there is refused
        self.store.candidates.tag(candidate_ids, wanted, on)

    def mark_copies(self, candidate_ids: Sequence[str], copy: bool | None) -> None:
        """Say whether images are copies (Eq. G12); None leaves it to the detectors.

        It is one step of each round's history, which one undo reverts, and so in every copy of the round.
        Other images stay what they are until `count_marks`.
        """
        self.mark_each(dict.fromkeys(candidate_ids, copy))

    @by_hand("candidates")
    def mark_each(self, marks: Mapping[str, bool | None]) -> None:
        """Say of each image whether it is a copy, as `mark_copies` does of several at once."""
        self.store.marks.add(marks, "human")

    @by_hand("rounds")
    def count_marks(self, round_id: str) -> tuple[str, ...]:
        """Let the marks of a round's images move the chance of all others (Eq. G16), as one step.

        `mark_effect` says what that changes. Returns the images whose marks did not count before.
        """
        return self.store.marks.count(round_id, "human")

    def mark_effect(self, round_id: str) -> MarkEffect:
        """What `count_marks` would change."""
        return mark_effect(self.store, self.store.snapshots.round(round_id))

    def accept_suggestion(
        self, round_id: str, author: Author = "sampler", shown: Collection[str] | None = None
    ) -> tuple[str, ...]:
        """Accept the suggested candidates that are still undecided; returns their IDs.

        With `shown` only those that the person has seen: another may have taken a place meanwhile.
        """
        with self.store.database.transaction():
            here = self.store.snapshots.round(round_id)
            self._refuse_by_hand(here.project.project.id)
            open_ = suggestions.open_suggestions(here)
            chosen = tuple(each for each in open_ if shown is None or each in shown)
            suggestions.record_verdicts(self.store, here, [(name, "accepted") for name in chosen], author)
        return chosen

    @by_hand("rounds")
    def undo(self, round_id: str) -> tuple[str, ...]:
        """Undo the last decision of a round; returns the candidates that changed."""
        return self.store.history.undo(round_id)

    @by_hand("rounds")
    def redo(self, round_id: str) -> tuple[str, ...]:
        """Redo the decision that was undone last; returns the candidates that changed."""
        return self.store.history.redo(round_id)

    def history(self, round_id: str) -> tuple[HistoryStep, ...]:
        """The decisions of a round that stand, the oldest first, then those that can be redone."""
        return decision_history(self.store.snapshots.round(round_id))

    @by_hand("rounds")
    def go_to(self, round_id: str, step: int | None) -> tuple[str, ...]:
        """Undo or redo until this step of the history is the last; None: the beginning.

        Returns the candidates that changed.
        """
        if step is not None and not any(step in stack for stack in self.store.history.stacks(round_id)):
            raise StudioError("This step is no longer in the history: something else has been decided since.")
        return self.store.history.go_to(round_id, step)

    @by_hand("candidates")
    def set_weight(self, candidate_id: str, weight: float | None, author: Author = "human") -> None:
        """Set how much an accepted candidate counts in later trainings; None: as its round (Eq. G8)."""
        if weight is not None:
            checks.real("The weight", weight, 0.0, LARGEST_WEIGHT)
        round_id = self.store.candidates.round_of(candidate_id)
        with self.store.database.transaction():
            if candidate_id not in self.store.decisions.of_round(round_id).accepted:
                raise StudioError("Only an accepted image has a weight: accept it first.")
            self.store.decisions.set_weight(round_id, candidate_id, weight, author)

    def choices(self, project_id: str) -> tuple[RoundChoices, ...]:
        """What was chosen beside what was suggested, and the agreement of both in each round."""
        return project_choices(self.store, self.store.projects.get(project_id).id)

    def explain_choice(self, choice_id: int, round_id: str, reason: str) -> None:
        """Store why a person chose so; the newest reason counts."""
        if len(reason) > LONGEST_REASON:
            raise StudioError(f"The reason has {len(reason)} characters: at most {LONGEST_REASON} fit.")
        if choice_id not in {choice.id for choice in self.store.overrides.of_round(round_id)}:
            raise StudioError(f"There is no choice {choice_id!r} in this round.")
        checks.text("The reason", reason, 4000)
        self.store.overrides.explain(choice_id, reason.strip())

    def export_choices(self, project_id: str, path: Path) -> Path:
        """Write the log of choices as a table, by the ending of its name: .csv or .jsonl."""
        text = choices_table(self.choices(project_id), path.suffix.removeprefix("."))
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text.encode(), path.parent)
        return path

    @by_hand("candidates")
    def accept_in_part(self, candidate_id: str, mask: Pixels, author: Author = "human") -> None:
        """Accept the white part of a candidate; only that part is learned."""
        image = self.store.images.picture(self.store.candidates.image(candidate_id))
        part = read_mask(mask, image.size)
        name = self.store.images.add_picture(part)
        with self.store.database.transaction():
            here = self.store.snapshots.of_candidate(candidate_id)
            suggestions.record_verdicts(
                self.store, here, [(candidate_id, "accepted")], author, {candidate_id: name}
            )

    def set_reference_mask(self, reference_id: str, mask: Pixels | None, author: Author = "human") -> None:
        """Set where a reference shows its subject; None lets the studio find it."""
        masks, reference = self.store.projects.masks, self.store.projects.reference(reference_id)
        name = None
        if mask is not None:
            size = self.store.images.picture(reference.image).size
            name = self.store.images.add_picture(read_mask(mask, size))
        self._other_mask(reference_id, lambda one: masks.add(one, name, author))

    def undo_reference_mask(self, reference_id: str) -> bool:
        """Undo the last change of a reference's mask; returns whether there was one."""
        return self._other_mask(reference_id, self.store.projects.masks.undo)

    def redo_reference_mask(self, reference_id: str) -> bool:
        """Redo the change of a reference's mask that was undone last; returns whether there was one."""
        return self._other_mask(reference_id, self.store.projects.masks.redo)

    def _other_mask(self, reference_id: str, move: Callable[[str], object]) -> bool:
        """Go to an earlier or later mask; the heat maps of candidates were judged by the one before."""
        with self.store.database.transaction():
            before = self.store.projects.reference(reference_id).mask
            move(reference_id)
            changed = self.store.projects.reference(reference_id).mask != before
            if changed:
                self.store.refinements.forget_quality(reference_id)
        return changed
