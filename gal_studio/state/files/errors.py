"""Errors of disks and databases, said as one sentence."""

import errno
import sqlite3
from pathlib import Path

from gal_studio.core.errors import StudioError

ROOM = 1 << 20
"""Bytes beside the files themselves: rows, journal, folders."""

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FORBIDDEN = {errno.EROFS, errno.EACCES, errno.EPERM}


class DiskError(StudioError):
    """What a disk or a database refuses now and may take later: the same can be tried again."""


class NoRoomError(DiskError):
    """A disk is full. `needed` in bytes, None where nobody knows."""

    def __init__(self, sentence: str, needed: int | None = None) -> None:
        super().__init__(sentence)
        self.needed = needed


class BusyError(DiskError):
    """Somebody else is writing into the workspace, for longer than one waits."""


def _full(folder: Path) -> NoRoomError:
    return NoRoomError(
        f"The disk of the folder {folder} is full: make room and try again; what was stored is intact."
    )


def _forbidden(folder: Path) -> str:
    return f"The folder {folder} cannot be written: choose another one."


def disk_problem(error: OSError, folder: Path) -> StudioError:
    """The sentence for a file operation that failed under the workspace."""
    if error.errno in _FULL:
        return _full(folder)
    if error.errno in _FORBIDDEN:
        return StudioError(_forbidden(folder))
    if error.errno in (errno.ENOTDIR, errno.EEXIST):
        return StudioError(f"{folder} is not a folder: choose another one.")
    reason = error.strerror or str(error)
    return StudioError(f"The folder {folder} could not be used ({reason}): choose another one.")


def make_folder(folder: Path) -> None:
    """Make a folder, unless it is there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise disk_problem(error, folder) from error


def megabytes(count: int) -> str:
    """A number of bytes for the eye."""
    return f"{count / 2**20:.1f} MB"


def database_problem(error: sqlite3.Error, folder: Path) -> StudioError | None:
    """The sentence for a database error that a person can put right; None for a fault of ours."""
    text = str(error).lower()
    if "full" in text:
        return _full(folder)
    if "readonly" in text:
        return DiskError(_forbidden(folder))
    if "unable to open" in text:
        return StudioError(_forbidden(folder))
    if "locked" in text or "busy" in text:
        return BusyError(f"Another program holds the workspace {folder}: close it and try again.")
    if "disk i/o" in text:
        return DiskError(f"The disk of the workspace {folder} failed to answer: check it and try again.")
    if "not a database" in text or "malformed" in text:
        return StudioError(
            f"The file studio.db in {folder} is damaged: restore it or choose another workspace."
        )
    return None
