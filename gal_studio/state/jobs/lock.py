"""Locks for the one worker and the one page of a workspace; the system releases them if the process dies."""

import errno
import os
import sys
import time
from pathlib import Path
from typing import Self

from gal_studio.core.errors import StudioError
from gal_studio.state.files.errors import disk_problem

PATIENCE = 1.0
"""Seconds to retry: other processes hold a lock for a moment while they test it."""


_HELD = frozenset({errno.EAGAIN, errno.EWOULDBLOCK, errno.EACCES, errno.EDEADLK, errno.EINTR})
"""What says that another process holds a lock; all else says that the disk has none."""


class WorkspaceLock:
    """A lock on a workspace, held until `release` or the end of the process."""

    name = "workspace.lock"

    def __init__(self, workspace: Path) -> None:
        self._path = workspace / self.name
        self._handle: int | None = None

    def acquire(self, patience: float = 0.0) -> bool:
        """Acquire the lock; False if another process holds it for more than `patience` seconds."""
        ends = time.monotonic() + patience
        while not self._take():
            if time.monotonic() >= ends:
                return False
            time.sleep(0.02)
        return True

    def _take(self) -> bool:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise disk_problem(error, self._path.parent) from error
        try:
            _lock(handle)
        except OSError as error:
            os.close(handle)
            if error.errno in _HELD:
                return False
            raise StudioError(
                f"The disk of {self._path.parent} does not lock files ({error.strerror}): choose a "
                "folder on a disk of this machine."
            ) from error
        self._handle = handle
        return True

    def release(self) -> None:
        """Release the lock."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def __enter__(self) -> Self:
        """Use as `with WorkerLock(folder) as lock:`; leaving the block releases it."""
        return self

    def __exit__(self, *_: object) -> None:
        """Release."""
        self.release()


class WorkerLock(WorkspaceLock):
    """The lock of the worker that the page starts, or of one `beside` it that a person named."""

    name = "worker.lock"

    def __init__(self, workspace: Path, beside: str = "") -> None:
        if beside:
            self.name = f"worker-{beside}.lock"
        super().__init__(workspace)


class PageLock(WorkspaceLock):
    """The lock of the one process that serves the page."""

    name = "page.lock"


def _lock(handle: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
