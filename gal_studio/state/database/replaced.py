"""Put another database in the place of a workspace's own: at every moment a whole `studio.db` is there."""

import os
import shutil
import sqlite3
import time
from contextlib import closing, suppress
from pathlib import Path

from gal_studio.second_try import renamed
from gal_studio.state.database.own_files import ENDINGS, check_files
from gal_studio.state.database.schema import bounded
from gal_studio.state.files.errors import disk_problem, make_folder
from gal_studio.state.files.inside import inside
from gal_studio.state.files.own_folder import DAMAGED, DATABASE
from gal_studio.state.files.unfinished import beginning, is_unfinished


def put_in_place(workspace: Path, new: Path) -> str:
    """Replace the database by another file of the workspace; returns the former's name in `damaged/`.

    Nobody else may use the workspace meanwhile. The former is copied, not moved: whatever ends this process,
    it is still there, or the new one is.
    """
    database = workspace / DATABASE
    check_files(database)
    try:
        aside = copied_aside(workspace)
        with suppress(sqlite3.Error, UnicodeDecodeError), closing(sqlite3.connect(database)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # so that its log can go before it does
        for ending in ENDINGS[1:]:
            database.with_name(f"{DATABASE}{ending}").unlink(missing_ok=True)
        with new.open("r+b") as file:
            os.fsync(file.fileno())
        renamed(new, database)
        _sync(workspace)
    except OSError as error:
        raise disk_problem(error, workspace) from error
    return aside


def finish_replacement(workspace: Path) -> bool:
    """Where `studio.db` is gone, put the whole database in its place that a killed repair left beside it.

    Versions up to 0.2 moved the former one away first. The newest is taken; a part that is no whole
    database of the studio stays as it is, and so does everything if there is a `studio.db`.
    """
    if os.path.lexists(workspace / DATABASE) or not workspace.is_dir():
        return False
    parts = [path for path in workspace.glob(f"{beginning(workspace)}*") if _is_whole(path, workspace)]
    if not parts:
        return False
    newest = max(parts, key=lambda path: path.stat().st_mtime)
    try:
        for ending in ENDINGS[1:]:  # of the former one
            log = workspace / f"{DATABASE}{ending}"
            if os.path.lexists(log):
                folder = make_folder(workspace / DAMAGED, workspace)
                renamed(log, folder / f"{_free_stem(folder)}.db{ending}")
        renamed(newest, workspace / DATABASE)
        _sync(workspace)
    except FileNotFoundError:  # another process did it
        pass
    except OSError as error:
        raise disk_problem(error, workspace) from error
    return True


def copied_aside(workspace: Path) -> str:
    """Copy the database with its log to `damaged/`; returns the name of the copy."""
    folder = make_folder(workspace / DAMAGED, workspace)
    aside = f"{_free_stem(folder)}.db"
    for ending in (*ENDINGS[1:], ENDINGS[0]):  # the database last: a copy with that name is whole
        path = workspace / f"{DATABASE}{ending}"
        if path.exists():
            shutil.copyfile(inside(workspace, path), folder / f"{aside}{ending}")
    return aside


def _free_stem(folder: Path) -> str:
    stem = time.strftime("studio-%Y%m%d-%H%M%S", time.gmtime())
    number = 1
    while any(os.path.lexists(folder / f"{stem}-{number}.db{ending}") for ending in ENDINGS):
        number += 1
    return f"{stem}-{number}"


def _is_whole(path: Path, workspace: Path) -> bool:
    """Whether an unfinished file of this workspace is a whole database of the studio."""
    if not is_unfinished(path.name, workspace) or path.is_symlink() or not path.is_file():
        return False
    try:
        check_files(path)
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            bounded(connection)
            connection.execute("SELECT id FROM projects LIMIT 1").fetchall()
            return [row[0] for row in connection.execute("PRAGMA quick_check(1)")] == ["ok"]
    except (sqlite3.Error, OSError, UnicodeDecodeError):
        return False


def _sync(workspace: Path) -> None:
    from gal_studio.state.files.content_store import sync_folder  # loads PIL: no refused start waits for it

    sync_folder(workspace)
