"""Run jobs from the command line: in this process, or beside the worker that has the workspace already."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from gal_studio.commands.terminal.printed import in_lines
from gal_studio.core.errors import StudioError
from gal_studio.core.jobs.kinds import BYTES, describe_job
from gal_studio.core.types import Job
from gal_studio.processes import worker_runs
from gal_studio.state import Store
from gal_studio.state.jobs.lock import LOCK_TIMEOUT, WorkerLock
from gal_studio.studio import Studio
from gal_studio.studio.views.types import JobView
from gal_studio.studio.waiting import refuse_a_halted_start
from gal_studio.worker import Worker
from gal_studio.worker.task import Progress

POLL_INTERVAL = 0.2  # seconds between two looks at the job of another worker
ALONE = 10.0  # seconds without any worker after which nobody will take the job
INTERVAL = 0.5  # seconds between two changes of the progress line
LOG_INTERVAL = 10.0  # the same where the output is a file


class ProgressLine:
    """One line that is written over; a new line now and then where the output is a file."""

    def __init__(self, studio: Studio, output: TextIO | None = None) -> None:
        self._studio = studio
        self._output = output or sys.stderr
        self._live = self._output.isatty()
        self._shown = (0.0, "")
        self._length, self._last = 0, ""

    def show(self, job: Job, phase: str, done: float, total: int) -> None:
        """Say how far a job is, unless that was said a moment ago."""
        before, last = self._shown
        now = time.monotonic()
        if phase == last and now - before < (INTERVAL if self._live else LOG_INTERVAL):
            return
        self._shown = (now, phase)
        number = self._studio.store.rounds.get(job.round_id).number
        kind = describe_job(job.kind)
        at, line = kind.phase(phase), f"Round {number}: {kind.phase(phase).name or kind.title}"
        if total and at.unit:
            amount = at.amount(done, total) if at.unit == BYTES else f"{int(done)} / {total}"
            line += f" {amount}{_speed(self._studio.job_view(job.project_id))}"
        if self._live or line != self._last:
            self._write(line)

    def say(self, line: str) -> None:
        """A line that stays."""
        self._write(line)
        if self._live:
            self._output.write("\n")
        self._shown, self._length = (0.0, ""), 0

    def _write(self, line: str) -> None:
        line = in_lines(line)
        self._output.write(f"\r{line.ljust(self._length)}" if self._live else f"{line}\n")
        self._output.flush()
        self._length, self._last = len(line), line


def _speed(view: JobView | None) -> str:
    return f" · {view.pace}" if view is not None and view.pace else ""


class LocalWorker:
    """Sees to it that a job is done, by itself or by the worker that holds the workspace."""

    def __init__(self, studio: Studio, worker: Worker | None, line: ProgressLine) -> None:
        self._studio = studio
        self._worker = worker
        self._line = line

    def finish(self, job: Job) -> None:
        """Wait for the end of a job; anything but success is a StudioError."""
        if self._worker is not None:
            self._work(self._worker, job)
        else:
            self._watch(job)
        ended = self._studio.store.jobs.get(job.id)
        self._refuse_a_halted_start(ended)
        if ended.state == "error":
            raise StudioError(ended.message)
        if ended.paused_for == "room":
            figures = ended.message.partition(";")[0]
            raise StudioError(f"{figures}; make room and run the same command again to resume.")
        if ended.state != "completed":
            raise StudioError(f"The work is {ended.state}: run the same command again to resume.")

    def _work(self, worker: Worker, job: Job) -> None:
        """Run the queue; while a worker beside this one has the job or its project, wait and look again."""
        jobs = self._studio.store.jobs
        while True:
            worker.run(until_empty=True)
            if not jobs.is_elsewhere(job.id, worker.id):
                return
            time.sleep(POLL_INTERVAL)
            jobs.reap()

    def finish_what_was_left(self, round_id: str) -> None:
        """Go on with the jobs that a worker left when it died, were it only to say that they are done."""
        jobs = self._studio.store.jobs
        jobs.reap()
        for job in jobs.of_project(self._studio.store.rounds.get(round_id).project_id):
            if job.round_id == round_id and job.state == "interrupted":
                self.finish(self._studio.resume(job.id))

    def _refuse_a_halted_start(self, job: Job) -> None:
        how = "resume it in the page or with `gal-studio jobs resume {}`"
        refuse_a_halted_start(self._studio.store, job, how)

    def _watch(self, job: Job) -> None:
        store, seen = self._studio.store, time.monotonic()
        while True:
            store.jobs.reap()
            now = store.jobs.get(job.id)
            if now.state not in ("queued", "running", "pausing", "stopping") and now.paused_for != "room":
                return
            self._line.show(now, now.phase, now.done, now.total)
            self._refuse_a_halted_start(now)
            if now.state not in ("queued", "paused") or worker_runs(store.workspace):
                seen = time.monotonic()
            elif time.monotonic() - seen > ALONE:
                raise StudioError(
                    "The worker of this workspace has ended: run the same command again to resume."
                )
            time.sleep(POLL_INTERVAL)


@contextmanager
def local_worker(studio: Studio, line: ProgressLine) -> Iterator[LocalWorker]:
    """A worker for the time of a command."""
    store: Store = studio.store

    def watch(job: Job, progress: Progress) -> None:
        line.show(job, progress.phase, progress.done, progress.total)

    with WorkerLock(store.workspace) as lock:
        if not lock.acquire(LOCK_TIMEOUT):
            yield LocalWorker(studio, None, line)
            return
        with Worker(store, watch).entered(lock) as worker:
            yield LocalWorker(studio, worker, line)
