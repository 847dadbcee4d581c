"""What a replay accepts in a round: what a policy takes, or what the person did."""

from collections.abc import Iterator, Mapping

from gal_studio.core.errors import StudioError
from gal_studio.core.gal.policies.registry import policy_words
from gal_studio.core.snapshot import RoundSnapshot
from gal_studio.core.types import Candidate, Verdict
from gal_studio.core.words import counted
from gal_studio.rounds.suggestions import proposal
from gal_studio.state.store import Store
from gal_studio.state.tables.replays import Place, RecordedDecision, RecordedRound, Replay

HUMAN, SUGGESTION = "human", "suggestion"


def replay_choices() -> dict[str, str]:
    """Whom a replay can follow, in words: the person, what the page suggests, and every policy."""
    return {HUMAN: "Your decisions", SUGGESTION: "Suggestions", **policy_words()}


def decide(store: Store, round_id: str) -> None:
    """Accept in a round what the policy takes, or what the person did; unless that was done already.

    A policy accepts as many pictures as the person did in that round, so that all trainings have the same
    number of pictures and each is drawn as often (Eq. G9).
    """
    replay, recorded = _recorded(store, round_id)
    if store.decisions.log(round_id) or not recorded.decisions:
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
    replay, rounds = store.replays.get(round_.project_id), store.replays.rounds(round_.project_id)
    if replay is None or round_.number > len(rounds):
        raise StudioError("This round is not part of a replay: replay the project that it belongs to.")
    return replay, rounds[round_.number - 1]


def _suggested(store: Store, round_id: str, policy: str, count: int) -> list[str]:
    """What the page suggests in the round, or what another policy would, as many as the person accepted."""
    name = None if policy == SUGGESTION else policy
    made = proposal(store.snapshots.round(round_id, name), name, count).made
    return [suggestion.candidate_id for suggestion in made.suggestions]


def _decide_as_recorded(store: Store, round_id: str, decisions: Mapping[Place, RecordedDecision]) -> None:
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


def pictures_by_place(here: RoundSnapshot) -> dict[Place, Candidate]:
    """The candidates of a round by test prompt and number."""
    return {(here.project.prompts[each.anchor_id], each.index): each for each in here.candidates}


def not_replayed(store: Store, replay: Replay) -> str:
    """One sentence on what a replay cannot draw or decide again; empty if that is nothing."""
    found = _changed if replay.policy == HUMAN else _not_found
    clauses = [*replay.left_out, *found(store, replay.project_id)]
    return f"Not replayed: {'; '.join(clauses)}." if clauses else ""


def _decided_rounds(store: Store, project_id: str) -> Iterator[tuple[RoundSnapshot, RecordedRound]]:
    """The rounds of a replay in which it has decided, each with the recorded one."""
    rounds, recorded = store.snapshots.project(project_id).rounds, store.replays.rounds(project_id)
    for here, known in zip(rounds, recorded, strict=False):
        if here.children:
            yield here, known


def _changed(store: Store, project_id: str) -> Iterator[str]:
    """Decisions of the person that could not be repeated as they were."""
    gone = changed = unpainted = 0
    for here, recorded in _decided_rounds(store, project_id):
        drawn = pictures_by_place(here)
        for place, made in recorded.decisions.items():
            is_same = place in drawn and drawn[place].image == made.seen
            gone += place not in drawn
            changed += place in drawn and not is_same
            unpainted += made.mask is not None and not is_same
    if gone:
        yield f"{counted(gone, 'decided image was', 'decided images were')} not generated again"
    if changed:
        words = counted(changed, "decided image", "decided images")
        yield f"{words} came out differently"
    if unpainted:
        words = counted(unpainted, "painted part", "painted parts")
        yield f"{words} no longer fitted, so whole images are trained on"


def _not_found(store: Store, project_id: str) -> Iterator[str]:
    """Rounds in which a policy found fewer pictures than the person accepted."""
    for here, recorded in _decided_rounds(store, project_id):
        accepted = len(here.decided.accepted)
        if accepted < recorded.accepted:
            yield (
                f"the strategy found {counted(accepted, 'image')} to accept in round "
                f"{here.round.number}, and you {recorded.accepted}"
            )
