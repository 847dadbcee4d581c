"""Turn errors of the disk and of the database into StudioError with a clear sentence."""

import errno
import os
import shlex
import shutil
import sqlite3
import sys
import time
import uuid
from contextlib import suppress
from pathlib import Path

from gal_studio.causes import HELD
from gal_studio.core.drive_errors import drive_sentence, may_pass
from gal_studio.core.errors import StudioError
from gal_studio.state.files.inside import inside
from gal_studio.state.files.rights import closed_to_user, closed_words

ROOM = 1 << 20
"""Bytes needed besides the files: rows, journal, folders."""

_SHARED_MEMORY = 64 << 10  # bytes: what SQLite needs beside its log
_SCHEMA = ("no such table", "no such column", "has no column", "already exists", "duplicate column")
_FORBIDDEN = {errno.EACCES, errno.EPERM}


class DiskError(StudioError):
    """A disk or a database refused, and the same may work later."""


class NoRoomError(DiskError):
    """The disk is full; `needed` in bytes, None if unknown."""

    def __init__(self, sentence: str, needed: int | None = None) -> None:
        super().__init__(sentence)
        self.needed = needed


class GoneError(StudioError):
    """The database was deleted or replaced while it was in use."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"The workspace {folder}, or its studio.db, was moved, deleted or replaced while the studio was "
            "running: put it back, then start the studio again."
        )


class DamagedDatabaseError(StudioError):
    """Pages of the database cannot be read."""


class MissingRowError(StudioError, sqlite3.IntegrityError):
    """A row refers to one that another request has deleted."""


class BusyError(DiskError):
    """Another program writes to the workspace for longer than the timeout."""


def _full(folder: Path) -> NoRoomError:
    return NoRoomError(
        f"The disk of the folder {folder} is full: free some space and try again (stored data is intact)."
    )


def _forbidden(folder: Path, error: OSError | None = None) -> StudioError:
    """What is known of a folder that cannot be written: whose it is, who holds a file, who protects it."""
    there = next((each for each in (folder, *folder.absolute().parents) if each.exists()), folder)
    closed = closed_to_user(there)
    if closed is not None:
        return StudioError(f"{closed_words(closed)}: ask for permission, or choose another folder.")
    if getattr(error, "winerror", None) in HELD:
        return DiskError(
            f"Windows refuses to write in the folder {folder}, where another program (such as a virus "
            "scanner or a synchronization) may hold the file, or Controlled folder access may protect it: "
            "try again, or choose another folder."
        )
    if sys.platform == "darwin" and getattr(error, "errno", None) == errno.EPERM:
        return StudioError(
            f"macOS protects the folder {folder}: allow the terminal to use it in System Settings › Privacy "
            "& Security › Files and Folders, or choose another folder."
        )
    why = f" ({error.strerror})" if error is not None and error.strerror else ""
    return StudioError(f"The folder {folder} cannot be written{why}: choose another one.")


def is_full(error: OSError) -> bool:
    """Whether a file operation failed because there is no room."""
    return error.errno == errno.ENOSPC


def drive_problem(error: OSError, folder: Path) -> StudioError | None:
    """The error for what the drive of a folder refused; None if it is no matter of the drive."""
    if is_full(error):
        return _full(folder)
    said = drive_sentence(error, folder)
    if said is None:
        return None
    return DiskError(said) if may_pass(error) else StudioError(said)


def disk_problem(error: OSError, folder: Path) -> StudioError:
    """The error for a file operation that failed in the workspace."""
    if (known := drive_problem(error, folder)) is not None:
        return known
    if error.errno in _FORBIDDEN:
        return _forbidden(folder, error)
    if error.errno in (errno.ENOTDIR, errno.EEXIST):
        return StudioError(f"{folder} is not a folder: choose another one.")
    reason = error.strerror or str(error)
    return StudioError(f"The folder {folder} could not be used ({reason}): choose another one.")


def make_folder(folder: Path, workspace: Path | None = None) -> Path:
    """Create a folder unless it exists; an error names the `workspace`, if given.

    In a workspace, that is refused if it is gone, so that none is begun anew, or if a link is on the way.
    """
    if workspace is not None and workspace != folder:
        if not workspace.is_dir():
            raise GoneError(workspace)
        inside(workspace, folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise disk_problem(error, workspace or folder) from error
    return folder


def megabytes(count: int) -> str:
    """Format a number of bytes."""
    return f"{count / 2**20:.1f} MB"


def time_of(path: Path) -> str:
    """When a file was written, in local time."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(path.stat().st_mtime))


def _is_full(folder: Path) -> bool:
    try:
        return shutil.disk_usage(folder).free < _SHARED_MEMORY
    except OSError:
        return False


def _read_only(folder: Path) -> str | None:
    """What to say if the whole drive is read-only."""
    if not hasattr(os, "statvfs") or not os.statvfs(folder).f_flag & os.ST_RDONLY:
        return None
    return drive_sentence(OSError(errno.EROFS, ""), folder)


def _refused(folder: Path) -> StudioError | None:
    """What a drive says of a small file; None if it takes it."""
    path = folder / f".{uuid.uuid4().hex[:8]}.tmp"
    try:
        with path.open("xb") as file:
            file.write(bytes(_SHARED_MEMORY))
    except OSError as error:
        return drive_problem(error, folder)
    finally:
        with suppress(OSError):
            path.unlink(missing_ok=True)
    return None


def database_problem(error: sqlite3.Error, folder: Path) -> StudioError | None:
    """The error for a database problem that the user can fix; None for a bug."""
    text = str(error).lower()
    if "full" in text:
        return _full(folder)
    if "readonly" in text:
        return DiskError(_read_only(folder) or str(_forbidden(folder)))
    if "unable to open" in text:  # SQLite does not tell the error of the system
        return _refused(folder) or _forbidden(folder)
    if "locked" in text or "busy" in text or "locking protocol" in text:
        return BusyError(f"Another program is using the workspace {folder}: close it and try again.")
    if "disk i/o" in text:
        if _is_full(folder):  # SQLite cannot make its shared memory
            return _full(folder)
        if (refused := _refused(folder)) is not None:
            return DiskError(str(refused))
        return DiskError(f"The disk of the workspace {folder} reported an error: check it and try again.")
    if "foreign key constraint failed" in text:
        return MissingRowError("What this belongs to has been deleted in the meantime: reload the page.")
    if "interrupted" in text:
        return StudioError(
            f"A query of studio.db in {folder} took too long, because its content is not what the studio "
            "writes: restore a copy of studio.db."
        )
    if "not a database" in text or "malformed" in text or "decode" in text:
        where, copy = shlex.quote(str(folder)), max((folder / "backups").glob("studio-*.db"), default=None)
        step = f"more, and --repair puts its copy of {time_of(copy)} back" if copy else "what to do"
        return DamagedDatabaseError(
            f"The file studio.db in {folder} is damaged: `gal-studio doctor --workspace {where}` says {step}."
        )
    if any(words in text for words in _SCHEMA):
        return StudioError(
            f"The tables of studio.db in {folder} are not those of this version ({text[:80]}): "
            "`gal-studio doctor --repair` with this workspace puts a copy in its place."
        )
    return None
