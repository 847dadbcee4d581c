"""The queue of a workspace: running jobs, waiting jobs in order, and halted jobs that can be resumed."""

from dataclasses import dataclass

from gal_studio.core.jobs.kinds import describe_job
from gal_studio.core.jobs.states import Direction, reordered, topological
from gal_studio.core.types import Job
from gal_studio.state.database.connection import Database
from gal_studio.state.jobs.dependencies import FOLLOWS, OVERTAKEN, WAITS
from gal_studio.state.jobs.jobs import BEHIND
from gal_studio.state.jobs.read import job_of

SHOWN_HALTED = 8
_ORDER = f"({FOLLOWS} OR {WAITS})"
_REQUESTED_AGAIN = (
    "EXISTS (SELECT 1 FROM jobs AS twin WHERE twin.round_id = {0}.round_id AND twin.kind = {0}.kind "
    "AND twin.rowid > {0}.rowid)"
)
_AFTER_A_HALTED_ONE = (
    f"EXISTS (SELECT 1 FROM jobs AS earlier WHERE {FOLLOWS.replace('later.', 'jobs.')} "
    "AND earlier.state IN ('paused', 'interrupted', 'stopped', 'error') "
    f"AND NOT {_REQUESTED_AGAIN.format('earlier')})"
)


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
        return _ids(self.waits_for)


class JobQueue:
    """Reads the queue and changes its order, not the states of jobs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def read(self) -> Queue:
        """Read the queue: running jobs, waiting jobs in their order, and halted jobs.

        Halted jobs are left out if the same work was requested again, if a job that they depend on halted as
        well, or if they are trainings whose round was drawn from meanwhile.
        """
        with self._database.snapshot():
            waiting = self._waiting()
            needs = self._needs()
            order = topological([job.id for job in waiting], _ids(needs))
            return Queue(
                working=self._jobs("state IN ('running', 'pausing', 'stopping') ORDER BY started"),
                waiting=tuple(sorted(waiting, key=lambda job: order.index(job.id))),
                halted=self._jobs(
                    "state IN ('paused', 'interrupted', 'error', 'stopped') "
                    f"AND NOT {_REQUESTED_AGAIN.format('jobs')} AND NOT {_AFTER_A_HALTED_ONE} "
                    f"AND NOT {OVERTAKEN} "
                    f"ORDER BY state IN ('error', 'stopped'), finished DESC LIMIT {SHOWN_HALTED}"
                ),
                waits_for=needs,
            )

    def move(self, job_id: str, direction: Direction) -> None:
        """Move a queued job in the order, together with the jobs that it waits for."""
        with self._database.transaction() as writer:
            waiting = self._waiting()
            needs = _ids(self._needs())
            order = topological([job.id for job in waiting], needs)
            moved = reordered(order, needs, job_id, direction)
            background = {job.id for job in waiting if describe_job(job.kind).is_background}
            first = max((n for n, one in enumerate(moved, start=1) if one not in background), default=0)
            for place, identity in zip(self._places(first), moved, strict=True):
                writer.execute("UPDATE jobs SET position = ? WHERE id = ?", (place, identity))

    def _places(self, first: int) -> list[float]:
        """The places of the queue; at least the `first` ones are before those of the background."""
        rows = self._database.rows("SELECT position FROM jobs WHERE state = 'queued' ORDER BY position")
        places = [float(row["position"]) for row in rows]
        missing = first - sum(place < BEHIND for place in places)
        (last,) = self._database.rows(
            "SELECT MAX(position) AS position FROM jobs WHERE position < ?", (BEHIND,)
        )
        more = [(last["position"] or 0) + n for n in range(1, missing + 1)]
        return [*places[: first - len(more)], *more, *places[first:]]

    def _jobs(self, condition: str) -> tuple[Job, ...]:
        return tuple(map(job_of, self._database.rows(f"SELECT * FROM jobs WHERE {condition}")))

    def _waiting(self) -> tuple[Job, ...]:
        return self._jobs("state = 'queued' ORDER BY position, rowid")

    def _needs(self) -> dict[str, tuple[Job, ...]]:
        """Each queued job with the unfinished jobs that it waits for."""
        rows = self._database.rows(
            "SELECT later.id AS job, earlier.* FROM jobs AS later JOIN jobs AS earlier "
            f"ON {_ORDER} WHERE later.state = 'queued' AND earlier.state NOT IN "
            "('completed', 'stopped', 'error')"
        )
        needs: dict[str, tuple[Job, ...]] = {}
        for row in rows:
            needs[row["job"]] = (*needs.get(row["job"], ()), job_of(row))
        return needs


def _ids(needs: dict[str, tuple[Job, ...]]) -> dict[str, tuple[str, ...]]:
    return {job: tuple(one.id for one in before) for job, before in needs.items()}
