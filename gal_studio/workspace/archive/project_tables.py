"""The tables and files of a project, read from the schema, so that later migrations are included.

The rules: a table belongs to a project if a NOT NULL column of it refers to one, directly or through other
tables; `owner_id` is the ID of a row in any table; columns named `image`, `mask` or `adapter`, or ending so,
hold the hashes of stored files.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Folder = Literal["images", "adapters"]
Query = Callable[[str, Mapping[str, Any]], Sequence[sqlite3.Row]]
ROOT = "projects"
OWNER = "owner_id"
NOT_CARRIED = frozenset({("projects", "origin")})  # belongs to the workspace, not to the project
_OF_THE_WORKSPACE = frozenset({"jobs", "put_away", "exports"})  # with the tables that refer to them
_FILES: Mapping[str, Folder] = {"image": "images", "mask": "images", "adapter": "adapters"}


@dataclass(frozen=True)
class Column:
    """A column: its declared type, and what its values refer to."""

    name: str
    kind: str
    required: bool
    target: str | None  # the table that it refers to
    folder: Folder | None  # the folder of the files that it names


@dataclass(frozen=True)
class Table:
    """A table, and the column that refers to its owner (None for `projects` itself)."""

    name: str
    columns: tuple[Column, ...]
    owner: Column | None

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(column.name for column in self.columns)

    @property
    def has_id(self) -> bool:
        """Whether its rows have IDs of text."""
        return self.columns[0].name == "id" and self.columns[0].kind == "TEXT"

    @property
    def is_numbered(self) -> bool:
        """Whether its rows are numbered by the database."""
        return self.columns[0].name == "id" and self.columns[0].kind == "INTEGER"


def all_tables(query: Query) -> tuple[Table, ...]:
    """Every table of the database."""
    names = query("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'", {})
    return tuple(_table(query, row["name"]) for row in names)


def project_tables(query: Query) -> tuple[Table, ...]:
    """The tables that an archive holds, in topological order: each after those that it refers to."""
    return _ordered([table for table in all_tables(query) if table.name not in _OF_THE_WORKSPACE])


def all_of_a_project(query: Query) -> tuple[Table, ...]:
    """All tables with rows of a project, jobs included, in topological order."""
    return _ordered(all_tables(query))


def _ordered(tables: Sequence[Table]) -> tuple[Table, ...]:
    waiting = {table.name: table for table in tables if table.owner is not None or table.name == ROOT}
    ordered: dict[str, Table] = {ROOT: waiting.pop(ROOT)}
    while True:
        ready = [table for table in waiting.values() if _belongs(table, ordered, waiting)]
        if not ready:
            return tuple(ordered.values())
        for table in ready:
            ordered[table.name] = waiting.pop(table.name)


def project_rows(query: Query, tables: Sequence[Table], name: str, project_id: str) -> Iterator[sqlite3.Row]:
    """The rows of one of these tables that belong to a project, the oldest first."""
    sql = f"SELECT * FROM {name} WHERE rowid IN ({rows_of(tables, name)}) ORDER BY rowid"
    yield from query(sql, {"project": project_id})


def rows_of(tables: Sequence[Table], name: str) -> str:
    """A query for the rowids of the rows of `:project` in one of these tables."""
    return _selection({table.name: table for table in tables}, name)


def files_named(table: Table, row: sqlite3.Row) -> Iterator[tuple[Folder, str]]:
    """(folder, hash) of every file that a row names; an empty string names none."""
    for column in table.columns:
        if column.folder and row[column.name]:
            yield column.folder, row[column.name]


def _table(query: Query, name: str) -> Table:
    targets = {row["from"]: row["table"] for row in query(f"PRAGMA foreign_key_list({name})", {})}
    columns = tuple(
        Column(
            row["name"], row["type"].upper(), bool(row["notnull"] or row["pk"]), targets.get(row["name"]),
            _FILES.get(row["name"].rpartition("_")[2]),
        )
        for row in query(f"PRAGMA table_info({name})", {})
    )  # fmt: skip
    owners = [column for column in columns if column.required and column.target not in (None, name)]
    polymorphic = [column for column in columns if column.name == OWNER]
    return Table(name, columns, next(iter(owners + polymorphic), None))


def _belongs(table: Table, ordered: Mapping[str, Table], waiting: Mapping[str, Table]) -> bool:
    """Whether this table belongs to a project and every table that it refers to is already ordered."""
    targets = {column.target for column in table.columns if column.target not in (None, table.name)}
    if table.owner is None or any(target in waiting for target in targets):
        return False
    if table.owner.name == OWNER:  # after every table whose rows it may refer to
        return not any(other.has_id and _may_belong(other, ordered) for other in waiting.values())
    return table.owner.target in ordered


def _may_belong(table: Table, ordered: Mapping[str, Table]) -> bool:
    return table.owner is not None and (table.owner.name == OWNER or table.owner.target in ordered)


def _selection(tables: Mapping[str, Table], name: str, what: str = "rowid") -> str:
    """A query for one column of the rows of a project in a table."""
    table = tables[name]
    if table.owner is None:
        return f"SELECT {what} FROM {name} WHERE id = :project"
    if table.owner.target is not None:
        owners = _selection(tables, table.owner.target, "id")
    else:
        named = [other.name for other in tables.values() if other.has_id and other.name != name]
        owners = " UNION ALL ".join(_selection(tables, other, "id") for other in named)
    return f"SELECT {what} FROM {name} WHERE {table.owner.name} IN ({owners})"
