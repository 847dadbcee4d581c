"""Jobs: the legal transitions between states, and the order of the queue."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Literal, get_args

from gal_studio.core.errors import StudioError
from gal_studio.core.types import JobState

Direction = Literal["up", "down", "first"]
Dependencies = Mapping[str, Collection[str]]
"""The jobs that each job depends on; a job without a key depends on none."""

TRANSITIONS: Mapping[JobState, frozenset[JobState]] = {
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
WORKING: frozenset[JobState] = frozenset({"running", "pausing", "stopping"})  # a worker has claimed the job
ACTIVE: frozenset[JobState] = WORKING | {"queued"}  # it continues without the user
REQUESTED: frozenset[JobState] = (ACTIVE - {"stopping"}) | {"paused", "interrupted"}
"""The states in which a job that is requested again stays the same job."""
RESUMABLE: frozenset[JobState] = frozenset({"paused", "stopped", "interrupted", "error"})


def can_transition(state: JobState, target: JobState) -> bool:
    """Whether a job may go from `state` to `target`."""
    return target in TRANSITIONS[state]


def check_transition(state: JobState, target: JobState) -> None:
    """Refuse an illegal transition, naming the legal ones."""
    if can_transition(state, target):
        return
    legal = ", ".join(sorted(TRANSITIONS[state]))
    hint = f"from there it can only become {legal}" if legal else "start a new job instead"
    raise StudioError(f"The job is {state} and cannot become {target}: {hint}.")


def topological(order: Sequence[str], needs: Dependencies) -> tuple[str, ...]:
    """Sort the jobs topologically, each after its dependencies, and otherwise keep their order."""
    result: dict[str, None] = {}

    def append(job: str) -> None:
        for before in order:
            if before in needs.get(job, ()) and before not in result:
                append(before)
        result[job] = None

    for job in order:
        if job not in result:
            append(job)
    return tuple(result)


def reordered(order: Sequence[str], needs: Dependencies, job: str, direction: Direction) -> tuple[str, ...]:
    """Move one job up, down or to the front.

    Its dependencies move up with it, and its dependents down. `order` must be topologically sorted, and so
    is the result. A job that is not in `order`, or is already at the end, leaves it unchanged.
    """
    if direction not in get_args(Direction):
        raise StudioError(f"The direction is {direction!r}: choose one of {', '.join(get_args(Direction))}.")
    if job not in order:
        return tuple(order)
    if direction == "down":
        dependents = {one: [other for other in order if one in needs.get(other, ())] for one in order}
        return reordered(order[::-1], dependents, job, "up")[::-1]
    if direction == "first":
        block = _dependencies(job, needs) | {job}
        return tuple(sorted(order, key=lambda one: one not in block))
    return _one_up(order, needs, job)


def movable(order: Sequence[str], needs: Dependencies) -> dict[str, tuple[bool, bool]]:
    """Of each job, whether it can move up and down: whether `reordered` would change anything."""
    before = {job: _dependencies(job, needs).intersection(order) for job in order}
    after = Counter(one for found in before.values() for one in found)
    last = len(order) - 1
    return {job: (place > len(before[job]), last - place > after[job]) for place, job in enumerate(order)}


def _one_up(order: Sequence[str], needs: Dependencies, job: str) -> tuple[str, ...]:
    """Swap the job, together with the dependencies right above it, with the job above them."""
    block, above = _dependencies(job, needs), order.index(job) - 1
    while above >= 0 and order[above] in block:
        above -= 1
    if above < 0:
        return tuple(order)
    end = order.index(job) + 1
    return (*order[:above], *order[above + 1 : end], order[above], *order[end:])


def _dependencies(job: str, needs: Dependencies) -> set[str]:
    """All dependencies of a job, direct and indirect."""
    found: set[str] = set()
    pending = list(needs.get(job, ()))
    while pending:
        one = pending.pop()
        if one not in found:
            found.add(one)
            pending += needs.get(one, ())
    return found
