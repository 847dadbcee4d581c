"""Long work: asked for by the page, done by a worker; each move is one transaction with a reason."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from gal_studio.core.errors import StudioError
from gal_studio.core.jobs import RESUMABLE, check_move
from gal_studio.core.types import Job, JobKind, JobState
from gal_studio.state.database import Database
from gal_studio.state.job_order import BLOCKED, FOLLOWS
from gal_studio.state.projects import new_id
from gal_studio.state.workers import Workers

WINDOW = 60.0
"""Seconds of progress from which rate and time left are told."""


@dataclass(frozen=True)
class JobMove:
    """One change of a job's state."""

    before: JobState | None
    after: JobState
    reason: str
    time: float


class Jobs:
    """Reads and moves jobs."""

    def __init__(self, database: Database, workers: Workers, clock: Callable[[], float]) -> None:
        self._database = database
        self._workers = workers
        self._clock = clock

    def enqueue(self, project_id: str, round_id: str, kind: JobKind) -> Job:
        """Ask for work. An equal job that waits or runs is returned; one that halted is resumed."""
        with self._database.transaction() as writer:
            row = writer.execute(
                "SELECT * FROM jobs WHERE round_id = ? AND kind = ? AND state IN "
                "('queued', 'running', 'pausing', 'paused', 'interrupted') ORDER BY created DESC LIMIT 1",
                (round_id, kind),
            ).fetchone()
            if row is not None:
                return self.resume(row["id"]) if row["state"] in ("paused", "interrupted") else _job(row)
            job_id, now = new_id(), self._clock()
            writer.execute(
                "INSERT INTO jobs (id, project_id, round_id, kind, state, position, created) VALUES "
                "(?, ?, ?, ?, 'queued', (SELECT COALESCE(MAX(position), 0) + 1 FROM jobs), ?)",
                (job_id, project_id, round_id, kind, now),
            )
            self._note(writer, job_id, None, "queued", "asked for")
        return self.get(job_id)

    def get(self, job_id: str) -> Job:
        """The job of this id."""
        row = self._database.row("SELECT * FROM jobs WHERE id = ?", (job_id,))
        if row is None:
            raise StudioError(f"There is no job {job_id!r} in this workspace.")
        return _job(row)

    def claim(self, worker_id: str) -> Job | None:
        """Take the next queued job for this worker; None when nothing waits."""
        ready = f"SELECT id FROM jobs WHERE state = 'queued' AND NOT {BLOCKED} ORDER BY position LIMIT 1"
        if self._database.row(ready) is None:
            return None  # a look takes no lock
        with self._database.transaction() as writer:
            row = writer.execute(ready).fetchone()
            if row is None:
                return None
            self._move(writer, row["id"], "running", "a worker took it")
            writer.execute(
                "UPDATE jobs SET worker_id = ?, started = COALESCE(started, ?), finished = NULL, "
                "message = '' WHERE id = ?",
                (worker_id, self._clock(), row["id"]),
            )
        return self.get(row["id"])

    def progress(self, job_id: str, phase: str, done: float, total: int, message: str = "") -> None:
        """Note how far a job is; `done` may count the parts of a picture."""
        now = self._clock()
        with self._database.transaction() as writer:
            writer.execute(
                "UPDATE jobs SET phase = ?, done = ?, total = ?, message = ? WHERE id = ?",
                (phase, int(done), total, message, job_id),
            )
            writer.execute(
                "INSERT INTO job_progress (job_id, phase, done, time) VALUES (?, ?, ?, ?)",
                (job_id, phase, done, now),
            )
            writer.execute(
                "DELETE FROM job_progress WHERE job_id = ? AND time < ?", (job_id, now - 2 * WINDOW)
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

    def finish(self, job_id: str, message: str = "") -> Job:
        """The work is done and written."""
        return self._end(job_id, "completed", "done", message)

    def fail(self, job_id: str, message: str) -> Job:
        """The work failed; the message says why, in one sentence."""
        return self._end(job_id, "error", message, message)

    def halt(self, job_id: str, message: str = "") -> Job:
        """The worker has honoured a Stop or a Pause."""
        state: JobState = "paused" if self.get(job_id).state == "pausing" else "stopped"
        return self._end(job_id, state, f"{state} on request", message)

    def interrupt(self, job_id: str, reason: str) -> Job:
        """The worker ends before the work does."""
        message = "The worker ended before the work did; Resume goes on where it was."
        return self._end(job_id, "interrupted", reason, message)

    def request_stop(self, job_id: str) -> Job:
        """Stop a job that runs, at its next step; withdraw one that waits. Twice is once."""
        with self._database.transaction() as writer:
            state = self.get(job_id).state
            if state in ("running", "pausing"):
                self._move(writer, job_id, "stopping", "Stop was pressed")
            elif state in ("queued", "paused", "interrupted"):
                self._move(writer, job_id, "stopped", "withdrawn")
                writer.execute("UPDATE jobs SET finished = ? WHERE id = ?", (self._clock(), job_id))
        return self.get(job_id)

    def request_pause(self, job_id: str) -> Job:
        """Let a running job rest at its next step."""
        with self._database.transaction() as writer:
            if self.get(job_id).state == "running":
                self._move(writer, job_id, "pausing", "Pause was pressed")
        return self.get(job_id)

    def resume(self, job_id: str) -> Job:
        """Queue a job again that was paused, stopped, interrupted, or failed; it goes on where it was."""
        with self._database.transaction() as writer:
            job = self.get(job_id)
            for other in self.active(job.round_id):
                if other.kind == job.kind and other.id != job_id and other.state != "stopping":
                    return other  # the same work was asked for meanwhile
            if job.state in RESUMABLE:
                self._move(writer, job_id, "queued", "Resume was pressed")
                writer.execute("UPDATE jobs SET finished = NULL, message = '' WHERE id = ?", (job_id,))
        return self.get(job_id)

    def should_stop(self, job_id: str) -> bool:
        """Whether the worker must lay the job down at this step."""
        return self.get(job_id).state != "running"

    def request_sample(self, job_id: str) -> None:
        """Sample now: ask for a picture in the middle of a training."""
        self._database.write("UPDATE jobs SET sample_wanted = 1 WHERE id = ?", (job_id,))

    def take_sample_request(self, job_id: str) -> bool:
        """Whether a picture was asked for since the last call."""
        sql = "UPDATE jobs SET sample_wanted = 0 WHERE id = ? AND sample_wanted = 1"
        return self._database.write(sql, (job_id,)) > 0

    def current(self, project_id: str) -> Job | None:
        """The job that matters to this project now: one that runs, else one that waits, else the last."""
        row = self._database.row(
            "SELECT * FROM jobs WHERE project_id = ? ORDER BY CASE WHEN state IN ('running', 'pausing', "
            f"'stopping') THEN 0 WHEN {BLOCKED} THEN 3 WHEN state = 'queued' THEN 1 ELSE 2 END, "
            "CASE WHEN state = 'queued' THEN -position ELSE COALESCE(finished, 0) END DESC, position DESC "
            "LIMIT 1",
            (project_id,),
        )
        return None if row is None else _job(row)

    def active(self, round_id: str) -> tuple[Job, ...]:
        """The jobs of a round that go on by themselves."""
        rows = self._database.rows(
            "SELECT * FROM jobs WHERE round_id = ? AND state IN ('queued', 'running', 'pausing', 'stopping') "
            f"AND NOT {BLOCKED} ORDER BY position",
            (round_id,),
        )
        return tuple(map(_job, rows))

    def of_project(self, project_id: str) -> tuple[Job, ...]:
        """All jobs of a project, the oldest first."""
        rows = self._database.rows("SELECT * FROM jobs WHERE project_id = ? ORDER BY position", (project_id,))
        return tuple(map(_job, rows))

    def moves(self, job_id: str) -> tuple[JobMove, ...]:
        """Every change of state with time and reason."""
        rows = self._database.rows("SELECT * FROM job_moves WHERE job_id = ? ORDER BY id", (job_id,))
        return tuple(
            JobMove(row["state_before"], row["state_after"], row["reason"], row["time"]) for row in rows
        )

    def reap(self) -> tuple[str, ...]:
        """Mark the jobs of dead workers as interrupted; returns their ids."""
        held = "SELECT id, worker_id FROM jobs WHERE state IN ('running', 'pausing', 'stopping')"
        if not self._database.rows(held):
            return ()
        living = self._workers.living()
        with self._database.transaction() as writer:
            lost = [row["id"] for row in writer.execute(held).fetchall() if row["worker_id"] not in living]
            for job_id in lost:
                self.interrupt(job_id, "the worker died")
        return tuple(lost)

    def _end(self, job_id: str, state: JobState, reason: str, message: str) -> Job:
        with self._database.transaction() as writer:
            self._move(writer, job_id, state, reason)
            writer.execute(
                "UPDATE jobs SET message = ?, finished = ?, sample_wanted = 0 WHERE id = ?",
                (message, self._clock(), job_id),
            )
        return self.get(job_id)

    def _move(self, writer: sqlite3.Connection, job_id: str, after: JobState, reason: str) -> None:
        before = self.get(job_id).state
        check_move(before, after)
        writer.execute("UPDATE jobs SET state = ? WHERE id = ?", (after, job_id))
        self._note(writer, job_id, before, after, reason)
        if after in ("stopped", "error"):
            self._withdraw_what_follows(writer, job_id)

    def _withdraw_what_follows(self, writer: sqlite3.Connection, job_id: str) -> None:
        """A round whose training did not finish has nothing to draw with."""
        waiting = writer.execute(
            f"SELECT later.id FROM jobs AS later JOIN jobs AS earlier ON {FOLLOWS} "
            "WHERE earlier.id = ? AND later.state = 'queued'",
            (job_id,),
        ).fetchall()
        work = "drawing of pairs" if self.get(job_id).kind == "pairs" else "training"
        for row in waiting:
            self._move(writer, row["id"], "stopped", f"the {work} before it did not finish")

    def _note(
        self, writer: sqlite3.Connection, job_id: str, before: JobState | None, after: JobState, reason: str
    ) -> None:
        writer.execute(
            "INSERT INTO job_moves (job_id, state_before, state_after, reason, time) VALUES (?, ?, ?, ?, ?)",
            (job_id, before, after, reason, self._clock()),
        )


def _job(row: sqlite3.Row) -> Job:
    return Job(
        row["id"], row["project_id"], row["round_id"], row["kind"], row["state"], row["phase"],
        row["done"], row["total"], row["message"], row["created"], row["started"], row["finished"],
    )  # fmt: skip
