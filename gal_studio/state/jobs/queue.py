"""The queue of a workspace: running jobs, waiting jobs in order, and halted jobs that can be resumed."""

from collections.abc import Sequence
from dataclasses import dataclass

from gal_studio.core.jobs.kinds import describe_job
from gal_studio.core.jobs.schedule import BACKGROUND, NORMAL, ListedJob, Schedule
from gal_studio.core.jobs.states import WORKING, Direction, reordered, topological
from gal_studio.core.types import Job
from gal_studio.state.database.connection import Database
from gal_studio.state.jobs.jobs import Jobs

SHOWN_HALTED = 8
_QueuePlace = tuple[int, int]
"""Priority and rank."""


@dataclass(frozen=True)
class Queue:
    """The unfinished jobs of all projects. `waits_for` maps each queued job to the jobs that it waits for."""

    working: tuple[Job, ...]
    waiting: tuple[Job, ...]
    halted: tuple[Job, ...]
    waits_for: dict[str, tuple[Job, ...]]

    @property
    def needs(self) -> dict[str, tuple[str, ...]]:
        """`waits_for` as IDs."""
        return {job: tuple(one.id for one in before) for job, before in self.waits_for.items()}


class JobQueue:
    """Reads the queue and changes its order, not the states of jobs."""

    def __init__(self, database: Database, jobs: Jobs) -> None:
        self._database = database
        self._jobs = jobs

    def read(self) -> Queue:
        """Read the queue: running jobs, waiting jobs in their order, and halted jobs that can be resumed."""
        return _queue(self._jobs.unfinished_and_halted())

    def move(self, job_id: str, direction: Direction) -> None:
        """Move a queued job in the order, together with the jobs that it waits for."""
        with self._database.transaction():
            schedule = self._jobs.unfinished()
            queue = _queue(schedule)
            moved = reordered([job.id for job in queue.waiting], queue.needs, job_id, direction)
            background = {job.id for job in queue.waiting if describe_job(job.kind).is_background}
            first = max((n for n, one in enumerate(moved, start=1) if one not in background), default=0)
            places = _places(schedule.waiting(), first, self._last_rank())
            for (priority, rank), identity in zip(places, moved, strict=True):
                self._database.update("jobs", {"id": identity}, priority=priority, rank=rank)

    def _last_rank(self) -> int:
        (row,) = self._database.rows("SELECT MAX(rank) AS rank FROM jobs WHERE priority = ?", (NORMAL,))
        return row["rank"] or 0


def _queue(schedule: Schedule) -> Queue:
    waiting = {one.job.id: one.job for one in schedule.waiting()}
    before = {one.job.id: tuple(each.job for each in schedule.needed_by(one)) for one in schedule.waiting()}
    needs = {job: [one.id for one in earlier] for job, earlier in before.items()}
    working = [one.job for one in schedule.jobs if one.job.state in WORKING]
    return Queue(
        working=tuple(sorted(working, key=lambda job: job.started or 0)),
        waiting=tuple(waiting[job] for job in topological(list(waiting), needs)),
        halted=tuple(one.job for one in schedule.offered()[:SHOWN_HALTED]),
        waits_for={job: earlier for job, earlier in before.items() if earlier},
    )


def _places(waiting: Sequence[ListedJob], first: int, last: int) -> list[_QueuePlace]:
    """The places of the queue; the `first` ones go before the background, after rank `last` if need be."""
    normal = [(one.priority, one.rank) for one in waiting if one.priority != BACKGROUND]
    behind = [(one.priority, one.rank) for one in waiting if one.priority == BACKGROUND]
    more = [(NORMAL, last + n) for n in range(1, first - len(normal) + 1)]
    return [*normal, *more, *behind[len(more) :]]
