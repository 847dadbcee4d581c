"""What is known of jobs: which there are, how far they are, and how each came to its state."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from gal_studio.core.errors import StudioError
from gal_studio.core.types import Job, JobState
from gal_studio.state.database.connection import Database
from gal_studio.state.jobs.dependencies import BLOCKED, OVERTAKEN

WINDOW = 60.0
"""Seconds of progress from which rate and time left are told."""


@dataclass(frozen=True)
class JobMove:
    """One change of a job's state."""

    before: JobState | None
    after: JobState
    reason: str
    time: float


class JobReading:
    """Reads jobs and changes nothing."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    def get(self, job_id: str) -> Job:
        """The job of this id."""
        row = self._database.row("SELECT * FROM jobs WHERE id = ?", (job_id,))
        if row is None:
            raise StudioError(f"There is no job {job_id!r} in this workspace.")
        return job_of(row)

    def anything_waits(self) -> bool:
        """Whether there is a job for a worker: one that could be taken now, or one that rests until there is
        room, for which a worker looks.
        """
        ready = f"SELECT 1 FROM jobs WHERE paused_for = 'room' OR state = 'queued' AND NOT {BLOCKED} LIMIT 1"
        return self._database.row(ready) is not None

    def current(self, project_id: str) -> Job | None:
        """The job that matters to this project now: one that runs, else one that waits, else the last."""
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
        """The jobs of a round that go on by themselves."""
        rows = self._database.rows(
            "SELECT * FROM jobs WHERE round_id = ? AND state IN ('queued', 'running', 'pausing', 'stopping') "
            f"AND NOT {BLOCKED} ORDER BY position",
            (round_id,),
        )
        return tuple(map(job_of, rows))

    def of_project(self, project_id: str) -> tuple[Job, ...]:
        """All jobs of a project, the oldest first."""
        rows = self._database.rows(
            "SELECT * FROM jobs WHERE project_id = ? ORDER BY created, rowid", (project_id,)
        )
        return tuple(map(job_of, rows))

    def short_of_room(self) -> tuple[tuple[Job, int], ...]:
        """The jobs that rest until there is room on the disk, each with the bytes that it needs."""
        rows = self._database.rows(
            "SELECT * FROM jobs WHERE state = 'paused' AND paused_for = 'room' ORDER BY position"
        )
        return tuple((job_of(row), row["room_needed"]) for row in rows)

    def moves(self, job_id: str) -> tuple[JobMove, ...]:
        """Every change of state with time and reason."""
        rows = self._database.rows("SELECT * FROM job_moves WHERE job_id = ? ORDER BY id", (job_id,))
        return tuple(
            JobMove(row["state_before"], row["state_after"], row["reason"], row["time"]) for row in rows
        )

    def rate(self, job_id: str) -> float | None:
        """Units a second in the present phase, from the last minute; None when not known yet."""
        rows = self._database.rows(
            "SELECT job_progress.done, time FROM job_progress JOIN jobs ON jobs.id = job_id AND jobs.phase = "
            "job_progress.phase WHERE job_id = ? AND time >= ? AND time >= COALESCE((SELECT MAX(time) FROM "
            "job_moves WHERE job_moves.job_id = ? AND state_after = 'running'), 0) ORDER BY job_progress.id",
            (job_id, self._clock() - WINDOW, job_id),
        )
        if len(rows) < 2 or rows[-1]["time"] <= rows[0]["time"] or rows[-1]["done"] <= rows[0]["done"]:
            return None
        return float((rows[-1]["done"] - rows[0]["done"]) / (rows[-1]["time"] - rows[0]["time"]))

    def should_stop(self, job_id: str) -> bool:
        """Whether the worker must lay the job down at this step."""
        return self.get(job_id).state != "running"


def job_of(row: sqlite3.Row) -> Job:
    """A row of the table as a job."""
    return Job(
        row["id"], row["project_id"], row["round_id"], row["kind"], row["state"], row["phase"],
        row["done"], row["total"], row["message"], row["created"], row["started"], row["finished"],
        row["paused_for"],
    )  # fmt: skip
