"""Put an automatic copy of the database in the place of a damaged one, which is kept aside."""

import os
import shlex
import shutil
import sqlite3
import time
from contextlib import ExitStack, closing, suppress
from pathlib import Path

from gal_studio.core.errors import StudioError
from gal_studio.second_try import renamed
from gal_studio.state.database.backups import backups, is_backup
from gal_studio.state.database.own_files import ENDINGS, check_files
from gal_studio.state.files.content_store import sync_folder
from gal_studio.state.files.errors import disk_problem, make_folder, time_of
from gal_studio.state.files.inside import inside
from gal_studio.state.files.own_folder import BACKUPS, DAMAGED, DATABASE
from gal_studio.state.files.unfinished import unfinished_name
from gal_studio.state.jobs.lock import PageLock, WorkerLock
from gal_studio.workspace.check import damage_of


def whole_copies(workspace: Path) -> tuple[Path, ...]:
    """The copies of the database that are whole, the newest first."""
    return tuple(path for path in backups(workspace) if not damage_of(path))


def describe_copies(workspace: Path) -> tuple[str, ...]:
    """A sentence on each copy of the database that is whole."""
    where = f"--workspace {shlex.quote(str(workspace))}"
    return tuple(
        f"There is a copy of the database of {time_of(path)}: `gal-studio doctor {where} --restore "
        f"{path.name}` puts it in its place."
        for path in whole_copies(workspace)
    )


def restore(workspace: Path, name: str) -> str:
    """Put a copy in the place of the database, which is kept aside; a sentence that says from when it is.

    Refused if a page or a worker uses the workspace.
    """
    path = workspace / BACKUPS / name
    if not is_backup(path):
        known = ", ".join(one.name for one in backups(workspace))
        step = f"choose from {known}" if known else "the workspace has none"
        raise StudioError(f"The database copy {name!r} does not exist: {step}.")
    with ExitStack() as locks:
        for lock in (PageLock(workspace), WorkerLock(workspace)):
            if not locks.enter_context(lock).acquire(1.0):
                raise StudioError(f"GAL Studio uses the workspace {workspace}: end it, then try again.")
        check_files(workspace / DATABASE)
        new = workspace / unfinished_name(workspace)
        try:
            shutil.copyfile(inside(workspace, path), new)
            aside = _copied_aside(workspace)
            _replace(workspace, new)
        except OSError as error:
            raise disk_problem(error, workspace) from error
        finally:
            new.unlink(missing_ok=True)
    return (
        f"{DATABASE} is now the copy of {time_of(path)}; the previous one, with newer changes, is in "
        f"{DAMAGED}/{aside}."
    )


def _copied_aside(workspace: Path) -> str:
    """Copy the database with its log to `damaged/`; returns the name of the copy."""
    folder, stem = make_folder(workspace / DAMAGED, workspace), time.strftime("studio-%Y%m%d-%H%M%S")
    number = 1
    while list(folder.glob(f"{stem}-{number}.db*")):
        number += 1
    for ending in (*ENDINGS[1:], ENDINGS[0]):  # the database last: a copy with that name is whole
        path = workspace / f"{DATABASE}{ending}"
        if path.exists():
            shutil.copyfile(inside(workspace, path), folder / f"{stem}-{number}.db{ending}")
    return f"{stem}-{number}.db"


def _replace(workspace: Path, new: Path) -> None:
    """Whatever ends this process, one of the two is there."""
    database = workspace / DATABASE
    with suppress(sqlite3.Error, UnicodeDecodeError), closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # so that its log can go before it does
    for ending in ENDINGS[1:]:
        database.with_name(f"{DATABASE}{ending}").unlink(missing_ok=True)
    with new.open("r+b") as file:
        os.fsync(file.fileno())
    renamed(new, database)
    sync_folder(workspace)
