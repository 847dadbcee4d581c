"""Takes a project over from another workspace: its rows and its files, all or nothing."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from gal_studio.state.files.content_store import Files, sync_folder
from gal_studio.state.store import Store
from gal_studio.state.tables.candidates import candidate_id
from gal_studio.state.tables.projects import new_id
from gal_studio.state.tables.refinements import PlannedPair, pair_id
from gal_studio.workspace.archive.format import damaged
from gal_studio.workspace.archive.project_tables import OWNER, ROOT, Table, project_rows, project_tables

_MADE_OF: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "candidates": lambda row: candidate_id(row["round_id"], row["anchor_id"], row["number"]),
    "pairs": lambda row: pair_id(
        row["round_id"], PlannedPair(row["prompt"], row["seed"], row["reference_image"], None, "")
    ),
}
"""Tables whose ids follow from what the row says."""


def adopt(store: Store, other: Store, project_id: str) -> str:
    """Move a project here; its id, which is another one when this workspace has rows of that id already.

    What is here already is read before anything is locked: nobody who writes meanwhile waits for it.
    """
    whole = _whole(store, other)
    try:
        return _adopt(store, other, project_id, whole, fresh=False)
    except sqlite3.IntegrityError:
        try:
            return _adopt(store, other, project_id, whole, fresh=True)
        except sqlite3.IntegrityError as error:
            raise damaged("its rows contradict each other") from error


def _adopt(store: Store, other: Store, project_id: str, whole: frozenset[str], fresh: bool) -> str:
    moved: list[tuple[Files, str]] = []
    try:
        with store.database.transaction() as writer:
            here = _Copy(writer, other, fresh).project(project_id)
            _name(writer, here)
            for entry in _move(other, store, whole):
                moved.append(entry)
    except BaseException:
        for files, name in moved:
            files.path(name).unlink(missing_ok=True)
        raise
    return here


class _Copy:
    """The rows of a project on their way, with the names that they have here."""

    def __init__(self, writer: sqlite3.Connection, other: Store, fresh: bool) -> None:
        self._writer = writer
        self._query = other.database.rows
        self._fresh = fresh
        self._names: dict[tuple[str, Any], Any] = {}
        self._owners: dict[str, str] = {}

    def project(self, project_id: str) -> str:
        """Copy all rows; the project's id here."""
        tables = project_tables(self._query)
        for table in tables:
            for row in project_rows(self._query, tables, table.name, project_id):
                self._copy(table, row)
        return str(self._names[ROOT, project_id])

    def _copy(self, table: Table, row: sqlite3.Row) -> None:
        values = {column.name: row[column.name] for column in table.columns}
        for column in table.columns:
            if column.target is not None and row[column.name] is not None:
                values[column.name] = self._names[column.target, row[column.name]]
            elif column.name == OWNER:  # what was painted on a pair that is gone keeps its name
                values[column.name] = self._owners.get(row[OWNER], row[OWNER])
        if table.is_numbered:
            del values["id"]
        elif table.has_id and self._fresh:
            made_of = _MADE_OF.get(table.name)
            values["id"] = made_of(values) if made_of else new_id()
        marks = ", ".join(f":{name}" for name in values)
        sql = f"INSERT INTO {table.name} ({', '.join(values)}) VALUES ({marks})"
        number = self._writer.execute(sql, values).lastrowid
        if table.is_numbered:
            self._names[table.name, row["id"]] = number
        elif table.has_id:
            self._names[table.name, row["id"]] = values["id"]
            self._owners[row["id"]] = values["id"]


def _name(writer: sqlite3.Connection, project_id: str) -> None:
    """Say of a project that it was imported, where another one has its name."""
    (name,) = writer.execute("SELECT name FROM projects WHERE id = ?", (project_id,)).fetchone()
    others = {
        row[0] for row in writer.execute("SELECT name FROM projects WHERE id <> ?", (project_id,)).fetchall()
    }
    if name in others:
        numbered = (f"{name} (imported {count})" for count in range(2, len(others) + 3))
        free = next(made for made in (f"{name} (imported)", *numbered) if made not in others)
        writer.execute("UPDATE projects SET name = ? WHERE id = ?", (free, project_id))


def _whole(store: Store, other: Store) -> frozenset[str]:
    """The names of the other's files that are here already and hold what they should."""
    folders = ((other.images, store.images), (other.adapters, store.adapters))
    return frozenset(
        path.stem
        for source, target in folders
        for path in source.folder.iterdir()
        if target.renewed(path.stem)
    )


def _move(other: Store, store: Store, whole: frozenset[str]) -> Iterator[tuple[Files, str]]:
    """Rename the files that are not here yet; yields each that was put into an empty place."""
    for source, target in ((other.images, store.images), (other.adapters, store.adapters)):
        for path in sorted(source.folder.iterdir()):
            name = path.stem
            if name in whole and target.has(name):
                continue
            was_empty = not target.path(name).exists()
            path.replace(target.path(name))
            if was_empty:
                yield target, name
        sync_folder(target.folder)
