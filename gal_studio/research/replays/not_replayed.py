"""What a replay could not repeat."""

from collections.abc import Iterator

from gal_studio.core.gal.policies.registry import HUMAN, NOTHING
from gal_studio.core.records.candidate import Candidate
from gal_studio.core.snapshot import RoundSnapshot
from gal_studio.core.types import PicturePlace
from gal_studio.core.words import counted
from gal_studio.research.replays.record import RecordedRound, Replay, replays_of
from gal_studio.state.store import Store


def pictures_by_place(here: RoundSnapshot) -> dict[PicturePlace, Candidate]:
    """The candidates of a round by test prompt and number."""
    return {(here.project.prompts[each.anchor_id], each.index): each for each in here.candidates}


def not_replayed(store: Store, replay: Replay) -> str:
    """One sentence on what a replay cannot draw or decide again; empty if that is nothing."""
    clauses = [*replay.left_out]
    if replay.policy != NOTHING:
        clauses += (_changed if replay.policy == HUMAN else _not_found)(store, replay.project_id)
    return f"Not replayed: {'; '.join(clauses)}." if clauses else ""


def _decided_rounds(store: Store, project_id: str) -> Iterator[tuple[RoundSnapshot, RecordedRound]]:
    """The rounds of a replay in which it has decided, each with the recorded one."""
    rounds, recorded = store.snapshots.project(project_id).rounds, replays_of(store).rounds(project_id)
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
