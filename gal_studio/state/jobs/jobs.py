"""Long work: asked for by the page, done by a worker; each move is one transaction with a reason."""

import sqlite3
from collections.abc import Callable

from gal_studio.core.errors import StudioError
from gal_studio.core.jobs import RESUMABLE, check_move
from gal_studio.core.types import Job, JobKind, JobState
from gal_studio.state.database.connection import Database
from gal_studio.state.jobs.dependencies import BLOCKED, FOLLOWS, OVERTAKEN
from gal_studio.state.jobs.read import WINDOW, JobReading, job_of
from gal_studio.state.jobs.workers import Workers
from gal_studio.state.tables.projects import new_id


class Jobs(JobReading):
    """Reads and moves jobs."""

    def __init__(self, database: Database, workers: Workers, clock: Callable[[], float]) -> None:
        super().__init__(database, clock)
        self._workers = workers

    def enqueue(self, project_id: str, round_id: str, kind: JobKind) -> Job:
        """Ask for work. An equal job that waits or runs is returned; one that halted is resumed."""
        with self._database.transaction() as writer:
            row = writer.execute(
                "SELECT * FROM jobs WHERE round_id = ? AND kind = ? AND state IN "
                "('queued', 'running', 'pausing', 'paused', 'interrupted') ORDER BY created DESC LIMIT 1",
                (round_id, kind),
            ).fetchone()
            if row is not None:
                return self.resume(row["id"]) if row["state"] in ("paused", "interrupted") else job_of(row)
            job_id, now = new_id(), self._clock()
            writer.execute(
                "INSERT INTO jobs (id, project_id, round_id, kind, state, position, created) VALUES "
                "(?, ?, ?, ?, 'queued', (SELECT COALESCE(MAX(position), 0) + 1 FROM jobs), ?)",
                (job_id, project_id, round_id, kind, now),
            )
            self._note(writer, job_id, None, "queued", "asked for")
        return self.get(job_id)

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
            return self.get(row["id"])  # read before it counts: a job that is taken has somebody who knows it

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

    def rest(self, job_id: str, needed: int, message: str) -> Job:
        """The disk is full: pause until `needed` bytes fit. Stop or Pause, where pressed, comes first."""
        with self._database.transaction() as writer:
            if self.get(job_id).state != "running":
                return self.halt(job_id, message)
            self._end(job_id, "paused", "the disk is full", message)
            writer.execute(
                "UPDATE jobs SET paused_for = 'room', room_needed = ? WHERE id = ?", (needed, job_id)
            )
        return self.get(job_id)

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

    def resume(self, job_id: str, reason: str = "Resume was pressed") -> Job:
        """Queue a job again that was paused, stopped, interrupted, or failed; it goes on where it was.

        A training that would replace the adapter under pictures that were drawn with it is refused.
        """
        with self._database.transaction() as writer:
            job = self.get(job_id)
            if (other := self._twin(job, "'queued', 'running', 'pausing'")) is not None:
                return other  # the same work was asked for meanwhile
            if job.state in ("stopped", "error") and (rests := self._twin(job, "'paused', 'interrupted'")):
                return self.resume(rests.id)
            self._refuse_the_overtaken(job)
            if job.state in RESUMABLE:
                self._move(writer, job_id, "queued", reason)
                writer.execute("UPDATE jobs SET finished = NULL, message = '' WHERE id = ?", (job_id,))
        return self.get(job_id)

    def _refuse_the_overtaken(self, job: Job) -> None:
        if self._database.row(f"SELECT 1 FROM jobs WHERE id = ? AND {OVERTAKEN}", (job.id,)) is not None:
            button = "Fine-tune" if job.kind == "fine_tune" else "Refine"
            raise StudioError(
                "This training cannot go on, since its round was drawn or built on meanwhile with the LoRA "
                f"that it has: press {button}, which keeps that and trains a round beside it."
            )

    def _twin(self, job: Job, states: str) -> Job | None:
        """Another job for the same work."""
        row = self._database.row(
            f"SELECT * FROM jobs WHERE round_id = ? AND kind = ? AND id <> ? AND state IN ({states})",
            (job.round_id, job.kind, job.id),
        )
        return None if row is None else job_of(row)

    def request_preview(self, job_id: str) -> None:
        """Preview now: ask for a picture in the middle of a training."""
        self._database.write("UPDATE jobs SET sample_wanted = 1 WHERE id = ?", (job_id,))

    def wants_preview(self, job_id: str) -> bool:
        """Whether a picture is asked for; so it stays until it is drawn, or the job is at its end."""
        return bool(self._database.rows("SELECT 1 FROM jobs WHERE id = ? AND sample_wanted = 1", (job_id,)))

    def take_preview_request(self, job_id: str) -> bool:
        """The picture is drawn; whether one was asked for since the last call."""
        sql = "UPDATE jobs SET sample_wanted = 0 WHERE id = ? AND sample_wanted = 1"
        return self._database.write(sql, (job_id,)) > 0

    def reap(self) -> tuple[str, ...]:
        """Mark the jobs of dead workers as interrupted; returns their ids."""
        held = "SELECT id, worker_id FROM jobs WHERE state IN ('running', 'pausing', 'stopping')"
        if not self._database.rows(held):
            return ()
        with self._database.transaction() as writer:
            living = self._workers.living()  # asked inside: a worker that comes later has no job yet
            lost = [row["id"] for row in writer.execute(held).fetchall() if row["worker_id"] not in living]
            for job_id in lost:
                self.interrupt(job_id, "the worker died")
        return tuple(lost)

    def _end(self, job_id: str, state: JobState, reason: str, message: str) -> Job:
        with self._database.transaction() as writer:
            self._move(writer, job_id, state, reason)
            writer.execute(
                "UPDATE jobs SET message = ?, finished = ?, sample_wanted = sample_wanted AND ? WHERE id = ?",
                (message, self._clock(), state not in ("completed", "error"), job_id),
            )
        return self.get(job_id)

    def _move(self, writer: sqlite3.Connection, job_id: str, after: JobState, reason: str) -> None:
        before = self.get(job_id).state
        check_move(before, after)
        writer.execute("UPDATE jobs SET state = ?, paused_for = '' WHERE id = ?", (after, job_id))
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
