"""The rows of an archive in a database of their own, at the version that they were exported from."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from gal_studio.core.errors import StudioError
from gal_studio.state.database.connection import Database
from gal_studio.state.database.migrations import MIGRATIONS
from gal_studio.state.files.errors import database_problem
from gal_studio.workspace.archive.format import Limits, Manifest, Rows, damaged, read_row
from gal_studio.workspace.archive.project_tables import (
    OWNER,
    ROOT,
    Column,
    Table,
    project_rows,
    project_tables,
)

_ID_LENGTH = 16


def make_database(folder: Path, manifest: Manifest, limits: Limits) -> str:
    """Make `studio.db` from the rows that lie under `tables/`, migrated to today; the project's id."""
    if manifest.schema > len(MIGRATIONS):
        raise StudioError(
            f"The archive was made by a newer GAL Studio (version {manifest.schema}, this one knows "
            f"{len(MIGRATIONS)}): update the studio."
        )
    path = folder / "studio.db"
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.row_factory = sqlite3.Row
            _fill(connection, folder, manifest, limits)
        with closing(Database(path)) as database:
            return _the_project(database)
    except sqlite3.Error as error:
        raise database_problem(error, folder.parent) or damaged("its rows contradict each other") from error


def _fill(connection: sqlite3.Connection, folder: Path, manifest: Manifest, limits: Limits) -> None:
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = OFF")  # nobody needs it after a crash
    connection.execute("BEGIN")
    for statements in MIGRATIONS[: manifest.schema]:
        for statement in statements:
            connection.execute(statement)
    tables = {table.name: table for table in project_tables(_query(connection))}
    given = {rows.name: rows for rows in manifest.tables}
    files = {entry.name for entry in manifest.files if entry.name.startswith("tables/")}
    if not given.keys() <= tables.keys() or files != {f"tables/{name}.jsonl" for name in given}:
        raise damaged("it has a table that this studio does not know")
    for name, table in tables.items():
        if name in given:
            _insert(connection, table, given[name], _lines(folder / "tables" / f"{name}.jsonl", limits))
    connection.execute(f"PRAGMA user_version = {manifest.schema}")
    connection.execute("COMMIT")


def _query(connection: sqlite3.Connection) -> Any:
    def query(sql: str, values: Mapping[str, Any]) -> Sequence[sqlite3.Row]:
        return connection.execute(sql, values).fetchall()

    return query


def _lines(path: Path, limits: Limits) -> Iterator[bytes]:
    with path.open("rb") as file:
        while line := file.readline(limits.row + 1):
            if len(line) > limits.row:
                raise damaged("a row in it is too long")
            yield line


def _insert(connection: sqlite3.Connection, table: Table, given: Rows, lines: Iterator[bytes]) -> None:
    """The rows in their order; foreign keys make sure that what a row refers to came before it."""
    known = {column.name: column for column in table.columns}
    if not set(given.columns) <= known.keys():
        raise damaged(f"its table {table.name} has a column that this studio does not know")
    columns = [known[name] for name in given.columns]
    marks = ", ".join("?" * len(columns))
    sql = f"INSERT INTO {table.name} ({', '.join(given.columns)}) VALUES ({marks})"
    count = 0
    for line in lines:
        values = read_row(columns, line)
        _check_ids(table, columns, values)
        connection.execute(sql, values)
        count += 1
    if count != given.rows:
        raise damaged(f"its table {table.name} has another number of rows than it says")


def _check_ids(table: Table, columns: Sequence[Column], values: Sequence[Any]) -> None:
    """Names of rows are used as names of folders: nothing but 16 hexadecimal digits. No row names itself."""
    row = dict(zip((column.name for column in columns), values, strict=True))
    if any(column.target == table.name and row[column.name] == row.get("id") for column in columns):
        raise damaged(f"a row of its table {table.name} comes from itself")
    for column, value in zip(columns, values, strict=True):
        names = column.name in ("id", OWNER) or column.target is not None
        if names and isinstance(value, str) and not _is_id(value):
            raise damaged(f"the name of a row in it is none of ours ({value[:20]!r})")


def _is_id(text: str) -> bool:
    return len(text) == _ID_LENGTH and all(letter in "0123456789abcdef" for letter in text)


def _the_project(database: Database) -> str:
    """The one project, to which every row belongs."""
    projects = database.rows(f"SELECT id FROM {ROOT}")
    if len(projects) != 1:
        raise damaged(f"it holds {len(projects)} projects")
    project_id = str(projects[0]["id"])
    tables = project_tables(database.rows)
    for table in tables:
        (row,) = database.rows(f"SELECT COUNT(*) AS n FROM {table.name}")
        if sum(1 for _ in project_rows(database.rows, tables, table.name, project_id)) != row["n"]:
            raise damaged(f"rows of its table {table.name} belong to nothing")
    return project_id
