"""The worker's loop: claim a job, run it, report its progress."""

import logging
import signal
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from gal_studio.core import plug_ins
from gal_studio.core.errors import StudioError, first_line, is_lack_of_memory
from gal_studio.core.jobs.kinds import describe_job, is_background
from gal_studio.core.types import Job
from gal_studio.state import Store
from gal_studio.state.files.errors import BusyError, DiskError, NoRoomError, drive_problem
from gal_studio.state.hooks import all_hooks
from gal_studio.state.jobs.lock import LOCK_TIMEOUT, WorkerLock
from gal_studio.worker.import_ahead import import_ahead
from gal_studio.worker.log import logging_to
from gal_studio.worker.reconstruct import reconstruct_waiting
from gal_studio.worker.space_watch import RoomWatch
from gal_studio.worker.task import Progress, Steps

if TYPE_CHECKING:
    from gal_studio.worker.models import Models

HEARTBEAT = 1.0  # seconds between two heartbeats
POLL_INTERVAL = 0.2  # seconds between two polls of the queue
LOOK_AFTER = 2.0  # seconds between two looks for dead workers, while idle
LOOK_AT_PICTURES = 0.5  # seconds between two looks for uploads while a job runs
REPORT = 0.25  # seconds between two writes of progress
IDLE_TIMEOUT = 1800.0  # seconds without work after which a worker exits and frees its memory
RETRY = 1.0  # seconds after which a write that the disk refused is tried again
LONGEST_BUSY = 3600.0  # seconds for which a job retries while another program locks the workspace

NO_MEMORY_TO_LOAD = (
    "There is not enough memory to load PyTorch: close other programs, or raise the limit (`ulimit -v`), "
    "then press Retry."
)
NOT_LOADED = "PyTorch cannot be loaded ({}): run `launch.py --repair`, then press Retry."

logger = logging.getLogger("gal_studio.worker")
Watcher = Callable[[Job, Progress], None]
End = Callable[[], Job]
T = TypeVar("T")


def run_worker(workspace: Path, until_empty: bool = False, beside: str = "") -> bool:
    """Run the jobs of a workspace; returns False at once if it has another worker, or one of this name.

    A name after `beside` lets this worker run beside others.
    """
    with Store(workspace) as store, WorkerLock(store.workspace, beside) as lock:
        if not lock.acquire(LOCK_TIMEOUT):
            return False
        with logging_to(store.workspace, beside), Worker(store).entered(lock) as worker:
            if threading.current_thread() is threading.main_thread():
                signal.signal(signal.SIGTERM, lambda _number, _frame: worker.ending.set())
            worker.run(until_empty=until_empty)
    return True


class Worker:
    """Runs jobs one after another. The caller holds the lock of the workspace."""

    def __init__(self, store: Store, watcher: Watcher | None = None, idle: float = IDLE_TIMEOUT) -> None:
        self.store = store
        self._idle = idle
        self.id = uuid.uuid4().hex[:16]
        self.ending = threading.Event()  # set it to stop the worker at its next step
        self._watcher = watcher
        self._reported = (0.0, "")
        self._looked = 0.0  # when dead workers were looked for
        self._pictured = 0.0  # when uploads were last looked at
        self._written = 0.0  # when progress was last stored
        self._models: Models | None = None

    @contextmanager
    def entered(self, lock: WorkerLock | None = None) -> Iterator["Worker"]:
        """Register the worker, which holds this lock, and send heartbeats.

        Marks the jobs of workers that died, among them one that held the lock before on this machine.
        """
        self.store.workers.enter(self.id)
        before = lock.sign(self.id) if lock is not None else ""
        if self.store.workers.is_of_this_machine(before):
            self.store.workers.leave(before)
        self.store.jobs.reap()
        over = threading.Event()
        heart = threading.Thread(target=self._beat, args=(over,), name="heartbeat", daemon=True)
        heart.start()
        try:
            yield self
        finally:
            over.set()
            heart.join()
            with suppress(StudioError):
                self.store.workers.leave(self.id)

    def _beat(self, over: threading.Event) -> None:
        while not over.wait(HEARTBEAT):
            try:
                self.store.workers.beat(self.id)
            except StudioError:  # a full disk stops the job, not the heartbeat
                pass
            except Exception:
                logger.exception("a heartbeat failed")

    def run(self, until_empty: bool = False) -> None:
        """Claim and run jobs until the queue is empty, or by default until it has been empty for a while.

        While a job is paused for disk space, the worker stays, and resumes the job when there is space.
        """
        models = self._models = self._models or self._load()
        worked, ahead, room = time.monotonic(), until_empty, RoomWatch(self.store)
        while not self.ending.is_set():
            if not self._retried(lambda: self.store.database.is_current):
                logger.info("a newer GAL Studio has upgraded the workspace: its own worker takes over")
                return
            if self._retried(lambda: reconstruct_waiting(self.store)):
                worked = time.monotonic()
            job = self._retried(lambda: self.store.jobs.claim(self.id))
            if job is not None:
                self.run_job(models, job)
                worked = time.monotonic()
            elif until_empty or (
                time.monotonic() - worked > self._idle and not self._retried(room.is_awaited)
            ):
                return
            elif not ahead:
                import_ahead()
                ahead = True
            elif not self._retried(room.look):
                self._retried(self._look_after_others)
                self.ending.wait(POLL_INTERVAL)

    def _load(self) -> "Models":
        """What imports torch, so after the lock and the heartbeat.

        Where that fails, the job that comes first says why: without a worker it would wait for ever.
        """
        try:
            from gal_studio.engine.families.registry import FAMILIES
            from gal_studio.worker.models import Models
        except (ImportError, MemoryError, OSError, RuntimeError, SystemError) as error:
            logger.warning("PyTorch cannot be loaded", exc_info=error)
            told = NO_MEMORY_TO_LOAD if is_lack_of_memory(error) else NOT_LOADED.format(first_line(error))
            if (job := self._retried(lambda: self.store.jobs.claim(self.id))) is not None:
                self._retried(partial(self.store.jobs.fail, job.id, told))
            raise StudioError(told) from error
        for sentence in (*plug_ins.problems(), *FAMILIES.problems):
            logger.warning("%s", sentence)
        return Models()

    def _look_after_others(self) -> None:
        """Interrupt the jobs of workers beside this one that died, so that their projects are free."""
        if time.monotonic() - self._looked >= LOOK_AFTER:
            self._looked = time.monotonic()
            self.store.jobs.reap()

    def run_job(self, models: "Models", job: Job) -> Job:
        """Run a claimed job until it ends, and store how it ended as soon as the disk allows."""
        logger.info("job %s: %s of round %s starts", job.id, job.kind, job.round_id)
        self._written = time.monotonic()
        end = self._retried(lambda: self._run_to_end(models, job)) or _interrupt(self.store, job)
        ended = self._end(job, end)
        logger.info("job %s is %s: %s", job.id, ended.state, ended.message or "done")
        self._retried(lambda: _request_late(self.store, ended))
        return ended

    def _end(self, job: Job, end: End) -> Job:
        """Store how the job ended, unless another process took this worker for dead and has it now."""
        try:
            return self._retried(end) or job
        except StudioError as refusal:
            if self.store.jobs.take_back(job.id, self.id):
                return self._retried(end) or job
            logger.warning("job %s was already ended by another process: %s", job.id, refusal)
            return self.store.jobs.get(job.id)

    def _run_to_end(self, models: "Models", job: Job) -> End:
        """Run a job from where it is; returns what stores its end. After a BusyError, call it again."""
        from gal_studio.worker.jobs.registry import steps_of  # imports torch, as the models do

        steps = steps_of(self.store, models, job)
        try:
            end = self._work(models, steps, job)
        except StudioError as error:
            if isinstance(error, BusyError) and time.monotonic() - self._written < LONGEST_BUSY:
                self._close(steps, job)
                raise
            end = self._fail(steps, job, error)
        except Exception as error:
            logger.exception("job %s failed", job.id)
            refused = isinstance(error, OSError) and drive_problem(error, _folder_of(error, self.store))
            if refused:
                return self._fail(steps, job, refused)
            end = partial(self.store.jobs.fail, job.id, _unforeseen(error))
        except BaseException:
            steps.close()
            self.store.jobs.interrupt(job.id, "the worker was stopped")
            raise
        return end

    def _work(self, models: "Models", steps: Steps, job: Job) -> End:
        """Run a job until it is done, halted, or another one goes first; returns what stores its end."""
        for progress in steps:
            self._report(job, progress)
            if self.ending.is_set() or self._must_stop(job):
                steps.close()
                return self._halt(job, progress)
            self._look_at_pictures()
            if self._gives_way(models, job, progress):
                steps.close()
                return partial(self.store.jobs.preempt, job.id)
        return partial(self.store.jobs.finish, job.id)

    def _gives_way(self, models: "Models", job: Job, progress: Progress) -> bool:
        """Whether another job goes first now: what is small only where nothing half done is lost by it."""
        if not is_background(job.kind) and progress.kept not in (None, int(progress.done)):
            return False
        return self.store.jobs.should_give_way(job.id, partial(self._lends, models))

    def _lends(self, models: "Models", small: Job) -> bool:
        """Whether the image model that is loaded is the one that a small job generates with."""
        round_, project = self.store.rounds.get(small.round_id), self.store.projects.get(small.project_id)
        name = round_.settings.generation.fast_model.strip() or project.base_model
        return models.has_image_model(name, round_.settings.machine)

    def _look_at_pictures(self) -> None:
        """Look at what was uploaded meanwhile, at most twice a second; what fails is looked at no more."""
        if time.monotonic() - self._pictured >= LOOK_AT_PICTURES:
            self._pictured = time.monotonic()
            try:
                reconstruct_waiting(self.store)
            except StudioError as trouble:
                logger.warning("images could not be looked at: %s", trouble)

    def _must_stop(self, job: Job) -> bool:
        """Whether the job was halted, unless this worker was taken for dead and goes on with it."""
        jobs = self.store.jobs
        return jobs.should_stop(job.id, self.id) and not jobs.take_back(job.id, self.id)

    def _halt(self, job: Job, progress: Progress) -> End:
        """What halts an unfinished job: pause or stop as requested; nothing if another process ended it."""
        state = self.store.jobs.get(job.id).state
        if not self.store.jobs.is_with(job.id, self.id):
            return partial(self.store.jobs.get, job.id)
        if state in ("pausing", "stopping"):
            kept = int(progress.done) if progress.kept is None else progress.kept
            words = describe_job(job.kind).phase(progress.phase).what_is_kept(kept, progress.total)
            return partial(self._halt_at, job, replace(progress, done=kept), words)
        return _interrupt(self.store, job) if state == "running" else partial(self.store.jobs.get, job.id)

    def _halt_at(self, job: Job, kept: Progress, words: str) -> Job:
        """Halt a job as requested; the progress that is shown is what was kept."""
        self._store_progress(job, kept)
        return self.store.jobs.halt(job.id, words)

    def _fail(self, steps: Steps, job: Job, error: StudioError) -> End:
        """What halts a job after an error: a pause until there is disk space, or a failure."""
        self._close(steps, job)
        if isinstance(error, NoRoomError):
            disk, needed = self.store.disk, self.store.disk.wanted(error)
            words = disk.was_full() if error.needed is None else disk.sentence(needed)
            return lambda: self.store.jobs.pause_for_space(job.id, needed, words)
        return partial(self.store.jobs.fail, job.id, str(error))

    def _close(self, steps: Steps, job: Job) -> None:
        """Let the job save what it has done, if the disk allows."""
        try:
            steps.close()
        except Exception as another:
            logger.warning("job %s could not save its last state: %s", job.id, another)

    def _retried(self, action: Callable[[], T]) -> T | None:
        """Retry an action while the disk refuses it; returns None if the worker has to stop meanwhile."""
        refused = False
        while True:
            try:
                return action()
            except DiskError as trouble:
                if not refused:
                    logger.warning("the disk refused a write, retrying: %s", trouble)
                refused = True
            if self.ending.wait(RETRY):
                return None

    def _report(self, job: Job, progress: Progress) -> None:
        time_before, phase_before = self._reported
        now = time.monotonic()
        last = progress.total and progress.done >= progress.total
        if phase_before != progress.phase or now - time_before >= REPORT or last:
            self._reported = (now, progress.phase)
            self._store_progress(job, progress)
            self.store.disk.check()
        if self._watcher is not None:
            self._watcher(job, progress)

    def _store_progress(self, job: Job, progress: Progress) -> None:
        """Store the progress; while another program locks the database, the job continues without."""
        try:
            self.store.jobs.progress(job.id, progress.phase, progress.done, progress.total, progress.message)
            self._written = time.monotonic()
        except BusyError as trouble:
            logger.warning("the progress of job %s could not be stored: %s", job.id, trouble)


def _interrupt(store: Store, job: Job) -> End:
    """What marks a job as interrupted because its worker stops."""
    return partial(store.jobs.interrupt, job.id, "the worker was stopped")


def _request_late(store: Store, ended: Job) -> None:
    """Queue a job again that makes all that waits, if something was asked for after it last looked.

    Who asks while the job runs gets no job of their own.
    """
    if ended.state != "completed":
        return
    asked = [hooks.waiting[ended.kind] for hooks in all_hooks() if ended.kind in hooks.waiting]
    if any(waiting(store, ended.round_id) for waiting in asked):
        store.jobs.enqueue(ended.project_id, ended.round_id, ended.kind)


def _folder_of(error: OSError, store: Store) -> Path:
    """The folder of the file that an error names, else the workspace."""
    return Path(error.filename).parent if isinstance(error.filename, str) else store.workspace


def _unforeseen(error: Exception) -> str:
    """Of an error that no code has a sentence for: a lack of memory, which comes from anywhere, or a bug."""
    from gal_studio.engine.memory.plan import is_out_of_memory  # imports torch, as the job has

    if is_out_of_memory(error):
        return (
            "There is not enough memory for the models of this job: close other programs that use it, then "
            "press Resume, or choose a smaller model."
        )
    return f"The job failed because of a bug in GAL Studio ({type(error).__name__}): the log has the details."
