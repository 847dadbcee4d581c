"""What a replay accepts in a round: what a policy takes, or what the person did."""

from collections.abc import Mapping

from gal_studio.core.errors import StudioError
from gal_studio.core.gal.policies.registry import HUMAN, NOTHING, SUGGESTION
from gal_studio.core.types import PicturePlace, Verdict
from gal_studio.research.replays.not_replayed import pictures_by_place
from gal_studio.research.replays.record import RecordedDecision, RecordedRound, Replay, replays_of
from gal_studio.rounds.suggestions import proposal
from gal_studio.state import Store


def decide(store: Store, round_id: str) -> None:
    """Accept in a round what the policy takes, or what the person did; unless that was done already.

    A policy accepts as many pictures as the person did in that round, so that all trainings have the same
    number of pictures and each is drawn as often (Eq. G9). The control accepts nothing.
    """
    replay, recorded = _recorded(store, round_id)
    if replay.policy == NOTHING or store.decisions.log(round_id) or not recorded.decisions:
        return
    with store.database.transaction():
        if replay.policy == HUMAN:
            _decide_as_recorded(store, round_id, recorded.decisions)
        elif recorded.accepted:
            batch: list[tuple[str, Verdict]] = [
                (name, "accepted") for name in _suggested(store, round_id, replay.policy, recorded.accepted)
            ]
            store.decisions.record(round_id, batch, "policy")


def _recorded(store: Store, round_id: str) -> tuple[Replay, RecordedRound]:
    round_ = store.rounds.get(round_id)
    replay, rounds = replays_of(store).get(round_.project_id), replays_of(store).rounds(round_.project_id)
    if replay is None or round_.number > len(rounds):
        raise StudioError("This round is not part of a replay: replay the project that it belongs to.")
    return replay, rounds[round_.number - 1]


def _suggested(store: Store, round_id: str, policy: str, count: int) -> list[str]:
    """What the page suggests in the round, or what another policy would, as many as the person accepted."""
    name = None if policy == SUGGESTION else policy
    made = proposal(store.snapshots.round(round_id, name), name, count).made
    return [suggestion.candidate_id for suggestion in made.suggestions]


def _decide_as_recorded(
    store: Store, round_id: str, decisions: Mapping[PicturePlace, RecordedDecision]
) -> None:
    """The person's verdicts on the pictures of the same prompts and seeds, with their weights.

    A painted part is kept only where the picture came out as the person saw it.
    """
    drawn = pictures_by_place(store.snapshots.round(round_id))
    made = {drawn[place]: decision for place, decision in decisions.items() if place in drawn}
    batch: list[tuple[str, Verdict]] = [(picture.id, decision.verdict) for picture, decision in made.items()]
    masks = {
        picture.id: decision.mask
        for picture, decision in made.items()
        if decision.mask is not None and picture.image == decision.seen
    }
    store.decisions.record(round_id, batch, "policy", masks)
    for picture, decision in made.items():
        if decision.verdict == "accepted" and decision.weight is not None:
            store.decisions.set_weight(round_id, picture.id, decision.weight, "policy")
