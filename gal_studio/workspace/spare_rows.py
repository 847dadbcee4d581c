"""Find the rows that keep a project from being read, among those that a repair can do without.

They are looked for on copies of the database, so that nothing is changed before it is known to be enough.
"""

import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from gal_studio.state.database.backups import copy
from gal_studio.state.files.errors import DiskError, GoneError, make_folder
from gal_studio.state.files.inside import remove
from gal_studio.state.files.temporary import sweep
from gal_studio.state.files.unfinished import unfinished_name
from gal_studio.state.store import Store
from gal_studio.workspace.archive.project_tables import OF_A_PROJECT, rows_of
from gal_studio.workspace.spare_values import DRAWN_AGAIN, MADE_AGAIN, substitutes

MOST_TRIES = 200
"""Copies that are tried for the rows of a table; beyond, all its rows that can be made again are left out."""
Read = Callable[[Store, str], None]
"""Reads a project in a store; raises what is wrong with it."""


@dataclass(frozen=True)
class Mend:
    """A statement that does without rows of a table, or puts something usual into one column of them."""

    table: str
    column: str
    sql: str
    rows: tuple[int, ...]

    def parts(self) -> Iterator["Mend"]:
        """The same for each row alone."""
        yield from (Mend(self.table, self.column, self.sql, (row,)) for row in self.rows)


def carry_out(chosen: Sequence[Mend], writer: sqlite3.Connection) -> None:
    """Carry out mends in an open transaction, at whose end no row may refer to one that is gone."""
    writer.execute("PRAGMA defer_foreign_keys = ON")
    writer.execute("PRAGMA ignore_check_constraints = ON")  # two damaged values of a row are mended in turn
    try:
        for one in chosen:
            writer.executemany(f"{one.sql} WHERE rowid = ?", [(row,) for row in one.rows])
    finally:
        writer.execute("PRAGMA ignore_check_constraints = OFF")


def _of_a_repair(path: Path) -> bool:
    """Whether a killed repair left this folder."""
    return (path / "copy.db").is_file()


class _TooManyError(Exception):
    """More copies would have to be tried than it is worth."""


def mends(store: Store, project_id: str, read: Read) -> tuple[Mend, ...]:
    """The fewest mends after which a project can be read; () if none are enough."""
    sweep(store.workspace, store.workspace, _of_a_repair)
    folder = make_folder(store.workspace / unfinished_name(store.workspace), store.workspace)
    try:
        whole = folder / "copy.db"
        with store.database.translated():
            copy(store.database.path, whole)
        trial = _Trial(store.workspace, project_id, whole, read)
        every = tuple(_of_project(whole, project_id))
        if not trial.is_enough(every):
            return ()
        tables = _needed(every, (), trial.is_enough)
        try:
            trial.left = MOST_TRIES
            return _needed([part for one in tables for part in one.parts()], (), trial.is_enough)
        except _TooManyError:
            return tables
    finally:
        remove(store.workspace, folder)


@dataclass
class _Trial:
    """Carries out mends on a copy of the database, and looks whether the project can be read then."""

    workspace: Path
    project_id: str
    copy: Path
    read: Read
    left: float = float("inf")

    def is_enough(self, chosen: Sequence[Mend]) -> bool:
        """Whether the project can be read after these mends."""
        if self.left <= 0:
            raise _TooManyError
        self.left -= 1
        tried = self.copy.with_name("tried.db")
        for path in self.copy.parent.glob("tried.db*"):
            path.unlink()
        shutil.copyfile(self.copy, tried)
        try:
            with closing(sqlite3.connect(tried)) as writer, writer:
                writer.execute("PRAGMA foreign_keys = ON")
                writer.execute("BEGIN")
                carry_out(chosen, writer)
            with Store(self.workspace, database=tried) as store:
                self.read(store, self.project_id)
        except (DiskError, GoneError):
            raise
        except Exception:  # whatever damaged rows lead to
            return False
        return True


def _needed(
    mends: Sequence[Mend], also: Sequence[Mend], is_enough: Callable[[Sequence[Mend]], bool]
) -> tuple[Mend, ...]:
    """The fewest mends that are enough together with others; all of them are (QuickXplain, Junker 2004)."""
    if is_enough(also):
        return ()
    if len(mends) == 1:
        return tuple(mends)
    half = len(mends) // 2
    first = _needed(mends[:half], (*also, *mends[half:]), is_enough)
    return (*first, *_needed(mends[half:], (*also, *first), is_enough))


def _of_project(database: Path, project_id: str) -> Iterator[Mend]:
    """Every mend of the rows of a project, by table and column."""
    with closing(sqlite3.connect(database)) as reader:
        for table in OF_A_PROJECT:
            found = reader.execute(rows_of(table), {"project": project_id}).fetchall()
            rows = tuple(sorted(row for (row,) in found))
            if rows and table.name in MADE_AGAIN and table.name != "project_versions":
                yield Mend(table.name, "", f"DELETE FROM {table.name}", rows)
            elif rows:
                if table.name in DRAWN_AGAIN:
                    sql, which = DRAWN_AGAIN[table.name]
                    drawn = reader.execute(f"SELECT rowid FROM {table.name} WHERE {which}").fetchall()
                    again = tuple(sorted({*rows} & {row for (row,) in drawn}))
                    yield Mend(table.name, "", sql, again)
                for column, usual in substitutes(table):
                    sql = f"UPDATE {table.name} SET {column} = {usual}"
                    yield Mend(table.name, column, sql, rows)
