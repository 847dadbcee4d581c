"""Verdicts and painted masks, with undo and redo."""

from collections.abc import Sequence

from gal_studio.core.errors import StudioError
from gal_studio.core.patchdpo.masks import UNTOUCHED, check_size
from gal_studio.core.types import Author, Verdict
from gal_studio.studio.create.references import Pixels, image_of, read_mask
from gal_studio.studio.verbs.base import Verbs
from gal_studio.studio.views import round


class DecisionVerbs(Verbs):
    """Decisions of a user or of a policy; each can be undone.

    Masks are pixels (height, width) of the size of their picture.
    """

    def decide(self, candidate_ids: Sequence[str], verdict: Verdict, author: Author = "human") -> None:
        """Give some candidates a verdict, as one step that one undo reverts."""
        with self.store.database.transaction():
            by_round: dict[str, list[tuple[str, Verdict]]] = {}
            for candidate_id in candidate_ids:
                by_round.setdefault(self.store.candidates.round_of(candidate_id), []).append(
                    (candidate_id, verdict)
                )
            for round_id, batch in by_round.items():
                self.store.decisions.record(round_id, batch, author)

    def accept_suggestion(self, round_id: str, author: Author = "sampler") -> tuple[str, ...]:
        """Accept the suggested candidates that are still undecided; returns their IDs."""
        with self.store.database.transaction():
            chosen = round.open_suggestions(self.store, round_id)
            self.decide(chosen, "accepted", author)
        return chosen

    def undo(self, round_id: str) -> tuple[str, ...]:
        """Undo the last decision of a round; returns the candidates that changed."""
        return self.store.decisions.undo(round_id)

    def redo(self, round_id: str) -> tuple[str, ...]:
        """Redo the decision that was undone last; returns the candidates that changed."""
        return self.store.decisions.redo(round_id)

    def accept_in_part(self, candidate_id: str, mask: Pixels, author: Author = "human") -> None:
        """Accept the white part of a candidate; only that part is learned."""
        candidate = self.store.candidates.get(candidate_id)
        part = read_mask(mask, self.store.images.picture(candidate.image).size)
        name = self.store.images.add_picture(part)
        round_id = self.store.candidates.round_of(candidate_id)
        self.store.decisions.record(round_id, [(candidate_id, "accepted")], author, {candidate_id: name})

    def paint(self, pair_id: str, painting: Pixels | None, author: Author = "human") -> None:
        """Correct the quality map of a pair: 0 bad, 255 good, 128 untouched; None removes the paint."""
        pair = self.store.refinements.pair(pair_id)
        if pair.generated_image is None:
            raise StudioError("The picture of this pair is not drawn yet: wait until it is, then paint.")
        name = None
        if painting is not None:
            image = image_of(painting)
            check_size("painting", image.size, self.store.images.picture(pair.generated_image).size)
            if (painting != UNTOUCHED).any():
                name = self.store.images.add_picture(image)
        self.store.refinements.paintings.add(pair.round_id, pair.id, name, author)

    def undo_painting(self, round_id: str) -> str | None:
        """Undo the last painting of a refinement; returns the pair that changed."""
        return next(iter(self.store.refinements.paintings.undo(round_id)), None)

    def redo_painting(self, round_id: str) -> str | None:
        """Redo the painting that was undone last; returns the pair that changed."""
        return next(iter(self.store.refinements.paintings.redo(round_id)), None)

    def set_reference_mask(self, reference_id: str, mask: Pixels | None, author: Author = "human") -> None:
        """Set where a reference shows its subject; None lets the studio find it."""
        reference = self.store.projects.reference(reference_id)
        name = None
        if mask is not None:
            size = self.store.images.picture(reference.image).size
            name = self.store.images.add_picture(read_mask(mask, size))
        self.store.projects.masks.add(reference_id, name, author)

    def undo_reference_mask(self, reference_id: str) -> bool:
        """Undo the last change of a reference's mask; returns whether there was one."""
        return bool(self.store.projects.masks.undo(self.store.projects.reference(reference_id).id))

    def redo_reference_mask(self, reference_id: str) -> bool:
        """Redo the change of a reference's mask that was undone last; returns whether there was one."""
        return bool(self.store.projects.masks.redo(self.store.projects.reference(reference_id).id))
