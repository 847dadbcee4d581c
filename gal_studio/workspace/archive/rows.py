"""Load the rows of an archive into tables of its version, then make these today's."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from gal_studio.core.errors import StudioError
from gal_studio.state.database.connection import Database
from gal_studio.state.database.tables import ROOT, Table
from gal_studio.state.database.upgrades import GONE, OLDEST, VERSION, make_former, upgrade
from gal_studio.state.files.errors import database_problem
from gal_studio.workspace.archive.format import MOST_ROW, ArchivedTable, Manifest, damaged, read_row
from gal_studio.workspace.archive.project_tables import ARCHIVED, project_rows


def make_database(folder: Path, manifest: Manifest) -> str:
    """Make `studio.db` from the rows under `tables/`, upgraded to the current version; the project's ID."""
    if manifest.schema > VERSION:
        raise StudioError(
            f"A newer GAL Studio made the archive (its format is {manifest.schema}, this one reads up to "
            f"{VERSION}): update the studio."
        )
    if manifest.schema < OLDEST:
        raise StudioError(
            "The archive is older than GAL Studio 0.1.0: import it with 0.2.0, and export it again."
        )
    path = folder / "studio.db"
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.row_factory = sqlite3.Row
            _fill(connection, folder, manifest)
        with closing(Database(path)) as database:
            return _the_project(database)
    except (sqlite3.IntegrityError, OverflowError, UnicodeEncodeError) as error:
        raise damaged("its rows contradict each other") from error
    except sqlite3.Error as error:
        raise database_problem(error, folder.parent) or damaged("its rows contradict each other") from error


def _fill(connection: sqlite3.Connection, folder: Path, manifest: Manifest) -> None:
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = OFF")  # the file is temporary
    connection.execute("BEGIN")
    tables = {table.name: table for table in ARCHIVED}
    given = {part.name: part for part in manifest.tables}
    files = {file.name for file in manifest.files if file.name.startswith("tables/")}
    if not given.keys() <= tables.keys() or files != {f"tables/{name}.jsonl" for name in given}:
        raise damaged("it has an unknown table")
    for name, table in tables.items():
        make_former(connection, table, given[name].columns if name in given else table.names)
    for name, table in tables.items():
        if name in given:
            _insert(connection, table, given[name], _lines(folder / "tables" / f"{name}.jsonl"))
    connection.execute("COMMIT")
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("BEGIN")
    upgrade(connection, manifest.schema)
    connection.execute(f"PRAGMA user_version = {VERSION}")
    connection.execute("COMMIT")


def _lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while line := file.readline(MOST_ROW + 1):
            if len(line) > MOST_ROW:
                raise damaged("it has a row that is too long")
            yield line


def _insert(
    connection: sqlite3.Connection, table: Table, given: ArchivedTable, lines: Iterator[bytes]
) -> None:
    """Insert the rows in order; foreign keys ensure that each row refers to earlier ones."""
    former = {column for of, column in GONE if of == table.name}
    if not set(given.columns) <= {*table.names, *former}:
        raise damaged(f"its table {table.name} has an unknown column")
    marks = ", ".join("?" * len(given.columns))
    sql = f"INSERT INTO {table.name} ({', '.join(given.columns)}) VALUES ({marks})"
    count = 0
    for count, line in enumerate(lines, 1):  # noqa: B007 - their number
        connection.execute(sql, read_row(line, len(given.columns)))
    if count != given.rows:
        raise damaged(f"its table {table.name} has a wrong number of rows")


def _the_project(database: Database) -> str:
    """The ID of the only project, to which every row must belong."""
    projects = database.rows(f"SELECT id FROM {ROOT}")
    if len(projects) != 1:
        raise damaged(f"it holds {len(projects)} projects")
    project_id = str(projects[0]["id"])
    for table in ARCHIVED:
        (row,) = database.rows(f"SELECT COUNT(*) AS n FROM {table.name}")
        if sum(1 for _ in project_rows(database.unchecked_rows, table, project_id)) != row["n"]:
            raise damaged(f"rows of its table {table.name} belong to no project")
    return project_id
