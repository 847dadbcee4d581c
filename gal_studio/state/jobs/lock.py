"""Locks for the one worker and the one page of a workspace; the system releases them if the process dies."""

import errno
import os
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Self

from gal_studio.core.errors import StudioError
from gal_studio.state.files.errors import disk_problem
from gal_studio.state.files.inside import own_file

LOCK_TIMEOUT = 1.0
"""Seconds to retry: other processes hold a lock for a moment while they test it."""


_AS_IT_IS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
"""No link is followed, and no pipe waited for."""
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
            handle = os.open(own_file(self._path), os.O_RDWR | os.O_CREAT | _AS_IT_IS, 0o644)
        except OSError as error:
            raise disk_problem(error, self._path.parent) from error
        try:
            _lock(handle)
        except OSError as error:
            os.close(handle)
            if error.errno in _HELD:
                return False
            raise StudioError(
                f"The disk of {self._path.parent} does not lock files ({error.strerror}): name a folder on "
                "a local disk with --workspace FOLDER."
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

    def sign(self, worker_id: str) -> str:
        """Write into the file of the held lock who holds it; returns who held it before, "" if unknown."""
        before = ""
        if self._handle is not None:
            with suppress(OSError):
                before = _signature(self._handle)
                os.lseek(self._handle, 1, os.SEEK_SET)
                os.write(self._handle, worker_id.encode())
                os.ftruncate(self._handle, 1 + len(worker_id))
        return before


class PageLock(WorkspaceLock):
    """The lock of the one process that serves the page."""

    name = "page.lock"


def holders(workspace: Path) -> frozenset[str]:
    """The IDs of the workers that hold a lock of the workspace, whatever processes and clocks say.

    Nothing is written, and a lock that nobody holds is taken for a moment only.
    """
    found = set()
    for path in workspace.glob("worker*.lock"):
        with suppress(OSError):
            handle = os.open(path, os.O_RDONLY | _AS_IT_IS)
            try:
                if not _can_share(handle):
                    found.add(_signature(handle))
            finally:
                os.close(handle)
    return frozenset(found - {""})


def _signature(handle: int) -> str:
    """Who signed the lock. The first byte is left out, since Windows locks it against reading, too."""
    os.lseek(handle, 1, os.SEEK_SET)
    return os.read(handle, 100).decode("ascii", "replace")


def _can_share(handle: int) -> bool:
    """Whether nobody holds the lock."""
    try:
        _lock(handle, shared=True)
    except OSError as error:
        return error.errno not in _HELD
    return True


def _lock(handle: int, shared: bool = False) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
