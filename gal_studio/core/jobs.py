"""Which moves of a job's state are legal; everything else is refused."""

from collections.abc import Mapping
from types import MappingProxyType

from gal_studio.core.errors import StudioError
from gal_studio.core.types import JobState

MOVES: Mapping[JobState, frozenset[JobState]] = MappingProxyType(
    {
        "queued": frozenset({"running", "paused", "stopped", "error"}),
        "running": frozenset({"pausing", "paused", "stopping", "interrupted", "completed", "error"}),
        "pausing": frozenset({"paused", "stopping", "interrupted", "completed", "error"}),
        "stopping": frozenset({"stopped", "interrupted", "completed", "error"}),
        "paused": frozenset({"queued", "stopped"}),
        "stopped": frozenset({"queued"}),
        "interrupted": frozenset({"queued", "stopped"}),
        "error": frozenset({"queued"}),
        "completed": frozenset(),
    }
)
WORKING: frozenset[JobState] = frozenset({"running", "pausing", "stopping"})  # a worker holds the job
ACTIVE: frozenset[JobState] = WORKING | {"queued"}  # it goes on by itself
RESUMABLE: frozenset[JobState] = frozenset({"paused", "stopped", "interrupted", "error"})


def moves(state: JobState) -> frozenset[JobState]:
    """The states to which a job in this state may move."""
    return MOVES[state]


def may_move(state: JobState, target: JobState) -> bool:
    """Whether a job in `state` may move to `target`."""
    return target in MOVES[state]


def check_move(state: JobState, target: JobState) -> None:
    """Refuse an illegal move in one sentence."""
    if may_move(state, target):
        return
    legal = ", ".join(sorted(MOVES[state]))
    hint = f"from there it can only become {legal}" if legal else "start a new job instead"
    raise StudioError(f"The job is {state} and cannot become {target}: {hint}.")
