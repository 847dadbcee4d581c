"""The loop: claim, run, report, until nothing waits."""

import logging
import logging.handlers
import signal
import threading
import time
import uuid
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from gal_studio.core.errors import StudioError
from gal_studio.core.job_kinds import describe_job
from gal_studio.core.types import Job
from gal_studio.state import Store
from gal_studio.state.files.content_store import log_folder
from gal_studio.state.files.errors import BusyError, DiskError, NoRoomError
from gal_studio.state.jobs.lock import PATIENCE, WorkerLock
from gal_studio.worker.import_ahead import import_ahead
from gal_studio.worker.space_watch import RoomWatch
from gal_studio.worker.task import Progress

if TYPE_CHECKING:
    from gal_studio.worker.models import Models

BEAT = 1.0  # seconds between two heartbeats
LOOK = 0.2  # seconds between two looks at the queue
REPORT = 0.25  # seconds between two writes of progress
IDLE = 1800.0  # seconds without work after which a worker ends and frees its memory
AGAIN = 1.0  # seconds after which what a disk refused is tried again
HELD = 3600.0  # seconds for which a job is carried on although another program holds the workspace

logger = logging.getLogger("gal_studio.worker")
Watcher = Callable[[Job, Progress], None]
Steps = Generator[Progress, None, None]
End = Callable[[], Job]
T = TypeVar("T")


def run_worker(workspace: Path, until_empty: bool = False) -> bool:
    """Work on a workspace; False at once when another worker has it."""
    with Store(workspace) as store, WorkerLock(store.workspace) as lock:
        if not lock.acquire(PATIENCE):
            return False
        with _log(store.workspace), Worker(store).entered() as worker:
            if threading.current_thread() is threading.main_thread():
                signal.signal(signal.SIGTERM, lambda _number, _frame: worker.ending.set())
            worker.run(until_empty=until_empty)
    return True


@contextmanager
def _log(workspace: Path) -> Iterator[None]:
    """Write to the workspace's log while it lasts."""
    handler = logging.handlers.RotatingFileHandler(
        log_folder(workspace) / "worker.log", maxBytes=1_000_000, backupCount=3, encoding="utf-8"
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    before = logger.level, logger.propagate
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    try:
        yield
    except StudioError as error:
        logger.error("the worker ends: %s", error)
        raise
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before[0])
        logger.propagate = before[1]
        handler.close()


class Worker:
    """Runs jobs one after another; whoever makes it holds the workspace's lock."""

    def __init__(self, store: Store, watcher: Watcher | None = None, idle: float = IDLE) -> None:
        self.store = store
        self._idle = idle
        self.id = uuid.uuid4().hex[:16]
        self.ending = threading.Event()  # set it, and the worker leaves at its next step
        self._watcher = watcher
        self._reported = (0.0, "")
        self._noted = 0.0  # when progress was last written
        self._models: Models | None = None

    @contextmanager
    def entered(self) -> Iterator["Worker"]:
        """Show signs of life while it lasts; jobs of workers that died before are marked."""
        self.store.workers.enter(self.id)
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
        while not over.wait(BEAT):
            with suppress(StudioError):  # a full disk stops the job, not the heart
                self.store.workers.beat(self.id)

    def run(self, until_empty: bool = False) -> None:
        """Claim and run jobs until none waits, or until none was asked for during a long while.

        While a job rests for want of room, the worker stays: it takes the job up again when there is room.
        """
        from gal_studio.worker.models import Models  # imports torch: the lock and the heartbeat come first

        self._models = self._models or Models()
        worked, ahead, room = time.monotonic(), until_empty, RoomWatch(self.store)
        while not self.ending.is_set():
            job = self._insist(lambda: self.store.jobs.claim(self.id))
            if job is not None:
                self.run_job(self._models, job)
                worked = time.monotonic()
            elif until_empty or (
                time.monotonic() - worked > self._idle and not self._insist(room.is_awaited)
            ):
                return
            elif not ahead:
                import_ahead()
                ahead = True
            elif not self._insist(room.look):
                self.ending.wait(LOOK)

    def run_job(self, models: "Models", job: Job) -> Job:
        """Run one claimed job to its end, whatever that is, and note it as soon as the disk lets us."""
        logger.info("job %s: %s of round %s starts", job.id, job.kind, job.round_id)
        self._noted = time.monotonic()
        end = self._insist(lambda: self._carry_on(models, job)) or _ended(self.store, job)
        ended = self._laid_down(job, end)
        logger.info("job %s is %s: %s", job.id, ended.state, ended.message or "done")
        return ended

    def _laid_down(self, job: Job, end: End) -> Job:
        """Note how the job ended; where somebody held this worker for dead, what was said then stands."""
        try:
            return self._insist(end) or job
        except StudioError as refusal:
            logger.warning("job %s was laid down by somebody else: %s", job.id, refusal)
            return self.store.jobs.get(job.id)

    def _carry_on(self, models: "Models", job: Job) -> End:
        """Go on where a job is, to its end; how that is to be noted. A BusyError asks to be called again."""
        from gal_studio.worker.jobs.registry import steps_of  # imports torch, as the models do

        steps = steps_of(self.store, models, job)
        try:
            end = self._work(steps, job)
        except StudioError as error:
            if isinstance(error, BusyError) and time.monotonic() - self._noted < HELD:
                self._close(steps, job)
                raise
            end = self._trouble(steps, job, error)
        except Exception as error:
            logger.exception("job %s failed", job.id)
            name = type(error).__name__
            sentence = f"The work failed for a reason that is ours ({name}): the log has the details."
            end = partial(self.store.jobs.fail, job.id, sentence)
        except BaseException:
            steps.close()
            self.store.jobs.interrupt(job.id, "the worker was ended")
            raise
        return end

    def _work(self, steps: Steps, job: Job) -> End:
        """Carry a job on until it is done or is to be laid down; how that is to be noted."""
        for progress in steps:
            self._report(job, progress)
            if self.ending.is_set() or self.store.jobs.should_stop(job.id):
                steps.close()
                return self._left(job, progress)
        return partial(self.store.jobs.finish, job.id)

    def _left(self, job: Job, progress: Progress) -> End:
        """How a job that is not done is laid down: as was asked, or not at all where somebody else did it."""
        state = self.store.jobs.get(job.id).state
        if state in ("pausing", "stopping"):
            kept = describe_job(job.kind).phase(progress.phase).kept
            sentence = kept.format(done=int(progress.done), total=progress.total)
            return partial(self.store.jobs.halt, job.id, sentence)
        return _ended(self.store, job) if state == "running" else partial(self.store.jobs.get, job.id)

    def _trouble(self, steps: Steps, job: Job, error: StudioError) -> End:
        """What could not go on is laid down: for want of room until there is some, else as failed."""
        self._close(steps, job)
        if isinstance(error, NoRoomError):
            needed, disk = self.store.disk.wanted(error), self.store.disk
            return lambda: self.store.jobs.pause_for_space(job.id, needed, disk.sentence(needed))
        return partial(self.store.jobs.fail, job.id, str(error))

    def _close(self, steps: Steps, job: Job) -> None:
        """Keep what is done, where the disk takes it."""
        try:
            steps.close()
        except Exception as another:
            logger.warning("job %s keeps what it had before: %s", job.id, another)

    def _insist(self, action: Callable[[], T]) -> T | None:
        """Do it, as often as it takes while a disk refuses it; None when the worker is to end meanwhile."""
        refused = False
        while True:
            try:
                return action()
            except DiskError as trouble:
                if not refused:
                    logger.warning("the disk refuses what is to be noted; trying on: %s", trouble)
                refused = True
            if self.ending.wait(AGAIN):
                return None

    def _report(self, job: Job, progress: Progress) -> None:
        time_before, phase_before = self._reported
        now = time.monotonic()
        last = progress.total and progress.done >= progress.total
        if phase_before != progress.phase or now - time_before >= REPORT or last:
            self._reported = (now, progress.phase)
            self._note(job, progress)
            self.store.disk.check()
        if self._watcher is not None:
            self._watcher(job, progress)

    def _note(self, job: Job, progress: Progress) -> None:
        """Write how far the job is, or later, while somebody else writes: the work itself goes on."""
        try:
            self.store.jobs.progress(job.id, progress.phase, progress.done, progress.total, progress.message)
            self._noted = time.monotonic()
        except BusyError as trouble:
            logger.warning("how far job %s is could not be noted: %s", job.id, trouble)


def _ended(store: Store, job: Job) -> End:
    """How a job is laid down that its worker leaves."""
    return partial(store.jobs.interrupt, job.id, "the worker was ended")
