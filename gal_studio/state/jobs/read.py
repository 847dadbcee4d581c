"""Read jobs: their states, their progress, and the history of their states."""

import sqlite3
from collections.abc import Callable
from dataclasses import replace

from gal_studio.core.jobs.kinds import ALLOWING_DECISIONS
from gal_studio.core.jobs.schedule import ListedJob, Schedule
from gal_studio.core.jobs.states import ACTIVE, WORKING
from gal_studio.core.types import Job
from gal_studio.state.database.connection import Database, record
from gal_studio.state.jobs.workers import Workers

SILENT = 8.0
"""Without progress for so many times its usual interval, a job has no speed."""

INTERRUPTED = "The work was interrupted; Resume continues where it stopped."

_LATEST = "jobs.rowid IN (SELECT MAX(rowid) FROM jobs GROUP BY round_id, kind)"
_LISTED = f"""
SELECT jobs.*, jobs.rowid AS number, {_LATEST} AS is_latest, rounds.parent_id,
    rounds.adapter IS NOT NULL AS has_adapter,
    EXISTS (SELECT 1 FROM candidates WHERE candidates.round_id = rounds.id)
        OR EXISTS (SELECT 1 FROM rounds AS child WHERE child.parent_id = rounds.id) AS is_built_on
FROM jobs JOIN rounds ON rounds.id = jobs.round_id WHERE
"""
_UNFINISHED = "state NOT IN ('completed', 'stopped', 'error')"
_OFFERED = f"({_UNFINISHED} OR (state IN ('stopped', 'error') AND {_LATEST}))"
FOR_ROOM = "(paused_for = 'room' AND project_id NOT IN (SELECT project_id FROM archived_projects))"
"""Jobs that are paused until the disk has space; those of an archived project wait until it is restored."""

WINDOW = 60.0
"""Seconds of progress from which the speed is estimated."""


class JobReading:
    """Reads jobs."""

    def __init__(self, database: Database, workers: Workers, clock: Callable[[], float]) -> None:
        self._database = database
        self._workers = workers
        self._clock = clock

    def get(self, job_id: str) -> Job:
        """The job with this ID."""
        return job_of(self._database.row_by_id("job", job_id, "SELECT * FROM jobs WHERE id = ?"))

    def has_work(self) -> bool:
        """Whether a worker is needed: a job can be claimed, or waits for free disk space."""
        if self._database.row(f"SELECT 1 FROM jobs WHERE {FOR_ROOM} LIMIT 1") is not None:
            return True
        return any(self.unfinished().ready())

    def unfinished(self) -> Schedule:
        """The unfinished jobs of all projects."""
        return self._schedule(_UNFINISHED)

    def unfinished_and_halted(self) -> Schedule:
        """The unfinished jobs of all projects, with those that were stopped or failed last.

        What a dead worker left is interrupted here, before `Jobs.reap` says so.
        """
        return self._without_dead_workers(self._schedule(_OFFERED))

    def schedule_of(self, project_id: str) -> Schedule:
        """All jobs of a project."""
        return self._schedule("jobs.project_id = ?", project_id)

    def _schedule(self, condition: str, *values: str) -> Schedule:
        return Schedule(tuple(map(_listed, self._database.sound_rows(f"{_LISTED} {condition}", values))))

    def current(self, project_id: str) -> Job | None:
        """The job to show for a project: the running one, else the next waiting one, else the last one."""
        shown = self._without_dead_workers(self.schedule_of(project_id)).shown()
        return None if shown is None else shown.job

    def _without_dead_workers(self, schedule: Schedule) -> Schedule:
        """Show the jobs of dead workers as interrupted ones; nothing is stored."""
        if not any(one.job.state in WORKING for one in schedule.jobs):
            return schedule
        living = self._workers.living()
        seen = (
            replace(one, job=replace(one.job, state="interrupted", message=INTERRUPTED))
            if one.job.state in WORKING and one.worker_id not in living
            else one
            for one in schedule.jobs
        )
        return Schedule(tuple(seen))

    def busy_rounds(self, project_id: str) -> frozenset[str]:
        """The rounds with a job that runs, or will without further action; none that leaves them alone."""
        schedule = self._schedule(f"{_UNFINISHED} AND jobs.project_id = ?", project_id)
        return frozenset(
            one.job.round_id
            for one in schedule.jobs
            if one.job.state in ACTIVE
            and one.job.kind not in ALLOWING_DECISIONS
            and not schedule.is_blocked(one)
        )

    def of_project(self, project_id: str) -> tuple[Job, ...]:
        """All jobs of a project, the oldest first."""
        rows = self._database.sound_rows(
            "SELECT * FROM jobs WHERE project_id = ? ORDER BY created, rowid", (project_id,)
        )
        return tuple(map(job_of, rows))

    def waiting_for_space(self) -> tuple[tuple[Job, int], ...]:
        """The jobs that are paused until the disk has space, with the bytes that each one needs."""
        rows = self._database.sound_rows(f"SELECT * FROM jobs WHERE {FOR_ROOM} ORDER BY priority DESC, rank")
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
        schedule = self.unfinished()
        running = next((one for one in schedule.jobs if one.job.id == job_id), None)
        return running is not None and schedule.should_give_way(running)

    def should_stop(self, job_id: str, worker_id: str) -> bool:
        """Whether the worker must leave the job at this step."""
        return self.get(job_id).state != "running" or not self.is_with(job_id, worker_id)

    def is_with(self, job_id: str, worker_id: str) -> bool:
        """Whether this worker was the last one to have the job."""
        sql = "SELECT 1 FROM jobs WHERE id = ? AND worker_id = ?"
        return self._database.row(sql, (job_id, worker_id)) is not None


def job_of(row: sqlite3.Row) -> Job:
    """Convert a row of the table."""
    return record(Job, row)


def _listed(row: sqlite3.Row) -> ListedJob:
    return record(ListedJob, row, job=job_of(row))
