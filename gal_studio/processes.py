"""Start the worker as a separate process, which outlives the page, and restart it when there is work."""

import logging
import shlex
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, TypeAlias

from gal_studio.core.errors import StudioError
from gal_studio.core.jobs.states import WORKING
from gal_studio.patience import killed_after
from gal_studio.second_try import renamed
from gal_studio.state import Store
from gal_studio.state.database.backups import back_up
from gal_studio.state.files.content_store import log_file
from gal_studio.state.files.paths import user_path
from gal_studio.state.jobs.lock import WorkerLock
from gal_studio.state.jobs.worker_log import OUTPUT
from gal_studio.with_parent import package_environment

logger = logging.getLogger("gal_studio.keeper")
LARGEST_OUTPUT = 1_000_000  # bytes
COPY_EVERY = 300.0  # seconds between two looks whether the database is to be copied
POLL_INTERVAL = 2.0  # seconds between two checks for work without a worker
ON_ITS_OWN = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0) | getattr(subprocess, "CREATE_NO_WINDOW", 0)
"""What a session of its own is on Windows: the console's Ctrl+C and its end do not reach the worker."""
Process: TypeAlias = "subprocess.Popen[bytes]"
LONGEST_MODULE = 600.0  # seconds for what a module does
LONGEST_PAUSE = 60.0  # seconds between two starts of a worker that keeps ending at once


def worker_runs(workspace: Path) -> bool:
    """Whether a worker on this machine holds the lock of the workspace."""
    with WorkerLock(workspace) as lock:
        return not lock.acquire()


def worker_process(workspace: Path) -> Process:
    """Start a worker process in a session of its own."""
    try:
        with open_output(workspace) as output:
            return subprocess.Popen(
                [sys.executable, "-m", "gal_studio.worker", "--workspace", str(workspace)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=package_environment(),
                start_new_session=True,
                creationflags=ON_ITS_OWN,
            )
    except OSError as error:
        raise StudioError(
            f"The worker could not be started ({error.strerror}): start one with `gal-studio worker "
            f"--workspace {shlex.quote(str(workspace))}`."
        ) from error


class WorkerStarter:
    """Starts workers by `spawn`, at most one for each workspace at a time."""

    def __init__(self, spawn: Callable[[Path], Process] = worker_process) -> None:
        self._spawn = spawn
        self._started: dict[Path, Process] = {}
        self._starting = (
            threading.Lock()
        )  # several threads start workers: the keeper, and requests of the page

    def start(self, workspace: Path) -> bool:
        """Start a worker unless one runs or is starting; whether one was started. Of two, one ends itself."""
        workspace = user_path(workspace).absolute()
        with self._starting:
            for folder in [one for one, process in self._started.items() if process.poll() is not None]:
                del self._started[folder]
            if workspace in self._started or worker_runs(workspace):
                return False
            self._started[workspace] = self._spawn(workspace)
        return True


start_worker = WorkerStarter().start
"""Start the worker of a workspace from this process."""


def start_shape_process(folder: str) -> "subprocess.Popen[bytes]":
    """Start the measurement of a model's size, which writes JSON to its standard output."""
    return subprocess.Popen(
        [sys.executable, "-m", "gal_studio.worker.shape", folder],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=package_environment(),
    )


def open_output(workspace: Path) -> BinaryIO:
    """The file for output that the log does not catch; it is rotated at `LARGEST_OUTPUT`."""
    path = log_file(workspace, OUTPUT)
    if path.exists() and path.stat().st_size > LARGEST_OUTPUT:
        renamed(path, path.with_name(f"{OUTPUT}.1"))
    return path.open("ab")


def run_module(module: str, *words: str) -> str:
    """Run a module of the engine's side to its end; returns what it printed.

    What it prints when it fails is a StudioError.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", module, *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=package_environment(),
    )
    with process, killed_after(process, LONGEST_MODULE) as late:
        printed, said = process.communicate()
    if late.is_set():
        raise StudioError("A file does not answer: check the disk or the network drive it is on.")
    if process.returncode:
        lines = said.strip().splitlines()
        raise StudioError(lines[-1] if lines else f"{module} ended with the code {process.returncode}.")
    return printed


class Keeper:
    """Starts a worker when work waits without one, because a worker or a page died."""

    def __init__(
        self, store: Store, wake: Callable[[Path], object], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._store, self._wake, self._clock = store, wake, clock
        self._pause, self._next = POLL_INTERVAL, 0.0
        self._copied = -COPY_EVERY

    def look(self) -> None:
        """Interrupt the jobs of dead workers, and start a worker for waiting ones, with growing pauses."""
        self._store.jobs.reap()
        if worker_runs(self._store.workspace):
            self._pause, self._next = POLL_INTERVAL, 0.0
        elif self._has_work() and self._clock() >= self._next:
            self._wake(self._store.workspace)
            self._next = self._clock() + self._pause
            self._pause = min(2 * self._pause, LONGEST_PAUSE)

    def copy_database(self) -> None:
        """Copy the database now and then while nobody works."""
        if self._clock() - self._copied < COPY_EVERY or self._is_at_work():
            return
        self._copied = self._clock()
        back_up(self._store.workspace, self._store.disk)

    def _is_at_work(self) -> bool:
        return any(one.job.state in WORKING for one in self._store.jobs.unfinished().jobs)

    def _has_work(self) -> bool:
        return self._store.jobs.has_work() or self._store.reconstructions.has_requests()

    def start(self) -> None:
        """Run in a thread until the process ends."""
        threading.Thread(target=self.run, name="keeper", daemon=True).start()

    def run(self) -> None:
        """Look again and again."""
        while True:
            try:
                self.look()
                self.copy_database()
            except StudioError:  # such as a full disk: try again later
                pass
            except Exception:  # the thread must outlive whatever it meets
                logger.exception("the look for waiting work failed")
            time.sleep(POLL_INTERVAL)
