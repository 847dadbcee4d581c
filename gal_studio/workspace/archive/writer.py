"""Export a project as one zip file; the same project gives the same bytes."""

import hashlib
import sqlite3
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from gal_studio.core.errors import StudioError
from gal_studio.core.records.columns import Folder
from gal_studio.json_files import open_plain
from gal_studio.state.database.tables import Column, Table
from gal_studio.state.database.upgrades import VERSION
from gal_studio.state.files.content_store import writing
from gal_studio.state.files.errors import make_folder
from gal_studio.state.files.paths import user_path
from gal_studio.state.files.temporary import sweep
from gal_studio.state.store import Store
from gal_studio.workspace.archive.format import (
    ENDINGS,
    MANIFEST,
    MOST,
    MOST_MANIFEST,
    ArchivedFile,
    ArchivedTable,
    Manifest,
    manifest_text,
    row_text,
)
from gal_studio.workspace.archive.project_tables import (
    ARCHIVED,
    NOT_CARRIED,
    project_files,
    project_rows,
)
from gal_studio.workspace.archive.unzip import opened
from gal_studio.workspace.check import folder_of
from gal_studio.zip_files import zip_entry

CHUNK = 1 << 20
Named = tuple[Folder, str]


def export_project(store: Store, project_id: str, path: Path, raw: bool = False) -> Path:
    """Write the archive of a project, all or nothing; returns its path.

    A file that is lost or altered refuses the export; if it is `raw`, such files are left out.
    """
    path = user_path(path).absolute()
    if path.is_dir():
        raise StudioError(f"{path} is a folder: give a file name, such as cat.zip.")
    name = store.projects.name(project_id)
    if path.exists():
        _check_replaced(path, name)
    make_folder(path.parent)
    sweep(path.parent, path.parent, _is_archive)
    wanted = [named for named in _files_of(store, project_id) if not raw or _is_intact(store, named)]
    store.disk.check_folder(path.parent, sum(_size(store, named) for named in wanted))
    with writing(path, path.parent) as file, ZipFile(file, "w", allowZip64=True) as archive:
        tables, files, stored = _write_tables(store, project_id, archive)
        stored = [named for named in stored if not raw or named in wanted or _is_intact(store, named)]
        files += [_write_file(store, archive, named) for named in stored]
        manifest = Manifest(VERSION, name, tuple(tables), tuple(files))
        text = manifest_text(manifest).encode()
        if len(text) > MOST_MANIFEST:
            raise StudioError(f"The project has {len(files)} files, more than an archive can hold.")
        with _file(archive, MANIFEST, len(text)) as target:
            target.write(text)
    return path


def _is_archive(path: Path) -> bool:
    """Whether a killed export left this file, which begins like a zip file, or is empty."""
    if not stat.S_ISREG(path.lstat().st_mode):
        return False
    with open_plain(path, follow=False) as file:
        return file.read(4) in (b"", b"PK\x03\x04")


def _check_replaced(path: Path, name: str) -> None:
    """Refuse to replace anything but an older archive of the same project."""
    try:
        with opened(path) as archive:
            manifest = archive.manifest()
    except StudioError as error:
        raise StudioError(
            f"{path} exists and is not a project: give another name, so that it is not lost."
        ) from error
    if manifest.project != name:
        raise StudioError(
            f"{path} holds the project {manifest.project!r}, not {name!r}: give another name, so that it "
            "is not lost."
        )


def _files_of(store: Store, project_id: str) -> list[Named]:
    """(folder, hash) of every file of a project, each once, sorted."""
    return sorted(set(project_files(store.database.unchecked_rows, ARCHIVED, project_id)), key=repr)


def _write_tables(
    store: Store, project_id: str, archive: ZipFile
) -> tuple[list[ArchivedTable], list[ArchivedFile], list[Named]]:
    """Write all rows in one snapshot; the tables, their files, and the stored files that the rows name."""
    written, files = [], []
    with store.database.snapshot():
        numbers: dict[str, dict[Any, int]] = {}
        for table in ARCHIVED:
            rows = list(project_rows(store.database.unchecked_rows, table, project_id))
            numbers[table.name] = {row[0]: place for place, row in enumerate(rows, 1)}
            lines = (row_text(_values(table, row, numbers)) for row in rows)
            files.append(_write_lines(archive, f"tables/{table.name}.jsonl", lines))
            written.append(ArchivedTable(table.name, table.names, len(rows)))
        return written, files, _files_of(store, project_id)


def _values(table: Table, row: sqlite3.Row, numbers: Mapping[str, Mapping[Any, int]]) -> Iterator[Any]:
    """The values of a row in the archive, where numbered rows count from 1."""
    numbered = {other.name for other in ARCHIVED if other.is_numbered}

    def value(column: Column) -> Any:
        present = row[column.name]
        if (table.name, column.name) in NOT_CARRIED:
            return None
        if table.is_numbered and column.name == "id":
            return numbers[table.name][present]
        if column.target in numbered and present is not None:
            return numbers[column.target].get(present, present)
        return present

    return map(value, table.columns)


def _write_lines(archive: ZipFile, name: str, lines: Iterator[str]) -> ArchivedFile:
    digest, size = hashlib.sha256(), 0
    with _file(archive, name, MOST["tables"], ZIP_DEFLATED) as target:
        for line in lines:
            data = line.encode()
            digest.update(data)
            size += len(data)
            target.write(data)
    return ArchivedFile(name, digest.hexdigest(), size)


def _write_file(store: Store, archive: ZipFile, named: Named) -> ArchivedFile:
    """Copy a stored file and check its hash."""
    folder, name = named
    path, digest = f"{folder}/{name}{ENDINGS[folder]}", hashlib.sha256()
    size = _size(store, named)
    with _opened(store, named) as source, _file(archive, path, size) as target:
        while chunk := source.read(CHUNK):
            digest.update(chunk)
            target.write(chunk)
    if digest.hexdigest() != name:
        raise _lost(store)
    return ArchivedFile(path, name, size)


@contextmanager
def _file(archive: ZipFile, name: str, size: int, compression: int = ZIP_STORED) -> Iterator[IO[bytes]]:
    """Open a file in the archive; `size` is an upper bound of its length."""
    info = zip_entry(name, compression)
    info.file_size = size
    with archive.open(info, "w") as target:
        yield target


def _opened(store: Store, named: Named) -> IO[bytes]:
    try:
        return folder_of(store, named[0]).open(named[1])
    except (FileNotFoundError, StudioError) as error:  # deleted meanwhile, or no plain file
        raise _lost(store) from error


def _is_intact(store: Store, named: Named) -> bool:
    return isinstance(named[1], str) and folder_of(store, named[0]).intact(named[1])


def _size(store: Store, named: Named) -> int:
    try:
        return folder_of(store, named[0]).path(named[1]).lstat().st_size
    except FileNotFoundError as error:
        raise _lost(store) from error


def _lost(store: Store) -> StudioError:
    return StudioError(
        "An image or LoRA of this project is missing or damaged: "
        f"`gal-studio doctor --workspace {store.workspace}` lists them, and --repair fixes what it can."
    )
