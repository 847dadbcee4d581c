"""Delete an archived project: its rows, its jobs, and the files that no other project uses."""

import sqlite3
import time
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path

from gal_studio.core.errors import StudioError
from gal_studio.core.jobs.states import ACTIVE
from gal_studio.core.records.columns import Folder
from gal_studio.state.files.inside import folder_of_row, remove
from gal_studio.state.store import Store
from gal_studio.workspace.archive.project_tables import OF_A_PROJECT, project_files, rows_of
from gal_studio.workspace.check import folder_of, named_files

File = tuple[Folder, str]  # folder and hash
FINDINGS = frozenset({"foregrounds", "seen_pictures"})
"""Tables of what was found out about a picture, whichever project uses it."""
MINUTE = 60.0
"""Seconds that a new file has until a row names it. The doctor removes files that no row names."""


def delete_project(store: Store, project_id: str) -> int:
    """Delete an archived project permanently; returns the bytes that were freed.

    Refused if it is not archived, or has jobs that wait or run. A crash leaves only unused files.
    """
    with store.database.transaction() as writer:
        refuse_while_at_work(store, project_id)
        if project_id not in store.projects.archived():
            name = store.projects.name(project_id)
            raise StudioError(f"{name} is not archived: archive it first, then delete it.")
        rounds = [round_.id for round_ in store.rounds.of_project(project_id)]
        files = set(_files(store, project_id))
        try:
            for table in reversed(OF_A_PROJECT):  # referring rows first
                writer.execute(
                    f"DELETE FROM {table.name} WHERE rowid IN ({rows_of(table)})",
                    {"project": project_id},
                )
        except sqlite3.IntegrityError as error:
            raise StudioError(
                "Nothing was deleted: damaged rows refer to this project. Run gal-studio doctor on this "
                "workspace."
            ) from error
        files |= _unused_findings(writer, files - _named(store, leave_out=FINDINGS))
        files -= _named(store)
    for round_id in rounds:
        for folder in ("checkpoints", "exports", "tensorboard"):
            with suppress(StudioError):  # of a damaged row: no folder is named by it
                remove(store.workspace, folder_of_row(store.workspace, folder, round_id))
    return sum(
        _unlinked(store.workspace, path)
        for path in (_path(store, file) for file in files)
        if path is not None
    )


def size(store: Store, project_id: str) -> int:
    """The bytes of all files of the project; other projects may use some of them too."""
    paths = (_path(store, file) for file in set(_files(store, project_id)))
    return sum(path.stat().st_size for path in paths if path is not None and path.is_file())


def refuse_while_at_work(store: Store, project_id: str) -> None:
    """Refuse if a job of the project waits or runs, or if there is no such project."""
    name = store.projects.name(project_id)
    if any(job.state in ACTIVE for job in store.jobs.of_project(project_id)):
        raise StudioError(f"{name} has jobs that wait or run: stop or cancel them first.")


def _files(store: Store, project_id: str) -> Iterator[File]:
    return project_files(store.database.unchecked_rows, OF_A_PROJECT, project_id)


def forget_unused_reconstructions(store: Store, before: float) -> None:
    """Delete how models see pictures that were requested before this time and that no project uses."""
    files: set[File] = {("images", name) for name in store.reconstructions.forget_unused(before)}
    if files:
        for folder, name in files - _named(store):
            _unlinked(store.workspace, folder_of(store, folder).path(name))


def forget_unused_adapters(store: Store, names: Collection[str]) -> int:
    """Delete those of these adapters that nothing uses any more; returns the bytes that were freed."""
    if not names:
        return 0
    unused = {("adapters", name) for name in names} - _named(store)
    return sum(_unlinked(store.workspace, store.adapters.path(name)) for _, name in unused)


def _named(store: Store, leave_out: frozenset[str] = frozenset()) -> set[File]:
    places = named_files(store).items()
    return {(place.folder, name) for place, names in places if place.table not in leave_out for name in names}


def _unused_findings(writer: sqlite3.Connection, gone: set[File]) -> set[File]:
    """Delete what was found out about pictures that no project uses any more; returns the files of it."""
    files: set[File] = set()
    for table, column in (("foregrounds", "mask"), ("seen_pictures", "seen_image")):
        found = writer.execute(f"SELECT image, {column} AS file FROM {table}").fetchall()
        lost = [row for row in found if ("images", row["image"]) in gone]
        writer.executemany(f"DELETE FROM {table} WHERE image = ?", [(row["image"],) for row in lost])
        files |= {("images", row["file"]) for row in lost if row["file"]}
    return files


def _path(store: Store, file: File) -> Path | None:
    """The path of a file; None if a damaged row names it, which no file can be called."""
    with suppress(StudioError):
        return folder_of(store, file[0]).path(str(file[1]))
    return None


def _unlinked(workspace: Path, path: Path) -> int:
    """Remove a file; returns the bytes freed, 0 if it is gone already or was just stored again."""
    with suppress(OSError, StudioError):
        found = path.stat()
        if time.time() - found.st_mtime >= MINUTE:
            remove(workspace, path)
            return found.st_size
    return 0
