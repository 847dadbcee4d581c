"""Save what can be read of a database with damaged pages, table by table, or put a copy in its place."""

import shlex
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from gal_studio.core.errors import StudioError
from gal_studio.core.words import counted
from gal_studio.state.database.backups import backups, is_backup
from gal_studio.state.database.connection import Undecoded
from gal_studio.state.database.own_files import ENDINGS
from gal_studio.state.database.replaced import copied_aside, put_in_place
from gal_studio.state.database.schema import Foreign, bounded, quoted, remove_foreign
from gal_studio.state.database.tables import TABLES
from gal_studio.state.database.upgrades import VERSION
from gal_studio.state.database.versions import triggers
from gal_studio.state.files.errors import NoRoomError, disk_problem
from gal_studio.state.files.inside import inside
from gal_studio.state.files.own_folder import BACKUPS, DAMAGED, DATABASE
from gal_studio.state.files.unfinished import unfinished_name
from gal_studio.state.jobs.lock import PageLock, WorkerLock
from gal_studio.state.store import Store
from gal_studio.workspace.check import Show
from gal_studio.workspace.read_project import read_project
from gal_studio.workspace.relisted import relist

MOST_LOOKUPS, MOST_MISSES = 20_000, 1_000
"""Rows that are tried one by one between those that a scan reaches, and those in a row that are not found."""


def whole_projects(workspace: Path, show: Show) -> tuple[dict[str, str], dict[str, str]]:
    """The names of the projects that can still be read whole, and of the others, by ID."""
    whole, broken = dict[str, str](), dict[str, str]()
    with suppress(StudioError), Store(workspace) as store:
        for project_id, name in store.projects.names().items():
            try:
                read_project(store, project_id)
                show(store, project_id)
                whole[project_id] = name
            except Exception:
                broken[project_id] = name
    return whole, broken


def describe_damage(workspace: Path, damage: str, show: Show) -> tuple[str, ...]:
    """Sentences: what is damaged, which projects are whole and how they are saved, which copies there are."""
    whole, broken = whole_projects(workspace, show)
    where = f"--workspace {shlex.quote(str(workspace))}"
    told = [f"Pages of {DATABASE} are damaged ({damage})."]
    told += [
        f"The project {name!r} can be read whole: `gal-studio export-project FILE.zip --project {identity} "
        f"{where}` saves it."
        for identity, name in whole.items()
    ]
    told += [f"The project {name!r} can no longer be read whole." for name in broken.values()]
    if not (whole or broken):
        told.append("No project can be found in it.")
    told += [
        f"There is a copy of the database of {_time_of(path)}: `gal-studio doctor {where} --restore "
        f"{path.name}` puts it in its place."
        for path in backups(workspace)
    ]
    return tuple(told)


def rescue(workspace: Path) -> tuple[str, ...]:
    """Put a database with all rows that can be read in the place of a damaged one, which is kept aside."""
    with _alone(workspace), _copy(workspace) as source:
        target = workspace / unfinished_name(workspace)
        try:
            is_relisted = not _is_listed(source)
            if is_relisted:
                relist(source, backups(workspace))
            lost = _salvage(source, target)
            aside = put_in_place(workspace, target)
        finally:
            target.unlink(missing_ok=True)
    words = [f"The rows that could be read are in a new {DATABASE}; the damaged one is in {DAMAGED}/{aside}."]
    if is_relisted:
        words += ["The list of its tables was damaged: the studio knows them, and found them again."]
    words += [f"Of the table {name}, {what}." for name, what in lost.items()]
    return tuple(words)


def restore(workspace: Path, name: str) -> str:
    """Put a copy in the place of the database, which is kept aside."""
    path = workspace / BACKUPS / name
    if not is_backup(path):
        known = ", ".join(one.name for one in backups(workspace)) or "there is none"
        raise StudioError(f"The database copy {name!r} does not exist: choose from {known}.")
    with _alone(workspace):
        target = workspace / unfinished_name(workspace)
        try:
            shutil.copyfile(inside(workspace, path), target)
            aside = put_in_place(workspace, target)
        except OSError as error:
            raise disk_problem(error, workspace) from error
        finally:
            target.unlink(missing_ok=True)
    return f"{DATABASE} is the copy of {_time_of(path)}; the one before it is in {DAMAGED}/{aside}."


def without_foreign(workspace: Path, found: Sequence[Foreign]) -> str:
    """Remove what is not the studio's from the schema; a sentence that says where the former file is."""
    with _alone(workspace):
        try:
            aside = copied_aside(workspace)
            remove_foreign(workspace / DATABASE, found)
        except OSError as error:
            raise disk_problem(error, workspace) from error
    return f"Removed; the one before it is in {DAMAGED}/{aside}."


def _time_of(path: Path) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(path.stat().st_mtime))


@contextmanager
def _alone(workspace: Path) -> Iterator[None]:
    """Refuse to replace a database that a page or a worker uses."""
    with ExitStack() as locks:
        for lock in (PageLock(workspace), WorkerLock(workspace)):
            if not locks.enter_context(lock).acquire(1.0):
                raise StudioError(f"GAL Studio uses the workspace {workspace}: end it, then try again.")
        yield


@contextmanager
def _copy(workspace: Path) -> Iterator[Path]:
    """A copy of the damaged files, which nothing changes while they are read."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            for ending in ENDINGS[:2]:
                path = workspace / f"{DATABASE}{ending}"
                if path.is_file():
                    shutil.copyfile(path, Path(folder) / path.name)
        except OSError as error:
            raise disk_problem(error, workspace) from error
        yield Path(folder) / DATABASE


def _salvage(source: Path, target: Path) -> dict[str, str]:
    """Copy the tables with all rows that can be read; what was lost, by table."""
    lost: dict[str, str] = {}
    try:
        with (
            closing(sqlite3.connect(source)) as reader,
            closing(sqlite3.connect(target, isolation_level=None)) as writer,
        ):
            made = reader.execute(
                "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL"
            ).fetchall()
            version = int(reader.execute("PRAGMA user_version").fetchone()[0])
            bounded(reader)
            reader.text_factory = Undecoded  # what cannot be decoded is copied all the same
            writer.execute("PRAGMA ignore_check_constraints = ON")
            writer.execute("BEGIN")
            tables = {name: sql for kind, name, sql in made if kind == "table" and _is_plain(name, sql)}
            for sql in tables.values():
                writer.execute(sql)
            for name in tables:
                if words := _copy_rows(reader, writer, name):
                    lost[name] = words
            if version == VERSION:  # of an older one, the next opening makes them
                for index in (one for table in TABLES if table.name in tables for one in table.indexes):
                    writer.execute(f"CREATE INDEX {index}")
                for sql in triggers().values() if {*tables} >= {table.name for table in TABLES} else ():
                    writer.execute(sql)
            writer.execute(f"PRAGMA user_version = {version}")
            writer.execute("COMMIT")
    except (sqlite3.Error, UnicodeDecodeError) as error:
        if "full" in str(error):
            raise NoRoomError(f"There is no room in {target.parent} for {DATABASE}: free some.") from error
        raise StudioError(
            f"{DATABASE} is damaged where its tables are listed, so that no row can be found: put a copy of "
            "it in its place."
        ) from error
    return lost


def _is_listed(source: Path) -> bool:
    """Whether the list of the tables of a database can be read."""
    try:
        with closing(sqlite3.connect(source)) as reader:
            return bool(reader.execute("SELECT COUNT(sql) FROM sqlite_master").fetchone()[0])
    except (sqlite3.DatabaseError, UnicodeDecodeError):
        return False


def _is_plain(table: str, sql: str) -> bool:
    """Whether this is a table with rows, which neither SQLite nor a module of it makes itself."""
    return not table.startswith("sqlite_") and "VIRTUAL" not in sql.upper().split("(")[0].split()[:2]


def _copy_rows(reader: sqlite3.Connection, writer: sqlite3.Connection, table: str) -> str:
    """Copy the rows of a table; says what was lost, "" if nothing was."""
    table = quoted(table)
    about = writer.execute(f"PRAGMA table_info({table})").fetchall()
    names = [quoted(row[1]) for row in about]
    if not any(row[5] and row[2].upper() == "INTEGER" for row in about):
        names.insert(0, "rowid")
    chosen = f"SELECT {', '.join(names)} FROM {table} NOT INDEXED"
    beginning = f"INSERT OR IGNORE INTO {table} ({', '.join(names)}) VALUES"

    def keep(rows: Iterable[Sequence[Any]]) -> list[int]:
        numbers = []
        for row in rows:
            marks = ("CAST(? AS TEXT)" if isinstance(value, Undecoded) else "?" for value in row)
            writer.execute(f"{beginning} ({', '.join(marks)})", row)
            numbers.append(row[0])
        return numbers

    up, is_whole = _reached(reader, f"{chosen} ORDER BY rowid")
    first = keep(up)
    if is_whole:
        return ""
    last = keep(_reached(reader, f"{chosen} ORDER BY rowid DESC")[0])
    low = first[-1] + 1 if first else 1
    high, misses = last[-1] if last else low + MOST_LOOKUPS, 0
    for number in range(low, min(high, low + MOST_LOOKUPS)):
        is_there = bool(keep(_reached(reader, f"{chosen} WHERE rowid = {number}")[0]))
        misses = 0 if is_there else misses + 1
        if misses > MOST_MISSES:
            break
    (saved,) = writer.execute(f"SELECT COUNT(*) FROM {table}").fetchone()
    return f"{counted(saved, 'row')} could be read, and others are lost"


def _reached(reader: sqlite3.Connection, sql: str) -> tuple[list[Sequence[Any]], bool]:
    """The rows of a query up to the first damaged page, and whether those are all."""
    found: list[Sequence[Any]] = []
    try:
        found.extend(reader.execute(sql))
    except sqlite3.DatabaseError:
        return found, False
    return found, True
