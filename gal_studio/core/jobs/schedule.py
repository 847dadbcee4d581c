"""Which job waits for which, whose turn is next, and which halted ones are offered: decided over a list."""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from gal_studio.core.jobs.kinds import JOB_KINDS, After, describe_job, is_background, is_small
from gal_studio.core.jobs.states import WORKING
from gal_studio.core.types import Job
from gal_studio.core.variants.variant import TRAININGS

FINISHED = frozenset({"completed", "stopped", "error"})
HALTED = frozenset({"paused", "interrupted", "stopped", "error"})
SMALL, NORMAL, BACKGROUND = 2, 1, 0
"""Priorities: what is small goes first, and every job before those of the background."""


def priority_of(kind: str) -> int:
    """The priority of a new job of this kind."""
    return SMALL if is_small(kind) else BACKGROUND if is_background(kind) else NORMAL


@dataclass(frozen=True)
class ListedJob:
    """A job with what its turn depends on.

    `parent_id` is the parent of its round, `number` counts requests, `is_latest` says that the same work was
    not requested again, `has_adapter` whether its round is trained, and `is_built_on` whether pictures were
    drawn in it, or another round starts from it.
    """

    job: Job
    parent_id: str | None
    worker_id: str | None
    priority: int
    rank: int
    number: int
    is_latest: bool
    has_adapter: bool
    is_built_on: bool

    @property
    def turn(self) -> tuple[int, int, int]:
        """Smaller ones come first: by priority, by rank, by request."""
        return -self.priority, self.rank, self.number


@dataclass(frozen=True)
class Schedule:
    """All jobs of a workspace that are unfinished or were halted, or all jobs of a project."""

    jobs: tuple[ListedJob, ...]

    def needed_by(self, later: ListedJob) -> Iterator[ListedJob]:
        """The unfinished jobs that a job waits for."""
        before = {(after.kind, _round_of(later, after)) for after in _afters(later)}
        for earlier in self.jobs if before else ():
            if (earlier.job.kind, earlier.job.round_id) in before and earlier.job.state not in FINISHED:
                yield earlier

    def is_blocked(self, one: ListedJob) -> bool:
        """Whether a queued job waits for another one."""
        return one.job.state == "queued" and any(self.needed_by(one))

    def waiting(self) -> tuple[ListedJob, ...]:
        """The queued jobs by their turn."""
        return tuple(sorted((one for one in self.jobs if one.job.state == "queued"), key=_turn))

    def ready(self) -> Iterator[ListedJob]:
        """The queued jobs that wait for no other one, by their turn."""
        return (one for one in self.waiting() if not self.is_blocked(one))

    def is_elsewhere(self, one: ListedJob, worker_id: str) -> bool:
        """Whether another worker works on the job's project: two never do so at once."""
        return any(other.worker_id != worker_id for other in self._working_on(one.job.project_id))

    def next_for(self, worker_id: str) -> ListedJob | None:
        """The job that this worker can claim next."""
        return next((one for one in self.ready() if not self.is_elsewhere(one, worker_id)), None)

    def should_give_way(self, running: ListedJob, lends: Callable[[Job], bool]) -> bool:
        """Whether another job goes before this one and could run now.

        In the background every job does, and before other work what is small, to which it `lends` its model.
        """
        behind, small = is_background(running.job.kind), is_small(running.job.kind)
        return any(
            one.turn < running.turn
            and (behind or (not small and is_small(one.job.kind) and lends(one.job)))
            and all(other == running for other in self._working_on(one.job.project_id))
            for one in self.ready()
        )

    def is_overtaken(self, one: ListedJob) -> bool:
        """Whether a halted training has an adapter that its round was drawn from or built on since."""
        return (
            one.job.kind in TRAININGS
            and one.job.state in ("stopped", "error")
            and one.has_adapter
            and (one.is_built_on or self._is_drawn(one.job.round_id))
        )

    def offered(self) -> tuple[ListedJob, ...]:
        """The halted jobs that can be resumed: paused ones first, then the latest.

        Left out are jobs that were requested again, that wait for another halted one, or that are overtaken.
        """
        halted = [one for one in self.jobs if one.is_latest and one.job.state in HALTED]
        found = [
            one
            for one in halted
            if not any(_needs(one, earlier) for earlier in halted) and not self.is_overtaken(one)
        ]
        return tuple(sorted(found, key=lambda one: (one.job.state in FINISHED, -_end(one), one.number)))

    def shown(self) -> ListedJob | None:
        """The job to show: the running one, else the next one, else the last one, else a blocked one."""

        def place(one: ListedJob) -> tuple[float, ...]:
            if one.job.state in WORKING:
                return 0, -_end(one), *(-part for part in one.turn)
            if one.job.state == "queued":
                return 3 if self.is_blocked(one) else 1, *one.turn
            return 2, -_end(one), *(-part for part in one.turn)

        return min((one for one in self.jobs if not self.is_overtaken(one)), key=place, default=None)

    def halting_with(self, earlier: ListedJob) -> Iterator[ListedJob]:
        """The jobs that halt with this one: they need it, or would start unasked in the background."""
        for later in self.jobs:
            after = waits_for(later, earlier)
            if after is not None and (after.needed or describe_job(later.job.kind).is_background):
                yield later

    def _working_on(self, project_id: str) -> list[ListedJob]:
        return [one for one in self.jobs if one.job.project_id == project_id and one.job.state in WORKING]

    def _is_drawn(self, round_id: str) -> bool:
        return any(
            one.job.round_id == round_id and one.job.kind == "generate" and one.job.state in WORKING
            for one in self.jobs
        )


def _end(one: ListedJob) -> float:
    """When a job ended: one whose worker died a moment ago last, one that never began first."""
    return one.job.finished or (math.inf if one.job.state == "interrupted" else 0.0)


def waits_for(later: ListedJob, earlier: ListedJob) -> After | None:
    """What the table of job kinds says of a job that waits for this earlier one; None if it does not."""
    for after in _afters(later):
        if (after.kind, _round_of(later, after)) == (earlier.job.kind, earlier.job.round_id):
            return after
    return None


def _afters(later: ListedJob) -> tuple[After, ...]:
    kind = JOB_KINDS.get(later.job.kind)
    return kind.after if kind else ()


def _round_of(later: ListedJob, after: After) -> str | None:
    """The round whose work a job comes after."""
    return later.parent_id if after.of_parent else later.job.round_id


def by_id(jobs: Iterable[ListedJob]) -> dict[str, ListedJob]:
    """The jobs by their IDs."""
    return {one.job.id: one for one in jobs}


def _needs(later: ListedJob, earlier: ListedJob) -> bool:
    after = waits_for(later, earlier)
    return after is not None and after.needed


def _turn(one: ListedJob) -> tuple[int, int, int]:
    return one.turn
