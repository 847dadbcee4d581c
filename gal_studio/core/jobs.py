"""The rules of jobs: which moves of a job's state are legal, and how the queue is ordered."""

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Literal, get_args

from gal_studio.core.errors import StudioError
from gal_studio.core.types import JobState

Direction = Literal["up", "down", "first"]
Needs = Mapping[str, Collection[str]]
"""Each job with the jobs that must come before it; one that is not named needs nothing."""

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


def topological(order: Sequence[str], needs: Needs) -> tuple[str, ...]:
    """The same jobs in topological order, each behind what it needs; stable otherwise."""
    result: dict[str, None] = {}

    def place(job: str) -> None:
        for before in order:
            if before in needs.get(job, ()) and before not in result:
                place(before)
        result[job] = None

    for job in order:
        if job not in result:
            place(job)
    return tuple(result)


def moved(order: Sequence[str], needs: Needs, job: str, direction: Direction) -> tuple[str, ...]:
    """The order after one job went up, down or to the front.

    What it needs goes up with it, what needs it goes down with it. `order` has each job behind what it needs,
    and so has the result; a job that is not in it, or at the end already, changes nothing.
    """
    if direction not in get_args(Direction):
        raise StudioError(f"The job is to go {direction!r}: choose one of {', '.join(get_args(Direction))}.")
    if job not in order:
        return tuple(order)
    if direction == "down":
        needed_by = {one: [other for other in order if one in needs.get(other, ())] for one in order}
        return moved(order[::-1], needed_by, job, "up")[::-1]
    if direction == "first":
        block = _needed(job, needs) | {job}
        return tuple(sorted(order, key=lambda one: one not in block))
    return _one_up(order, needs, job)


def _one_up(order: Sequence[str], needs: Needs, job: str) -> tuple[str, ...]:
    """Swap the job, and what it needs right before it, with the one above them."""
    block, above = _needed(job, needs), order.index(job) - 1
    while above >= 0 and order[above] in block:
        above -= 1
    if above < 0:
        return tuple(order)
    end = order.index(job) + 1
    return (*order[:above], *order[above + 1 : end], order[above], *order[end:])


def _needed(job: str, needs: Needs) -> set[str]:
    """All that must come before a job, near and far."""
    found: set[str] = set()
    waiting = list(needs.get(job, ()))
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += needs.get(one, ())
    return found
