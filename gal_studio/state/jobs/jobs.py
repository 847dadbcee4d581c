"""Jobs, requested by the page and run by a worker; each change of state is a transaction with a reason."""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from gal_studio.core.errors import StudioError
from gal_studio.core.jobs.kinds import allows_decisions, describe_job, find_job_kind
from gal_studio.core.jobs.schedule import ListedJob, Schedule, by_id, priority_of
from gal_studio.core.jobs.states import ACTIVE, REQUESTED, RESUMABLE, WORKING, check_transition
from gal_studio.core.types import Job, JobState
from gal_studio.state.database.connection import Database, record
from gal_studio.state.jobs.workers import Workers
from gal_studio.state.tables.projects import new_id

SILENT = 8.0
"""Without progress for so many times its usual interval, a job has no speed."""

INTERRUPTED = "Resume continues where it stopped."

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


class Jobs:
    """Reads jobs and changes their states."""

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
            if one.job.state in ACTIVE and not allows_decisions(one.job.kind) and not schedule.is_blocked(one)
        )

    def of_project(self, project_id: str) -> tuple[Job, ...]:
        """All jobs of a project, the oldest first."""
        rows = self._database.sound_rows(
            "SELECT * FROM jobs WHERE project_id = ? ORDER BY rowid", (project_id,)
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

    def should_give_way(self, job_id: str, lends: Callable[[Job], bool] = lambda _small: True) -> bool:
        """Whether a running job has another one before it that could run now (`Schedule.should_give_way`)."""
        schedule = self.unfinished()
        running = next((one for one in schedule.jobs if one.job.id == job_id), None)
        return running is not None and schedule.should_give_way(running, lends)

    def should_stop(self, job_id: str, worker_id: str) -> bool:
        """Whether the worker must leave the job at this step."""
        return self.get(job_id).state != "running" or not self.is_with(job_id, worker_id)

    def is_with(self, job_id: str, worker_id: str) -> bool:
        """Whether this worker was the last one to have the job."""
        sql = "SELECT 1 FROM jobs WHERE id = ? AND worker_id = ?"
        return self._database.row(sql, (job_id, worker_id)) is not None

    def enqueue(self, project_id: str, round_id: str, kind: str, known: Sequence[Job] | None = None) -> Job:
        """Request work; an equal job is returned if it waits or runs, resumed if paused or interrupted.

        `known` are the jobs of the project, the oldest first, if they were read in this transaction.
        """
        find_job_kind(kind)
        with self._database.transaction() as writer:
            jobs = self.of_project(project_id) if known is None else known
            there = [job for job in jobs[::-1] if job.round_id == round_id]
            same = next((job for job in there if job.kind == kind and job.state in REQUESTED), None)
            if same is not None:
                self._refuse_if_archived(project_id)
                return self.resume(same.id) if same.state in ("paused", "interrupted") else same
            job_id, now = new_id(), self._clock()
            priority = priority_of(kind)
            row = writer.execute(
                "INSERT INTO jobs (id, project_id, round_id, kind, state, priority, rank, created) SELECT "
                "?1, ?2, ?3, ?4, 'queued', ?5, (SELECT COALESCE(MAX(rank), 0) + 1 FROM jobs "
                "WHERE priority = ?5), ?6 WHERE ?2 NOT IN (SELECT project_id FROM archived_projects) "
                "RETURNING *",
                (job_id, project_id, round_id, kind, priority, now),
            ).fetchone()
            if row is None:
                self._refuse_if_archived(project_id)
            self._note(writer, job_id, None, "queued", "requested")
            self._resume_earlier(there, kind)
        return job_of(row)

    def claim(self, worker_id: str) -> Job | None:
        """Claim the next queued job for this worker; None if there is none.

        Jobs of a project that another worker works on wait.
        """
        if self.unfinished().next_for(worker_id) is None:
            return None  # this check takes no lock
        with self._database.transaction() as writer:
            claimed = self.unfinished().next_for(worker_id)
            if claimed is None:
                return None
            job_id = claimed.job.id
            self._move(writer, job_id, "running", "claimed by a worker")
            writer.execute(
                "UPDATE jobs SET worker_id = ?, started = COALESCE(started, ?), finished = NULL, "
                "message = '' WHERE id = ?",
                (worker_id, self._clock(), job_id),
            )
            return self.get(job_id)  # read before the commit: if this fails, the job stays queued

    def is_elsewhere(self, job_id: str, worker_id: str) -> bool:
        """Whether an unfinished job is with another worker, or waits for one that works on its project."""
        schedule = self.unfinished()
        one = by_id(schedule.jobs).get(job_id)
        return one is not None and one.job.state in ACTIVE and schedule.is_elsewhere(one, worker_id)

    def progress(self, job_id: str, phase: str, done: float, total: int, message: str = "") -> None:
        """Record the progress of a job; `done` may be fractional."""
        now = self._clock()
        with self._database.transaction() as writer:
            self._set(job_id, phase=phase, done=int(done), total=total, message=message)
            row = {"job_id": job_id, "phase": phase, "done": done, "time": now}
            self._database.insert("job_progress", row)
            writer.execute(
                "DELETE FROM job_progress WHERE job_id = ? AND time < ?", (job_id, now - 2 * WINDOW)
            )

    def finish(self, job_id: str, message: str = "") -> Job:
        """Mark a job as completed."""
        return self._end(job_id, "completed", "done", message)

    def fail(self, job_id: str, message: str) -> Job:
        """Mark a job as failed; the message says why, in one sentence."""
        return self._end(job_id, "error", message, message)

    def halt(self, job_id: str, message: str = "") -> Job:
        """Mark a job as paused or stopped, as was requested."""
        state: JobState = "paused" if self.get(job_id).state == "pausing" else "stopped"
        return self._end(job_id, state, f"{state} on request", message)

    def preempt(self, job_id: str) -> Job:
        """Queue a running job again, behind another one; a pending Stop or Pause takes precedence."""
        with self._database.transaction() as writer:
            if self.get(job_id).state != "running":
                return self.halt(job_id)
            self._move(writer, job_id, "paused", "another job goes first")
            self._move(writer, job_id, "queued", "another job goes first")
        return self.get(job_id)

    def pause_for_space(self, job_id: str, needed: int, message: str) -> Job:
        """Pause until the disk has `needed` bytes free; a pending Stop or Pause takes precedence."""
        with self._database.transaction():
            if self.get(job_id).state != "running":
                return self.halt(job_id, message)
            self._end(job_id, "paused", "the disk is full", message)
            self._set(job_id, paused_for="room", room_needed=needed)
        return self.get(job_id)

    def interrupt(self, job_id: str, reason: str) -> Job:
        """Mark a job as interrupted, since its worker ends first."""
        return self._end(job_id, "interrupted", reason, INTERRUPTED)

    def take_back(self, job_id: str, worker_id: str) -> bool:
        """Go on with a job of this worker that was taken for dead, as after a suspend; whether it does.

        Not if a person stopped it, or another worker has the job or its project.
        """
        with self._database.transaction() as writer:
            held = "SELECT state FROM jobs WHERE id = ? AND worker_id = ?"
            row = self._database.row(held, (job_id, worker_id))
            one = by_id(self.unfinished().jobs).get(job_id)
            if row is None or one is None or row["state"] not in ("interrupted", "queued"):
                return False
            if self.unfinished().is_elsewhere(one, worker_id):
                return False
            if row["state"] == "interrupted":
                self._move(writer, job_id, "queued", "its worker is back")
            self._move(writer, job_id, "running", "its worker is back")
            self._set(job_id, finished=None, message="")
        return True

    def request_stop(self, job_id: str) -> Job:
        """Stop a running job at its next step; cancel a waiting one. Idempotent."""
        with self._database.transaction() as writer:
            state = self.get(job_id).state
            if state in ("running", "pausing"):
                self._move(writer, job_id, "stopping", "Stop was pressed")
            elif state in ("queued", "paused", "interrupted"):
                self._move(writer, job_id, "stopped", "cancelled")
                self._set(job_id, finished=self._clock())
        return self.get(job_id)

    def request_pause(self, job_id: str) -> Job:
        """Pause a running job at its next step."""
        with self._database.transaction() as writer:
            if self.get(job_id).state == "running":
                self._move(writer, job_id, "pausing", "Pause was pressed")
        return self.get(job_id)

    def resume(self, job_id: str, reason: str = "Resume was pressed") -> Job:
        """Queue a paused, stopped, interrupted or failed job again, with those that were cancelled with it.

        Refused for a training whose round has pictures drawn with its present adapter.
        """
        self.reap()
        with self._database.transaction() as writer:
            job = self.get(job_id)
            self._refuse_if_archived(job.project_id)
            if (other := self._twin(job, "'queued', 'running', 'pausing'")) is not None:
                return other  # the same work was requested meanwhile
            if job.state in ("stopped", "error") and (halted := self._twin(job, "'paused', 'interrupted'")):
                return self.resume(halted.id)
            self._refuse_if_overtaken(job)
            if job.state in RESUMABLE:
                self._move(writer, job_id, "queued", reason)
                self._set(job_id, finished=None, message="")
                self._resume_dependents(job_id)
        return self.get(job_id)

    def _refuse_if_archived(self, project_id: str) -> None:
        sql = "SELECT name FROM projects WHERE id = ? AND id IN (SELECT project_id FROM archived_projects)"
        if (row := self._database.row(sql, (project_id,))) is not None:
            raise StudioError(f"{row['name']} is archived: restore it first.")

    def _refuse_if_overtaken(self, job: Job) -> None:
        schedule = self.schedule_of(job.project_id)
        if schedule.is_overtaken(by_id(schedule.jobs)[job.id]):
            raise StudioError(
                "This training cannot be resumed, because its round already has images or later rounds: "
                f"press {describe_job(job.kind).button} to train another round beside it."
            )

    def _resume_earlier(self, of_round: Sequence[Job], kind: str) -> None:
        """Queue halted jobs of a round again that a new one needs and that nobody requests by themselves."""
        done = {job.kind for job in of_round if job.state == "completed"}
        needed = {after.kind for after in describe_job(kind).after if after.resumed} - done
        for job in of_round[::-1]:
            if job.kind in needed and job.state in RESUMABLE:
                self.resume(job.id, "its result is needed")

    def _twin(self, job: Job, states: str) -> Job | None:
        """Another job of the same round and kind in one of these states."""
        row = self._database.row(
            f"SELECT * FROM jobs WHERE round_id = ? AND kind = ? AND id <> ? AND state IN ({states})",
            (job.round_id, job.kind, job.id),
        )
        return None if row is None else job_of(row)

    def request_preview(self, job_id: str) -> None:
        """Request a preview from a running training."""
        self._set(job_id, sample_wanted=True)

    def wants_preview(self, job_id: str) -> bool:
        """Whether a preview is requested; true until it is drawn, or the job ends."""
        return bool(self._database.rows("SELECT 1 FROM jobs WHERE id = ? AND sample_wanted = 1", (job_id,)))

    def take_preview_request(self, job_id: str) -> bool:
        """Clear the request for a preview; whether there was one."""
        asked = {"id": job_id, "sample_wanted": True}
        return self._database.update("jobs", asked, sample_wanted=False) > 0

    def reap(self) -> tuple[str, ...]:
        """Mark the jobs of dead workers as interrupted; returns their IDs."""
        held = "SELECT id, worker_id FROM jobs WHERE state IN ('running', 'pausing', 'stopping')"
        if not self._database.rows(held):
            return ()
        with self._database.transaction() as writer:
            living = self._workers.living()  # read here: a worker that starts later has no job yet
            lost = [row["id"] for row in writer.execute(held).fetchall() if row["worker_id"] not in living]
            for job_id in lost:
                self.interrupt(job_id, "its worker died")
        return tuple(lost)

    def _end(self, job_id: str, state: JobState, reason: str, message: str) -> Job:
        with self._database.transaction() as writer:
            self._move(writer, job_id, state, reason)
            writer.execute(
                "UPDATE jobs SET message = ?, finished = ?, sample_wanted = sample_wanted AND ? WHERE id = ?",
                (message, self._clock(), state not in ("completed", "error"), job_id),
            )
        return self.get(job_id)

    def _set(self, job_id: str, **values: Any) -> None:
        self._database.update("jobs", {"id": job_id}, **values)

    def _move(self, writer: sqlite3.Connection, job_id: str, after: JobState, reason: str) -> None:
        before = self.get(job_id).state
        check_transition(before, after)
        self._set(job_id, state=after, paused_for="")
        self._note(writer, job_id, before, after, reason)
        if after in ("stopped", "error"):
            self._cancel_dependents(writer, job_id)

    def _cancel_dependents(self, writer: sqlite3.Connection, job_id: str) -> None:
        """Cancel the queued jobs that need what this job did not make, or would start unasked now."""
        work = describe_job(self.get(job_id).kind).noun
        for later in self._halting_with(job_id):
            if self.get(later.id).state == "queued":  # not cancelled with another one of them
                self._move(writer, later.id, "stopped", f"{work} before it did not finish")

    def _halting_with(self, job_id: str) -> tuple[Job, ...]:
        """The jobs that halt with this one, in their present states."""
        schedule = self.schedule_of(self.get(job_id).project_id)
        return tuple(one.job for one in schedule.halting_with(by_id(schedule.jobs)[job_id]))

    def _resume_dependents(self, job_id: str) -> None:
        """Queue the jobs again that never started and were cancelled with this one.

        Only these have no time at which they finished.
        """
        for later in self._halting_with(job_id):
            never_began = later.started is None and later.finished is None
            if (
                never_began
                and self.get(later.id).state == "stopped"
                and not self._twin(
                    later, "'queued', 'running', 'pausing', 'paused', 'interrupted', 'completed'"
                )
            ):
                self.resume(later.id, "what it waited for was resumed")

    def _note(
        self, writer: sqlite3.Connection, job_id: str, before: JobState | None, after: JobState, reason: str
    ) -> None:
        row = {"job_id": job_id, "state_before": before, "state_after": after, "reason": reason}
        self._database.insert("job_moves", {**row, "time": self._clock()})


def job_of(row: sqlite3.Row) -> Job:
    """Convert a row of the table."""
    return record(Job, row)


def _listed(row: sqlite3.Row) -> ListedJob:
    return record(ListedJob, row, job=job_of(row))
