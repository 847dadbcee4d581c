"""Copies of the database that are made by themselves, so that a damaged page of it loses little."""

import os
import re
import sqlite3
import stat
import time
from contextlib import closing, suppress
from pathlib import Path

from gal_studio.core.errors import StudioError
from gal_studio.second_try import renamed
from gal_studio.state.files.content_store import sync_folder
from gal_studio.state.files.errors import disk_problem, make_folder
from gal_studio.state.files.free_space import Disk
from gal_studio.state.files.inside import remove
from gal_studio.state.files.own_folder import BACKUPS, DATABASE
from gal_studio.state.files.unfinished import unfinished_name

EVERY = 3600.0  # seconds between two copies, if something changed
KEPT = 3
_NAME = re.compile(r"studio-\d{8}-\d{6}\.db")
_PAGES, _PAUSE = 512, 0.005  # pages at a time, and seconds between: writers do not wait


def backups(workspace: Path) -> tuple[Path, ...]:
    """The copies of a workspace's database, the newest first."""
    found = (workspace / BACKUPS).glob("studio-*.db")
    return tuple(sorted((path for path in found if is_backup(path)), reverse=True))


def is_backup(path: Path) -> bool:
    """Whether this is a copy of the database by its name."""
    return bool(_NAME.fullmatch(path.name)) and path.is_file() and not path.is_symlink()


def back_up(workspace: Path, disk: Disk, every: float = EVERY) -> Path | None:
    """Copy the database, unless a recent copy is as new; None then, if there is no room, or if it is damaged.

    The oldest copies beyond `KEPT` are deleted; a damaged database replaces none.
    """
    source, made = workspace / DATABASE, backups(workspace)
    if not source.is_file() or (made and not _is_due(source, made[0], every)):
        return None
    if not disk.has_room(2 * source.stat().st_size):
        return None
    folder = make_folder(workspace / BACKUPS, workspace)
    part = folder / unfinished_name(workspace)
    try:
        if not _is_copied(source, part):
            return None
        part.chmod(stat.S_IMODE(source.stat().st_mode))
        with part.open("r+b") as file:
            os.fsync(file.fileno())
        target = folder / time.strftime("studio-%Y%m%d-%H%M%S.db", time.gmtime())
        renamed(part, target)
        sync_folder(folder)
    except OSError as error:
        raise disk_problem(error, workspace) from error
    finally:
        with suppress(OSError, StudioError):
            remove(workspace, part)
    for older in backups(workspace)[KEPT:]:
        remove(workspace, older)
    return target


def _is_due(source: Path, newest: Path, every: float) -> bool:
    """Whether the last copy is old enough, and something was written since."""
    then = newest.stat().st_mtime
    log = source.with_name(f"{source.name}-wal")
    changed = max(path.stat().st_mtime for path in (source, log) if path.exists())
    return not 0 <= time.time() - then < every and changed > then


def copy(source: Path, target: Path) -> None:
    """Copy a database, also one that is in use, into one file; raises sqlite3.Error."""
    with (
        closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as reader,
        closing(sqlite3.connect(target)) as writer,
    ):
        reader.backup(writer, pages=_PAGES, sleep=_PAUSE)
        writer.execute("PRAGMA journal_mode = DELETE")


def _is_copied(source: Path, target: Path) -> bool:
    """Copy a database; whether the copy is whole."""
    try:
        copy(source, target)
        with closing(sqlite3.connect(target)) as reader:
            return [row[0] for row in reader.execute("PRAGMA quick_check")] == ["ok"]
    except (sqlite3.Error, UnicodeDecodeError):
        return False
