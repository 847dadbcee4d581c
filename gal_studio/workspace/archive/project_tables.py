"""The rows and files of a project, found by the owners declared in `gal_studio.state.database.tables`."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from gal_studio.state.database.tables import TABLES, Folder, Table

Query = Callable[[str, Mapping[str, Any]], Sequence[sqlite3.Row]]
NOT_CARRIED = frozenset({("projects", "origin")})  # belongs to the workspace, not to the project
OF_A_PROJECT: tuple[Table, ...] = tuple(table for table in TABLES if table.is_of_a_project())
"""All tables with rows of a project, each after those that it refers to."""
ARCHIVED: tuple[Table, ...] = tuple(table for table in OF_A_PROJECT if table.archived)
"""Those that an archive holds."""


def project_rows(query: Query, table: Table, project_id: str) -> Iterator[sqlite3.Row]:
    """The rows of a table that belong to a project, the oldest first."""
    sql = f"SELECT * FROM {table.name} WHERE rowid IN ({rows_of(table)}) ORDER BY rowid"
    yield from query(sql, {"project": project_id})


def rows_of(table: Table, what: str = "rowid") -> str:
    """A query for the rowids, or another column, of the rows of `:project` in a table."""
    if not table.owner:
        return f"SELECT {what} FROM {table.name} WHERE id = :project"
    column, *owners = table.owner
    found = " UNION ALL ".join(rows_of(owner, "id") for owner in TABLES if owner.name in owners)
    return f"SELECT {what} FROM {table.name} WHERE {column} IN ({found})"


def files_named(table: Table, row: sqlite3.Row) -> Iterator[tuple[Folder, str]]:
    """(folder, hash) of every file that a row names; an empty string names none."""
    for column in table.columns:
        if column.folder and row[column.name]:
            yield column.folder, row[column.name]
