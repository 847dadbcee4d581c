"""What was recorded of one line of rounds, from the first round down, so that it can be drawn again."""

from collections.abc import Iterator
from dataclasses import dataclass

from gal_studio.core.errors import StudioError
from gal_studio.core.snapshot import ProjectSnapshot, RoundSnapshot
from gal_studio.core.words import counted
from gal_studio.research.replays.record import RecordedDecision, RecordedRound
from gal_studio.rounds import lineage
from gal_studio.rounds.branches import not_aside
from gal_studio.state.store import Store


@dataclass(frozen=True)
class RecordedLine:
    """A line of fine-tuned rounds; `left_out` are clauses on what of it cannot be drawn again."""

    project_id: str
    last: str  # the ID of its last round
    rounds: tuple[RecordedRound, ...]
    left_out: tuple[str, ...]


def last_trained(project: ProjectSnapshot, through: str | None = None) -> str:
    """The deepest trained round of a project, the newest of several, in the main line if one was made that.

    If `through` is given, of those below it; if there is none, the nearest one above it.
    """
    trained = [each for each in not_aside(project) if each.round.adapter is not None]
    if through is not None:
        trained = [each for each in project.shown if each.round.adapter is not None]
        above = {each.id for each in project.round(through).ancestors}
        below = [each for each in trained if through in (each.id, *(one.id for one in each.ancestors))]
        trained = below or [each for each in trained if each.id in above]
    if not trained:
        raise StudioError("No round is trained yet, so nothing can be generated again: press Train first.")
    return trained[-1].id


def record_line(store: Store, round_id: str) -> RecordedLine:
    """The rounds above this one and itself, as they stand now; of branches, only the line to this round.

    Refinements are left out with what was accepted in them. The decisions in the last round trained nothing
    of this line and are left out as well.
    """
    project = store.snapshots.project(store.rounds.get(round_id).project_id)
    line = _line(project.round(round_id))
    if len(line) < 2:
        raise StudioError(
            "Replays differ by what is accepted between rounds, and this line has one trained round: "
            "train a second round first."
        )
    if not line[0].candidates:
        raise StudioError(
            f"Round {line[0].round.number} has no images, and a replay begins with generating them: press "
            "Generate there."
        )
    _refuse_lost_references(store, project.project.id)
    rounds, taken = [], set[str]()
    for here, after in zip(line, [*line[1:], None], strict=True):
        rounds.append(_record(here, taken, with_decisions=after is not None))
        taken |= {one.anchor_id for one in lineage.accepted_candidates(here) if not one.own}
    if not any(one.accepted for one in rounds):
        raise StudioError(
            "Nothing was accepted before the last round, so every replay would be the same: accept images in "
            "a round and train the next one."
        )
    left_out = tuple(_left_out(store, line, rounds))
    return RecordedLine(project.project.id, line[-1].id, tuple(rounds), left_out)


def _line(here: RoundSnapshot) -> list[RoundSnapshot]:
    """The fine-tuned rounds from the first one to this one, up to the last that was trained."""
    line = [each for each in (*here.ancestors, here) if each.variant.tunes and not each.round.source]
    while line and line[-1].round.trained_as is None:
        line.pop()
    return line


def _refuse_lost_references(store: Store, project_id: str) -> None:
    for place, reference in enumerate(store.projects.references(project_id), start=1):
        if not store.images.has(reference.image):
            raise StudioError(
                f"The image of reference {place} is gone from the workspace, so the project cannot be "
                "generated again: run gal-studio doctor on the workspace."
            )


def _record(here: RoundSnapshot, taken: set[str], with_decisions: bool) -> RecordedRound:
    drawn = {candidate.anchor_id for candidate in here.candidates}
    return RecordedRound(
        settings=here.settings,
        prior_drawing=here.round.prior_drawing,
        prompts=tuple(anchor.prompt for anchor in here.project.anchors if anchor.id in drawn | taken),
        decisions=_decisions(here) if with_decisions else {},
    )


def _decisions(here: RoundSnapshot) -> dict[tuple[str, int], RecordedDecision]:
    """The verdicts of a round that stand, with painted parts and weights, in pool order."""
    verdicts, prompts = here.decided.verdicts, here.project.prompts
    order = {anchor.id: anchor.order for anchor in here.project.anchors}
    decided = [each for each in here.candidates if each.id in verdicts]
    return {
        (prompts[each.anchor_id], each.index): RecordedDecision(
            "accepted" if verdicts[each.id] == "accepted" else "rejected",
            each.image,
            here.decided.masks.get(each.id),
            here.decided.weights.get(each.id),
        )
        for each in sorted(decided, key=lambda each: (order[each.anchor_id], each.index))
    }


def _left_out(store: Store, line: list[RoundSnapshot], rounds: list[RecordedRound]) -> Iterator[str]:
    before = line[0].parent
    if before is not None and before.decided.accepted:
        yield f"what was accepted in round {before.round.number}, which was generated without training"
    for here, recorded, after in zip(line, rounds, line[1:], strict=False):
        number = here.round.number
        own = sum(one.own for one in lineage.accepted_candidates(here))
        if own:
            yield f"the {counted(own, 'accepted image')} of your own prompts in round {number}"
        elif not recorded.accepted:
            yield f"nothing was accepted in round {number}, so no strategy accepts anything there"
        if after.parent is not None and after.parent != here:
            yield _refinement(after.parent)
        elif not _is_trained_on_what_stands(store, after):
            yield (
                f"round {after.round.number} was trained before the decisions that stand now, which the "
                "replay follows"
            )
        marked = sum(one.marked_copy is not None for one in here.candidates)
        if marked:
            marks = "mark of a copy" if marked == 1 else "marks of copies"
            yield f"the {marked} {marks} in round {number}: copy detection decides instead"
    for here, recorded in zip(line, rounds, strict=True):
        drawn, wanted = len(here.candidates), recorded.settings.generation.candidates
        pool = len({each.anchor_id for each in here.candidates})
        if here.record.asked:
            yield f"the images that you added in round {here.round.number}, unless you decided on them"
        if recorded.settings.generation.allocation == "fixed" and 0 < drawn < wanted * pool:
            yield (
                f"round {here.round.number} had {drawn} of {wanted * pool} images, and the replay "
                "generates all"
            )


def _refinement(node: RoundSnapshot) -> str:
    accepted, number = len(node.decided.accepted), node.round.number
    lost = ""
    if accepted:
        lost = f" with the {counted(accepted, 'image')} accepted in it"
    return f"the refinement of round {number} is not generated again{lost}, nor what was painted in its pairs"


def _is_trained_on_what_stands(store: Store, here: RoundSnapshot) -> bool:
    then = {
        (example.image, example.mask)
        for example in store.rounds.training_set(here.id)
        if not example.is_reference
    }
    return then == {(example.image, example.mask) for example in lineage.inherited_examples(here)}
