"""Compare the tables of a workspace with those of this version, and add what is missing."""

import functools
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from gal_studio.state.database.migrations import MIGRATIONS
from gal_studio.state.store import Store

Column = tuple[str, str, bool, str | None, int]  # name, type, required, default, place in the primary key
Query = Callable[[str], Sequence[sqlite3.Row]]
Tables = dict[str, tuple[Column, ...]]


def present_tables(query: Query) -> Tables:
    """The columns of every table."""
    names = query("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    return {
        row[0]: tuple(
            (column[1], column[2].upper(), bool(column[3]), column[4], column[5])
            for column in query(f'PRAGMA table_info("{row[0]}")')
        )
        for row in names
    }


def _query(connection: sqlite3.Connection) -> Query:
    return lambda sql: connection.execute(sql).fetchall()


@functools.cache
def expected_tables(version: int = len(MIGRATIONS)) -> Tables:
    """The columns of every table of a version."""
    with closing(_made(version)) as connection:
        return present_tables(_query(connection))


def _made(version: int) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    for statements in MIGRATIONS[:version]:
        for statement in statements:
            connection.execute(statement)
    return connection


@functools.cache
def _statements() -> dict[str, str]:
    """What makes each table and each index."""
    with closing(_made(len(MIGRATIONS))) as connection:
        rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    return dict(rows)


def differences(store: Store) -> Iterator[str]:
    """What is missing or unlike this version, in words."""
    present = present_tables(store.database.rows)
    made = {row[0] for row in store.database.rows("SELECT name FROM sqlite_master")}
    for name, columns in expected_tables().items():
        if name not in present:
            yield f"The table {name} is missing."
        else:
            for column in columns:
                if column not in present[name]:
                    yield f"The column {column[0]} of the table {name} is missing or of another type."
    for name in _statements():
        if name not in made and name not in expected_tables():
            yield f"The index {name} is missing."


def add_missing(store: Store) -> None:
    """Add the missing tables, indexes and columns; a required column without a default cannot be added."""
    with store.database.transaction() as connection:
        present = present_tables(_query(connection))
        for name, columns in expected_tables().items():
            known = {column[0] for column in present.get(name, ())}
            for column, kind, required, default, key in columns if name in present else ():
                if column not in known and not key and (default is not None or not required):
                    more = f" NOT NULL DEFAULT {default}" if required else ""
                    connection.execute(f"ALTER TABLE {name} ADD COLUMN {column} {kind}{more}")
        made = {row[0] for row in connection.execute("SELECT name FROM sqlite_master").fetchall()}
        tables = expected_tables()
        for name, sql in sorted(_statements().items(), key=lambda made_by: made_by[0] not in tables):
            if name not in made:
                connection.execute(sql)


def true_version(path: Path) -> int | None:
    """The version whose tables a database has, if it says another one; otherwise None."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            said = int(connection.execute("PRAGMA user_version").fetchone()[0])
            present = present_tables(_query(connection))
    except sqlite3.Error:
        return None
    if 0 < said <= len(MIGRATIONS) and expected_tables(said) == present:
        return None  # some versions differ in their constraints alone
    for version in range(len(MIGRATIONS), 0, -1):
        if expected_tables(version) == present:
            return version
    return None


def set_version(path: Path, version: int) -> None:
    """Let a database say the version whose tables it has."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {version}")
        connection.commit()
