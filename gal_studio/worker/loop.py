"""The loop: claim, run, report, until nothing waits."""

import importlib
import logging
import logging.handlers
import signal
import threading
import time
import uuid
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from gal_studio.core.errors import StudioError
from gal_studio.core.types import Job
from gal_studio.state import Store
from gal_studio.state.files import log_folder
from gal_studio.state.lock import WorkerLock
from gal_studio.worker.progress import Progress

if TYPE_CHECKING:
    from gal_studio.worker.models import Models

BEAT = 1.0  # seconds between two heartbeats
LOOK = 0.2  # seconds between two looks at the queue
REPORT = 0.25  # seconds between two writes of progress
IDLE = 1800.0  # seconds without work after which a worker ends and frees its memory

logger = logging.getLogger("gal_studio.worker")
Watcher = Callable[[Job, Progress], None]


def run_worker(workspace: Path, until_empty: bool = False) -> bool:
    """Work on a workspace; False at once when another worker has it."""
    with Store(workspace) as store, WorkerLock(store.workspace) as lock:
        if not lock.acquire():
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
        handler.close()


class Worker:
    """Runs jobs one after another; whoever makes it holds the workspace's lock."""

    def __init__(self, store: Store, watcher: Watcher | None = None) -> None:
        self.store = store
        self.id = uuid.uuid4().hex[:16]
        self.ending = threading.Event()  # set it, and the worker leaves at its next step
        self._watcher = watcher
        self._reported = (0.0, "")
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
        """Claim and run jobs until none waits, or until none was asked for during a long while."""
        from gal_studio.worker.models import Models  # imports torch: the lock and the heartbeat come first

        self._models = self._models or Models()
        worked, ahead = time.monotonic(), until_empty
        while not self.ending.is_set():
            job = self.store.jobs.claim(self.id)
            if job is not None:
                self.run_job(self._models, job)
                worked = time.monotonic()
            elif until_empty or time.monotonic() - worked > IDLE:
                return
            elif not ahead:
                _import_ahead()
                ahead = True
            else:
                self.ending.wait(LOOK)

    def run_job(self, models: "Models", job: Job) -> Job:
        """Run one claimed job to its end, whatever the end is."""
        logger.info("job %s: %s of round %s starts", job.id, job.kind, job.round_id)
        steps = _steps(self.store, models, job)
        try:
            for progress in steps:
                self._report(job, progress)
                if self.ending.is_set() or self.store.jobs.should_stop(job.id):
                    ended = self._lay_down(steps, job, progress)
                    break
            else:
                ended = self.store.jobs.finish(job.id)
        except StudioError as error:
            ended = self.store.jobs.fail(job.id, str(error))
        except Exception as error:
            logger.exception("job %s failed", job.id)
            name = type(error).__name__
            ended = self.store.jobs.fail(
                job.id, f"The work failed for a reason that is ours ({name}): the log has the details."
            )
        except BaseException:
            steps.close()
            self.store.jobs.interrupt(job.id, "the worker was ended")
            raise
        logger.info("job %s is %s: %s", job.id, ended.state, ended.message or "done")
        return ended

    def _lay_down(self, steps: Generator[Progress, None, None], job: Job, progress: Progress) -> Job:
        """Honour Stop, Pause or the end of the worker between two steps."""
        steps.close()
        if self.store.jobs.should_stop(job.id):
            return self.store.jobs.halt(job.id, _kept(progress))
        return self.store.jobs.interrupt(job.id, "the worker was ended")

    def _report(self, job: Job, progress: Progress) -> None:
        time_before, phase_before = self._reported
        now = time.monotonic()
        last = progress.total and progress.done >= progress.total
        if phase_before != progress.phase or now - time_before >= REPORT or last:
            self._reported = (now, progress.phase)
            self.store.jobs.progress(job.id, progress.phase, progress.done, progress.total, progress.message)
        if self._watcher is not None:
            self._watcher(job, progress)


def _import_ahead() -> None:
    """Use the first idle seconds for what the first job would wait for."""
    for module, names in (
        ("diffusers", ("StableDiffusionPipeline", "DPMSolverMultistepScheduler")),
        ("open_clip", ()),
        ("peft", ()),
        ("sklearn.manifold", ()),
    ):
        imported = importlib.import_module(module)
        for name in names:  # diffusers imports its parts when they are asked for
            getattr(imported, name)


def _steps(store: Store, models: "Models", job: Job) -> Generator[Progress, None, None]:
    from gal_studio.worker.drawing import generate_round
    from gal_studio.worker.pairing import judge_round, make_pairs
    from gal_studio.worker.refining import refine_round
    from gal_studio.worker.tuning import tune_round

    work = {
        "fine_tune": tune_round,
        "generate": generate_round,
        "pairs": make_pairs,
        "refine": refine_round,
        "quality": judge_round,
    }[job.kind]
    return work(store, models, job)


def _kept(progress: Progress) -> str:
    steps = f"Kept {int(progress.done)} of {progress.total} steps; Resume goes on from there."
    kept = {
        "fine_tune": steps,
        "refine": steps,
        "draw": "Kept the pictures that were finished; Generate draws the rest.",
        "pairs": "Kept the pictures that were finished; Resume draws the rest.",
        "maps": "Kept the maps that were finished; Resume makes the rest.",
    }
    return kept.get(progress.phase, "Stopped before anything was lost.")
