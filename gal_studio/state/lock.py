"""One worker a workspace: a lock that the operating system lets go of when its holder dies."""

import os
import sys
from pathlib import Path
from types import TracebackType

from gal_studio.state.problems import disk_problem


class WorkerLock:
    """The lock of a workspace's worker, held until `release` or the end of the process."""

    def __init__(self, workspace: Path) -> None:
        self._path = workspace / "worker.lock"
        self._handle: int | None = None

    def acquire(self) -> bool:
        """Take the lock; False when another worker holds it."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise disk_problem(error, self._path.parent) from error
        try:
            _lock(handle)
        except OSError:
            os.close(handle)
            return False
        self._handle = handle
        return True

    def release(self) -> None:
        """Let another worker have it."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def __enter__(self) -> "WorkerLock":
        """Use as `with WorkerLock(folder) as lock:`, after which it is released."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Release."""
        self.release()


def _lock(handle: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
