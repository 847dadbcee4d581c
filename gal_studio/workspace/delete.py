"""Deletes a project that was put away: its rows, its work, and the files that nothing else names."""

import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from gal_studio.core.errors import StudioError
from gal_studio.core.jobs import ACTIVE
from gal_studio.state.store import Store
from gal_studio.workspace.archive.project_tables import (
    Folder,
    all_of_a_project,
    files_named,
    project_rows,
    rows_of,
)
from gal_studio.workspace.check import folder_of, named_files

File = tuple[Folder, str]  # and the hash that is its name
MINUTE = 60.0
"""Seconds in which a kept file may wait for the row that names it; the doctor removes what stays without."""


def delete_project(store: Store, project_id: str) -> int:
    """Delete the project for good; the bytes that are free again.

    StudioError when it is not put away, or work of it waits or runs. A crash leaves files that nothing names.
    """
    with store.database.transaction() as writer:
        refuse_while_at_work(store, project_id)
        if project_id not in store.projects.put_away():
            name = store.projects.get(project_id).name
            raise StudioError(f"{name} is not put away: put it away first, then it can be deleted.")
        tables = all_of_a_project(store.database.rows)
        rounds = [entry.id for entry in store.rounds.of_project(project_id)]
        files = set(_files(store, project_id))
        for table in reversed(tables):  # each before those that it refers to
            writer.execute(
                f"DELETE FROM {table.name} WHERE rowid IN ({rows_of(tables, table.name)})",
                {"project": project_id},
            )
        files |= _forgotten_foregrounds(writer, files - _named(store, leave_out="foregrounds"))
        files -= _named(store)
    for entry in rounds:
        shutil.rmtree(store.workspace / "checkpoints" / entry, ignore_errors=True)
    return sum(_unlinked(folder_of(store, folder).path(name)) for folder, name in files)


def size(store: Store, project_id: str) -> int:
    """The bytes of all files that the project names, of which other projects may name some as well."""
    paths = (folder_of(store, folder).path(name) for folder, name in set(_files(store, project_id)))
    return sum(path.stat().st_size for path in paths if path.is_file())


def refuse_while_at_work(store: Store, project_id: str) -> None:
    """StudioError when work of the project waits or runs, or when there is no such project."""
    name = store.projects.get(project_id).name
    if any(job.state in ACTIVE for job in store.jobs.of_project(project_id)):
        raise StudioError(f"Work of {name} waits or runs: stop or withdraw it first.")


def _files(store: Store, project_id: str) -> Iterator[File]:
    tables = all_of_a_project(store.database.rows)
    for table in tables:
        if any(column.folder for column in table.columns):
            for row in project_rows(store.database.rows, tables, table.name, project_id):
                yield from files_named(table, row)


def _named(store: Store, leave_out: str = "") -> set[File]:
    places = named_files(store).items()
    return {(place.folder, name) for place, names in places if place.table != leave_out for name in names}


def _forgotten_foregrounds(writer: sqlite3.Connection, gone: set[File]) -> set[File]:
    """Forget what was found in pictures that are no project's any more; the masks that showed it."""
    found = writer.execute("SELECT image, mask FROM foregrounds").fetchall()
    lost = [row for row in found if ("images", row["image"]) in gone]
    writer.executemany("DELETE FROM foregrounds WHERE image = ?", [(row["image"],) for row in lost])
    return {("images", row["mask"]) for row in lost if row["mask"]}


def _unlinked(path: Path) -> int:
    """The bytes that its removal freed; none where it is gone already, or was kept again just now."""
    with suppress(OSError):
        found = path.stat()
        if time.time() - found.st_mtime >= MINUTE:
            path.unlink()
            return found.st_size
    return 0
