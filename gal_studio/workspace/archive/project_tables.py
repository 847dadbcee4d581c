"""The rows and files of a project, found by the owners declared in `gal_studio.state.database.tables`."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from gal_studio.core.loops import ordered
from gal_studio.core.records.columns import Folder
from gal_studio.state.database.tables import TABLES, Table

Query = Callable[[str, Mapping[str, Any]], Sequence[sqlite3.Row]]
NOT_CARRIED = frozenset({("projects", "origin")})  # belongs to the workspace, not to the project
OF_A_PROJECT: tuple[Table, ...] = tuple(table for table in TABLES if table.is_of_a_project())
"""All tables with rows of a project, each after those that it refers to."""
ARCHIVED: tuple[Table, ...] = tuple(table for table in OF_A_PROJECT if table.archived)
"""Those that an archive holds."""


def project_rows(query: Query, table: Table, project_id: str) -> Iterator[sqlite3.Row]:
    """The rows of a table that belong to a project, oldest first; a row comes after the one that it names."""
    sql = f"SELECT * FROM {table.name} WHERE rowid IN ({rows_of(table)}) ORDER BY rowid"
    rows = query(sql, {"project": project_id})
    if above := own_columns(table):
        by_id = {row["id"]: row for row in rows}
        names, _ = ordered({name: [row[column] for column in above] for name, row in by_id.items()})
        rows = [by_id[name] for name in names]
    yield from rows


def own_columns(table: Table) -> tuple[str, ...]:
    """The columns of a table that name other rows of it, which came before."""
    return tuple(column.name for column in table.columns if column.target == table.name)


def rows_of(table: Table, what: str = "rowid") -> str:
    """A query for the rowids, or another column, of the rows of `:project` in a table."""
    if not table.owner:
        return f"SELECT {what} FROM {table.name} WHERE id = :project"
    column, *owners = table.owner
    found = " UNION ALL ".join(rows_of(owner, "id") for owner in TABLES if owner.name in owners)
    return f"SELECT {what} FROM {table.name} WHERE {column} IN ({found})"


def project_files(query: Query, tables: Iterable[Table], project_id: str) -> Iterator[tuple[Folder, str]]:
    """(folder, hash) of every file that a project names in these tables; an empty string names none."""
    for table in tables:
        columns = [column for column in table.columns if column.folder]
        if columns:
            names = ", ".join(column.name for column in columns)
            sql = f"SELECT DISTINCT {names} FROM {table.name} WHERE rowid IN ({rows_of(table)})"
            for row in query(sql, {"project": project_id}):
                yield from ((one.folder, row[one.name]) for one in columns if one.folder and row[one.name])
