"""Move a project here from another workspace: its rows and files, all or nothing."""

import sqlite3
from collections.abc import Iterator
from typing import Any

from gal_studio.second_try import renamed
from gal_studio.state.database.tables import ROOT, Table
from gal_studio.state.files.content_store import Files, sync_folder
from gal_studio.state.files.inside import remove
from gal_studio.state.store import Store
from gal_studio.state.tables.branches import DERIVED_IDS
from gal_studio.state.tables.projects import new_id
from gal_studio.workspace.archive.format import damaged
from gal_studio.workspace.archive.project_tables import ARCHIVED, project_rows


def copy_project(store: Store, other: Store, project_id: str, origin: str | None = None) -> str:
    """Move a project here and return its ID, a new one if this workspace has rows with that ID already.

    Files that are here already are checked before the database is locked, so that nobody waits for it. With
    an `origin`, a project that has it and is not archived is returned instead: of two that come at once, one
    stays.
    """
    present = _present(store, other)
    try:
        return _copy_project(store, other, project_id, present, origin, fresh=False)
    except sqlite3.IntegrityError:
        try:
            return _copy_project(store, other, project_id, present, origin, fresh=True)
        except sqlite3.IntegrityError as error:
            raise damaged("its rows contradict each other") from error


def _copy_project(
    store: Store, other: Store, project_id: str, present: frozenset[str], origin: str | None, fresh: bool
) -> str:
    moved: list[tuple[Files, str]] = []
    try:
        with store.database.transaction() as writer:
            if origin is not None and (known := store.projects.listed_with_origin(origin)) is not None:
                return known
            here = _Copy(writer, other, fresh).project(project_id)
            _make_name_unique(writer, here)
            if origin is not None:
                store.projects.set_origin(here, origin)
            for file in _move(other, store, present):
                moved.append(file)  # one by one: a failure undoes what was moved so far
    except BaseException:
        for files, name in moved:
            remove(store.workspace, files.path(name))
        raise
    return here


class _Copy:
    """Copies the rows of a project, and maps their IDs to the ones that they get here."""

    def __init__(self, writer: sqlite3.Connection, other: Store, fresh: bool) -> None:
        self._writer = writer
        self._query = other.database.rows
        self._fresh = fresh
        self._names: dict[tuple[str, Any], Any] = {}
        self._owners: dict[str, str] = {}

    def project(self, project_id: str) -> str:
        """Copy all rows; returns the ID that the project gets here."""
        for table in ARCHIVED:
            for row in project_rows(self._query, table, project_id):
                self._copy(table, row)
        return str(self._names[ROOT, project_id])

    def _copy(self, table: Table, row: sqlite3.Row) -> None:
        values = {column.name: row[column.name] for column in table.columns}
        for column in table.columns:
            if column.target is not None and row[column.name] is not None:
                values[column.name] = self._names[column.target, row[column.name]]
            elif column.name in table.loose:  # a painting of a deleted pair keeps the ID of the pair
                values[column.name] = self._owners.get(row[column.name], row[column.name])
        if table.is_numbered:
            del values["id"]
        elif table.has_id and self._fresh:
            derive = DERIVED_IDS.get(table.name)
            values["id"] = derive(values) if derive else new_id()
        marks = ", ".join(f":{name}" for name in values)
        sql = f"INSERT INTO {table.name} ({', '.join(values)}) VALUES ({marks})"
        number = self._writer.execute(sql, values).lastrowid
        if table.is_numbered:
            self._names[table.name, row["id"]] = number
        elif table.has_id:
            self._names[table.name, row["id"]] = values["id"]
            self._owners[row["id"]] = values["id"]


def _make_name_unique(writer: sqlite3.Connection, project_id: str) -> None:
    """Append "(imported)" to the name of the project if another project has the same name."""
    (name,) = writer.execute("SELECT name FROM projects WHERE id = ?", (project_id,)).fetchone()
    others = {
        row[0] for row in writer.execute("SELECT name FROM projects WHERE id <> ?", (project_id,)).fetchall()
    }
    if name in others:
        numbered = (f"{name} (imported {count})" for count in range(2, len(others) + 3))
        free = next(made for made in (f"{name} (imported)", *numbered) if made not in others)
        writer.execute("UPDATE projects SET name = ? WHERE id = ?", (free, project_id))


def _present(store: Store, other: Store) -> frozenset[str]:
    """The names of the files that are here already and intact."""
    folders = ((other.images, store.images), (other.adapters, store.adapters))
    return frozenset(
        path.stem
        for source, target in folders
        for path in source.folder.iterdir()
        if target.renewed(path.stem)
    )


def _move(other: Store, store: Store, present: frozenset[str]) -> Iterator[tuple[Files, str]]:
    """Move the files that are not here yet; yields each one that replaced nothing."""
    for source, target in ((other.images, store.images), (other.adapters, store.adapters)):
        for path in sorted(source.folder.iterdir()):
            name = path.stem
            if name in present and target.has(name):
                continue
            was_empty = not target.path(name).exists()
            renamed(path, target.path(name))
            if was_empty:
                yield target, name
        sync_folder(target.folder)
