"""What the schema of a `studio.db` has that is not the studio's: a workspace may come from anybody.

A view in the place of a table can run for ever, and a trigger can change or delete rows without a word. Both
are refused by name when a workspace is opened.
"""

import shlex
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gal_studio.core.errors import StudioError
from gal_studio.core.words import counted
from gal_studio.state.database.tables import TABLES
from gal_studio.state.database.versions import triggers

LONGEST = 600.0
"""Seconds of CPU time that a query of somebody else's file may take."""
STEPS = 1_000_000
"""Of SQLite's machine, between two looks at the time."""
_SHOWN = 3
Rows = Callable[[str], Sequence[Any]]
"""Runs a query and returns its rows."""


@dataclass(frozen=True)
class Foreign:
    """Something of a schema that the studio did not make."""

    kind: str  # "view", "trigger", "index" or "virtual table"
    name: str

    def __str__(self) -> str:
        return f"the {self.kind} {self.name!r}"


def quoted(name: str) -> str:
    """A name as SQL has it, whatever it is."""
    return '"' + name.replace('"', '""') + '"'


def foreign(rows: Rows, is_current: bool) -> tuple[Foreign, ...]:
    """The views, virtual tables, unique indexes and, in a database of this version, triggers of others.

    Those of an older version are dropped before a row is written (`upgrades.upgrade`). A plain table or index
    changes nothing and stays.
    """
    return tuple(_foreign(rows, is_current))


def _foreign(rows: Rows, is_current: bool) -> Iterator[Foreign]:
    ours = triggers()
    tables = {table.name for table in TABLES}
    for kind, name, table, sql in rows("SELECT type, name, tbl_name, sql FROM sqlite_master"):
        words = [word.upper() for word in (sql or "").split(None, 2)[:2]]
        if kind == "view":
            yield Foreign("view", name)
        elif kind == "trigger" and is_current and ours.get(name) != sql:
            yield Foreign("trigger", name)
        elif kind == "table" and words == ["CREATE", "VIRTUAL"]:
            yield Foreign("virtual table", name)
        elif kind == "index" and words == ["CREATE", "UNIQUE"] and table in tables:
            yield Foreign("index", name)


def refuse_foreign(rows: Rows, is_current: bool, folder: Path) -> None:
    """Refuse a database with something that the studio did not make, by name."""
    if found := foreign(rows, is_current):
        raise StudioError(
            f"studio.db in {folder} has {_named(found)}, not made by the studio and able to change anything: "
            f"`gal-studio doctor --repair --workspace {shlex.quote(str(folder))}` puts a copy in its place, "
            "or ask for archives of its projects."
        )


def describe(found: Sequence[Foreign]) -> str:
    """A sentence on what is not the studio's."""
    return f"studio.db has {_named(found)}, not made by the studio."


def bounded(connection: sqlite3.Connection, seconds: float = LONGEST) -> None:
    """Let a connection believe nothing in its file, and take no longer than this of the thread's CPU time."""
    connection.execute("PRAGMA trusted_schema = OFF")
    ends = time.thread_time() + seconds
    connection.set_progress_handler(lambda: time.thread_time() > ends, STEPS)


def _named(found: Sequence[Foreign]) -> str:
    more = len(found) - _SHOWN
    names = ", ".join(map(str, found[:_SHOWN]))
    return f"{names} and {counted(more, 'other thing')}" if more > 0 else names
