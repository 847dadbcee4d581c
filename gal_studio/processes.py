"""Start the worker as a process of its own, which outlives the page, and see to it that one is there."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from gal_studio.core.errors import StudioError
from gal_studio.state import Store
from gal_studio.state.files.content_store import log_folder
from gal_studio.state.jobs.lock import WorkerLock
from gal_studio.state.jobs.worker_log import OUTPUT

LARGEST_OUTPUT = 1_000_000  # bytes
LOOK = 2.0  # seconds between two looks for work that nobody does
LONGEST_PAUSE = 60.0  # seconds between two starts of a worker that ends at once
_started: dict[Path, "subprocess.Popen[bytes]"] = {}
_starting = threading.Lock()  # the keeper and the page's requests start workers from several threads


def worker_runs(workspace: Path) -> bool:
    """Whether a worker of this machine holds the workspace."""
    with WorkerLock(workspace) as lock:
        return not lock.acquire()


def start_worker(workspace: Path) -> bool:
    """Start a worker unless one is there or is starting; whether one was started. Two at once end as one."""
    workspace = Path(workspace).expanduser().absolute()
    with _starting:
        for folder in [folder for folder, process in _started.items() if process.poll() is not None]:
            del _started[folder]
        if workspace in _started or worker_runs(workspace):
            return False
        _started[workspace] = _worker_process(workspace)
    return True


def _worker_process(workspace: Path) -> "subprocess.Popen[bytes]":
    try:
        with _output(workspace) as output:
            return subprocess.Popen(
                [sys.executable, "-m", "gal_studio.worker", "--workspace", str(workspace)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=_environment(),
                start_new_session=True,
            )
    except OSError as error:
        raise StudioError(
            f"The worker could not be started ({error.strerror}): run `gal-studio worker` by hand."
        ) from error


def _output(workspace: Path) -> BinaryIO:
    """Where a worker writes what no log of its own catches; beyond a megabyte a new file begins."""
    path = log_folder(workspace) / OUTPUT
    if path.exists() and path.stat().st_size > LARGEST_OUTPUT:
        path.replace(path.with_name(f"{OUTPUT}.1"))
    return path.open("ab")


class Keeper:
    """Looks now and then whether work waits without a worker: one died before it took it, or the page did."""

    def __init__(
        self, store: Store, wake: Callable[[Path], object], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._store, self._wake, self._clock = store, wake, clock
        self._pause, self._next = LOOK, 0.0

    def look(self) -> None:
        """Mark the work of dead workers; wake a worker for what waits, more and more rarely if none stays."""
        self._store.jobs.reap()
        if worker_runs(self._store.workspace):
            self._pause, self._next = LOOK, 0.0
        elif self._store.jobs.anything_waits() and self._clock() >= self._next:
            self._wake(self._store.workspace)
            self._next = self._clock() + self._pause
            self._pause = min(2 * self._pause, LONGEST_PAUSE)

    def start(self) -> None:
        """Look in a thread until the process ends."""
        threading.Thread(target=self._run, name="keeper", daemon=True).start()

    def _run(self) -> None:
        while True:
            with suppress(StudioError):  # a full disk, or a folder that is gone for a moment
                self.look()
            time.sleep(LOOK)


def _environment() -> dict[str, str]:
    """The environment of this process, in which the worker finds the same package."""
    package = str(Path(__file__).resolve().parent.parent)
    paths = [package, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(dict.fromkeys(paths))}
