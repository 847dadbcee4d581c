"""What was recorded of one line of rounds, from the first round down, so that it can be drawn again."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from gal_studio.core.errors import StudioError
from gal_studio.core.types import Round
from gal_studio.rounds import lineage
from gal_studio.state.store import Store
from gal_studio.state.tables.replays import RecordedDecision, RecordedRound


@dataclass(frozen=True)
class RecordedLine:
    """A line of fine-tuned rounds; `left_out` are clauses on what of it cannot be drawn again."""

    project_id: str
    last: str  # the ID of its last round
    rounds: tuple[RecordedRound, ...]
    left_out: tuple[str, ...]


def last_trained(store: Store, project_id: str, through: str | None = None) -> str:
    """The deepest trained round of a project, the newest of several.

    If `through` is given, of those below it; if there is none, the nearest one above it.
    """
    trained = [each for each in store.rounds.shown(project_id) if each.adapter is not None]
    below = [each for each in trained if through in (None, each.id) or _is_above(store, through, each.id)]
    above = [each for each in trained if through is not None and _is_above(store, each.id, through)]
    if not (below or above):
        raise StudioError("No round is trained yet, so nothing can be drawn again: press Fine-tune first.")
    return (below or above)[-1].id


def _is_above(store: Store, round_id: str | None, other_id: str) -> bool:
    return any(ancestor.id == round_id for ancestor in store.rounds.ancestors(other_id))


def record_line(store: Store, round_id: str) -> RecordedLine:
    """The rounds above this one and itself, as they stand now; of branches, only the line to this round.

    Refinements are left out with what was accepted in them. The decisions in the last round trained nothing
    of this line and are left out as well.
    """
    line = _line(store, round_id)
    if len(line) < 2:
        raise StudioError(
            "Replays differ by what is accepted between rounds, and this line has one trained round: "
            "train a second round first."
        )
    if not store.candidates.count(line[0].id):
        raise StudioError(
            f"Round {line[0].number} has no pictures, and a replay begins with drawing them: press Generate "
            "there."
        )
    _refuse_lost_references(store, line[0].project_id)
    rounds, taken = [], set[str]()
    for round_, after in zip(line, [*line[1:], None], strict=True):
        rounds.append(_record(store, round_, taken, with_decisions=after is not None))
        chosen = lineage.accepted_candidates(store, round_.id)
        taken |= {one.anchor_id for one in chosen if not one.own}
    left_out = tuple(_left_out(store, line, rounds))
    return RecordedLine(line[0].project_id, line[-1].id, tuple(rounds), left_out)


def _line(store: Store, round_id: str) -> list[Round]:
    """The fine-tuned rounds from the first one to this one, up to the last that was trained."""
    own = store.rounds.get(round_id)
    line = [each for each in (*store.rounds.ancestors(round_id), own) if each.kind == "fine_tune"]
    while line and store.rounds.trained_as(line[-1].id) is None:
        line.pop()
    return line


def _refuse_lost_references(store: Store, project_id: str) -> None:
    for place, reference in enumerate(store.projects.references(project_id), start=1):
        if not store.images.has(reference.image):
            raise StudioError(
                f"The picture of reference {place} is gone from the workspace, so the project cannot be "
                "drawn again: run gal-studio doctor on the workspace."
            )


def _record(store: Store, round_: Round, taken: set[str], with_decisions: bool) -> RecordedRound:
    anchors = store.projects.anchors(round_.project_id)
    drawn = {candidate.anchor_id for candidate in store.candidates.of_round(round_.id)}
    return RecordedRound(
        settings=store.rounds.settings(round_.id),
        prior_drawing=store.rounds.prior_drawing(round_.id),
        prompts=tuple(anchor.prompt for anchor in anchors if anchor.id in drawn | taken),
        decisions=_decisions(store, round_) if with_decisions else {},
    )


def _decisions(store: Store, round_: Round) -> dict[tuple[str, int], RecordedDecision]:
    """The verdicts of a round that stand, with painted parts and weights, in pool order."""
    verdicts = store.decisions.of_round(round_.id).verdicts
    masks, weights = store.decisions.of_round(round_.id).masks, store.decisions.of_round(round_.id).weights
    prompts = {
        anchor.id: (anchor.order, anchor.prompt) for anchor in store.projects.anchors(round_.project_id)
    }
    decided = [each for each in store.candidates.of_round(round_.id) if each.id in verdicts]
    return {
        (prompts[each.anchor_id][1], each.index): RecordedDecision(
            "accepted" if verdicts[each.id] == "accepted" else "rejected",
            each.image,
            masks.get(each.id),
            weights.get(each.id),
        )
        for each in sorted(decided, key=lambda each: (prompts[each.anchor_id][0], each.index))
    }


def _left_out(store: Store, line: list[Round], rounds: list[RecordedRound]) -> Iterator[str]:
    for round_, recorded, after in zip(line, rounds, line[1:], strict=False):
        own = sum(one.own for one in lineage.accepted_candidates(store, round_.id))
        if own:
            yield f"the {own} accepted picture{'s' * (own > 1)} of your own prompts in round {round_.number}"
        elif not recorded.accepted:
            yield f"nothing was accepted in round {round_.number}, so no policy accepts anything there"
        if after.parent_id != round_.id:
            yield _refinement(store, store.rounds.get(cast(str, after.parent_id)))
        elif not _is_trained_on_what_stands(store, after):
            yield (
                f"round {after.number} was trained before the decisions that stand now, which the replay "
                "follows"
            )
        marked = sum(one.marked_copy is not None for one in store.candidates.of_round(round_.id))
        if marked:
            marks = "mark of a copy" if marked == 1 else "marks of copies"
            yield f"the {marked} {marks} in round {round_.number}: the flags decide, and weights follow them"
    for round_, recorded in zip(line, rounds, strict=True):
        drawn, wanted = store.candidates.count(round_.id), recorded.settings.generation.candidates
        pool = len(set(each.anchor_id for each in store.candidates.of_round(round_.id)))
        if 0 < drawn < wanted * pool:
            yield f"round {round_.number} had {drawn} of {wanted * pool} pictures, and the replay draws all"


def _refinement(store: Store, node: Round) -> str:
    accepted = len(store.decisions.of_round(node.id).accepted)
    lost = ""
    if accepted:
        lost = f" with the {accepted} picture{'s' if accepted > 1 else ''} accepted in it"
    return (
        f"the refinement of round {node.number} is not drawn again{lost}, nor what was painted in its pairs"
    )


def _is_trained_on_what_stands(store: Store, round_: Round) -> bool:
    then = {(example.image, example.mask) for example in store.rounds.training_set(round_.id)}
    return then == {(example.image, example.mask) for example in lineage.training_set(store, round_.id)}
