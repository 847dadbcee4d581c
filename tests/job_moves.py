"""The log of the states of jobs, which only tests and people read."""

from dataclasses import dataclass

from gal_studio.core.types import JobState
from gal_studio.state import Store


@dataclass(frozen=True)
class JobMove:
    """A change of the state of a job."""

    before: JobState | None
    after: JobState
    reason: str
    time: float


def moves(store: Store, job_id: str) -> tuple[JobMove, ...]:
    """Every change of state of a job, the oldest first."""
    sql = "SELECT state_before, state_after, reason, time FROM job_moves WHERE job_id = ? ORDER BY id"
    return tuple(JobMove(*row) for row in store.database.rows(sql, (job_id,)))
