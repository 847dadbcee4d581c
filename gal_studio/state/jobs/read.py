"""Read jobs: their states, their progress, and the history of their states."""

import sqlite3
from collections.abc import Callable

from gal_studio.core.jobs.kinds import APART
from gal_studio.core.types import Job
from gal_studio.state.database.connection import Database, record
from gal_studio.state.jobs.dependencies import BESIDE, BLOCKED, OVERTAKEN

SILENT = 8.0
"""Without progress for so many times its usual interval, a job has no speed."""

FOR_ROOM = "(paused_for = 'room' AND project_id NOT IN (SELECT project_id FROM put_away))"
"""Jobs that are paused until the disk has space; those of an archived project wait until it is restored."""

WINDOW = 60.0
"""Seconds of progress from which the speed is estimated."""


class JobReading:
    """Reads jobs."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    def get(self, job_id: str) -> Job:
        """The job with this ID."""
        return job_of(self._database.row_by_id("job", job_id, "SELECT * FROM jobs WHERE id = ?"))

    def has_work(self) -> bool:
        """Whether a worker is needed: a job can be claimed, or waits for free disk space."""
        ready = f"SELECT 1 FROM jobs WHERE {FOR_ROOM} OR state = 'queued' AND NOT {BLOCKED} LIMIT 1"
        return self._database.row(ready) is not None

    def current(self, project_id: str) -> Job | None:
        """The job to show for a project: the running one, else the next waiting one, else the last one."""
        row = self._database.row(
            f"SELECT * FROM jobs WHERE project_id = ? AND NOT {OVERTAKEN} ORDER BY CASE WHEN state IN "
            f"('running', 'pausing', 'stopping') THEN 0 WHEN {BLOCKED} THEN 3 WHEN state = 'queued' THEN 1 "
            "ELSE 2 END, "
            "CASE WHEN state = 'queued' THEN -position ELSE COALESCE(finished, 0) END DESC, position DESC "
            "LIMIT 1",
            (project_id,),
        )
        return None if row is None else job_of(row)

    def active(self, round_id: str) -> tuple[Job, ...]:
        """The jobs of a round that run, or will without further action; none that leaves the round alone."""
        rows = self._database.rows(
            "SELECT * FROM jobs WHERE round_id = ? AND state IN ('queued', 'running', 'pausing', 'stopping') "
            f"AND NOT {BLOCKED} ORDER BY position",
            (round_id,),
        )
        return tuple(job for job in map(job_of, rows) if job.kind not in APART)

    def of_project(self, project_id: str) -> tuple[Job, ...]:
        """All jobs of a project, the oldest first."""
        rows = self._database.rows(
            "SELECT * FROM jobs WHERE project_id = ? ORDER BY created, rowid", (project_id,)
        )
        return tuple(map(job_of, rows))

    def waiting_for_space(self) -> tuple[tuple[Job, int], ...]:
        """The jobs that are paused until the disk has space, with the bytes that each one needs."""
        rows = self._database.rows(f"SELECT * FROM jobs WHERE {FOR_ROOM} ORDER BY position")
        return tuple((job_of(row), row["room_needed"]) for row in rows)

    def rate(self, job_id: str) -> float | None:
        """Units per second in the current phase, over the last minute; None if not known yet."""
        rows = self._database.rows(
            "SELECT job_progress.done, time FROM job_progress JOIN jobs ON jobs.id = job_id AND jobs.phase = "
            "job_progress.phase WHERE job_id = ? AND time >= ? AND time >= COALESCE((SELECT MAX(time) FROM "
            "job_moves WHERE job_moves.job_id = ? AND state_after = 'running'), 0) ORDER BY job_progress.id",
            (job_id, self._clock() - WINDOW, job_id),
        )
        if len(rows) < 2 or rows[-1]["time"] <= rows[0]["time"] or rows[-1]["done"] <= rows[0]["done"]:
            return None
        mean = (rows[-1]["time"] - rows[0]["time"]) / (len(rows) - 1)
        if self._clock() - rows[-1]["time"] > SILENT * max(mean, 1.0):
            return None  # it stands still, such as on a full disk
        return float((rows[-1]["done"] - rows[0]["done"]) / (rows[-1]["time"] - rows[0]["time"]))

    def should_give_way(self, job_id: str) -> bool:
        """Whether a job that runs in the background has another one before it that could run now."""
        ready = (
            f"SELECT 1 FROM jobs WHERE state = 'queued' AND NOT {BLOCKED} AND NOT {BESIDE} "
            "AND position < (SELECT position FROM jobs WHERE id = ?) LIMIT 1"
        )
        return self._database.row(ready, (job_id, job_id)) is not None

    def should_stop(self, job_id: str) -> bool:
        """Whether the worker must leave the job at this step."""
        return self.get(job_id).state != "running"


def job_of(row: sqlite3.Row) -> Job:
    """Convert a row of the table."""
    return record(Job, row)
