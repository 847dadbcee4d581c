"""The order of what waits. A job moves; what it needs stays before it, and what needs it behind."""

from collections.abc import Collection, Mapping, Sequence
from typing import Literal, get_args

from gal_studio.core.errors import StudioError

Direction = Literal["up", "down", "first"]
Needs = Mapping[str, Collection[str]]
"""Each job with the jobs that must come before it; who is not named needs nothing."""


def settled(order: Sequence[str], needs: Needs) -> tuple[str, ...]:
    """The same jobs, each behind what it needs; otherwise as they stood."""
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
