"""Check a workspace: the database, the hashes of files, leftovers of crashes. See `repair`."""

import hashlib
import logging
import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from gal_studio.core.errors import StudioError, first_line
from gal_studio.core.jobs.states import WORKING
from gal_studio.core.records.columns import Folder
from gal_studio.core.words import counted
from gal_studio.rounds import fingerprints
from gal_studio.rounds.inputs import inputs_of
from gal_studio.state.database.own_files import check_files
from gal_studio.state.database.schema import bounded, describe, foreign
from gal_studio.state.database.tables import TABLES
from gal_studio.state.database.upgrades import VERSION, differences, rows_of
from gal_studio.state.files.content_store import Files
from gal_studio.state.files.errors import DiskError, GoneError
from gal_studio.state.files.inside import is_id
from gal_studio.state.files.own_folder import DAMAGED, DATABASE
from gal_studio.state.files.temporary import temporary_folder
from gal_studio.state.files.unfinished import is_unfinished
from gal_studio.state.store import Store
from gal_studio.workspace.archive.safetensors_header import read_header
from gal_studio.workspace.read_project import read_project

_log = logging.getLogger(__name__)
HOUR = 3600.0
"""Seconds after which an unreferenced file cannot belong to work in progress."""
Problem = Literal["database", "broken", "lost", "altered", "orphan", "leftover", "checkpoint"]
_CHECKPOINT = re.compile(r"[0-9a-f]{16}/\w+/step-\d+\.safetensors")
_OF_VALUES = ("CHECK constraint failed in", "NULL value in")  # see `read_project`
Show = Callable[[Store, str], None]


@dataclass(frozen=True)
class FileColumn:
    """A column that names files."""

    table: str
    column: str
    folder: Folder


@dataclass(frozen=True)
class Finding:
    """A problem: `place` and `names` are the files concerned, `paths` where they are."""

    problem: Problem
    sentence: str
    place: FileColumn | None = None
    names: tuple[str, ...] = ()  # of files, or the ID of a project
    paths: tuple[Path, ...] = ()


def examine(store: Store, age: float = HOUR, show: Show | None = None) -> tuple[Finding, ...]:
    """Find all problems; unreferenced files count when they are older than `age` seconds.

    `show` makes all views of a project; if it raises, the project is broken.
    """
    if damage := damage_of(store.database.path):
        return (Finding("database", damage),)  # nothing else can be read
    named = named_files(store)
    return (
        *(broken_projects(store, show) if show is not None else ()),
        *_lost_and_altered(store, named),
        *_orphans(store, {name for names in named.values() for name in names}, age),
        *_leftovers(store.workspace, age),
        *_stale_checkpoints(store, age),
    )


def folder_of(store: Store, folder: Folder) -> Files:
    """The store of this folder."""
    return store.images if folder == "images" else store.adapters


def broken_projects(store: Store, show: Show) -> Iterator[Finding]:
    """The projects that cannot be read, except those that a repair has put aside."""
    for project_id, name in store.projects.names().items():
        if project_id in store.projects.archived() and aside(store, project_id).is_file():
            continue
        try:
            read_project(store, project_id)
            show(store, project_id)
        except (DiskError, GoneError):
            raise
        except Exception as error:
            _log.info("the project %s cannot be read", project_id, exc_info=True)
            known = isinstance(error, StudioError)
            why = first_line(error).rstrip(".") if known else "some of its data contradict each other"
            what = f"The project {name!r} cannot be read ({why})."
            yield Finding("broken", what, names=(project_id,))


def aside(store: Store, project_id: str) -> Path:
    """Where a repair puts an archive of a project that cannot be read."""
    digits = hashlib.sha256(project_id.encode("utf-8", "surrogateescape")).hexdigest()[:16]
    return store.workspace / DAMAGED / f"project-{project_id if is_id(project_id) else digits}.zip"


def named_files(store: Store) -> dict[FileColumn, list[str]]:
    """Every file that a row names, by column, each once, in the order of the rows."""
    found: dict[FileColumn, dict[str, None]] = {}
    for table in TABLES:
        places = [
            FileColumn(table.name, column.name, column.folder) for column in table.columns if column.folder
        ]
        for place in places:
            rows = store.database.unchecked_rows(
                f"SELECT {place.column} AS name FROM {place.table} ORDER BY rowid"
            )
            found[place] = dict.fromkeys(str(row["name"]) for row in rows if row["name"])
    return {place: list(names) for place, names in found.items()}


def _lost_and_altered(store: Store, named: dict[FileColumn, list[str]]) -> Iterator[Finding]:
    intact: dict[tuple[Folder, str], bool] = {}
    for place, names in named.items():
        files = folder_of(store, place.folder)
        for name in names:
            key = place.folder, name
            if key not in intact:
                intact[key] = files.intact(name)
        gone = tuple(name for name in names if not intact[place.folder, name] and not files.has(name))
        other = tuple(name for name in names if not intact[place.folder, name] and files.has(name))
        where = f"{place.table}.{place.column}"
        if gone:
            yield Finding("lost", f"{counted(len(gone), 'file')} of {where} lost.", place, gone)
        if other:
            paths = tuple(files.path(name) for name in other)
            yield Finding(
                "altered", f"{counted(len(other), 'file')} of {where} altered.", place, other, paths
            )


def _orphans(store: Store, named: set[str], age: float) -> Iterator[Finding]:
    """Files named like stored ones that no row names: after a crash, or because somebody put them there."""
    for files in (store.images, store.adapters):
        paths = tuple(
            path
            for path in _old(store.workspace, files.folder, age)
            if files.is_own(path) and path.stem not in named and files.intact(path.stem)
        )
        if paths:
            what = f"{counted(len(paths), 'file')} in {files.folder.name}/ belong to no project."
            yield Finding("orphan", what, names=tuple(path.stem for path in paths), paths=paths)


def _leftovers(workspace: Path, age: float) -> Iterator[Finding]:
    folders = [
        workspace,
        temporary_folder(workspace),
        workspace / "images",
        workspace / "adapters",
        *workspace.glob("checkpoints/*/*"),
        *workspace.glob("exports/*"),
        workspace / "temporary",
    ]
    old = [(folder, path) for folder in folders for path in _old(workspace, folder, age)]
    own = tuple(
        path
        for folder, path in old
        if is_unfinished(path.name, workspace)
        or folder == temporary_folder(workspace)  # of a page that was killed
    )
    if own:
        yield Finding("leftover", f"{counted(len(own), 'unfinished file')} left by a crash.", paths=own)


def _stale_checkpoints(store: Store, age: float) -> Iterator[Finding]:
    """Checkpoints of deleted rounds, of finished trainings, and of trainings that cannot be resumed."""
    paths = tuple(
        path
        for folder in sorted(store.workspace.glob("checkpoints/*/*"))
        if not _can_be_resumed(store, folder.parent.name, folder.name)
        for path in _old(store.workspace, folder, age)
        if _CHECKPOINT.fullmatch("/".join(path.parts[-3:]))
    )
    own = tuple(path for path in paths if _is_checkpoint(path))
    if own:
        yield Finding(
            "checkpoint", f"{counted(len(own), 'checkpoint')} that can no longer be used.", paths=own
        )
    perhaps = tuple(path for path in paths if path not in own)
    if perhaps:
        what = f"{counted(len(perhaps), 'file')} called checkpoints that the studio may not have written."
        yield Finding("orphan", what, paths=perhaps)


def _is_checkpoint(path: Path) -> bool:
    """Whether the studio wrote this file, by its header."""
    try:
        header, _ = read_header(path)
    except (OSError, ValueError):  # also what is no plain file
        return False
    return {"step", "fingerprint"} <= header.metadata.keys()


def _can_be_resumed(store: Store, round_id: str, folder: str) -> bool:
    """Whether a training of this round, running or started now, may resume from this folder."""
    row = store.database.row("SELECT project_id FROM rounds WHERE id = ?", (round_id,))
    if row is None:
        return False
    jobs = [job for job in store.jobs.of_project(row["project_id"]) if job.round_id == round_id]
    if any(job.state in WORKING for job in jobs):
        return True
    try:
        inputs = inputs_of(store, round_id)
        today = fingerprints.planned_fingerprint(inputs)
        if folder == (fingerprints.endless_fingerprint(inputs) or "")[:16]:
            return True
        return folder == today[:16] and not fingerprints.is_trained(inputs)
    except StudioError:  # of a damaged project, which is a finding of its own
        return True


def _old(workspace: Path, folder: Path, age: float) -> Iterator[Path]:
    """What is old in a folder of the workspace; nothing behind a link, which leads elsewhere."""
    if folder.is_dir() and folder.resolve() == workspace.resolve() / folder.relative_to(workspace):
        yield from (path for path in sorted(folder.iterdir()) if not path.is_symlink() and _is_old(path, age))


def _is_old(path: Path, age: float) -> bool:
    try:
        return time.time() - path.lstat().st_mtime >= age
    except OSError:  # deleted meanwhile
        return False


def damage_of(path: Path) -> str:
    """A sentence on what is wrong with a database or a copy of it; "" if nothing is."""
    check_files(path)
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            bounded(connection)
            return _damage(connection)
    except UnicodeDecodeError:  # of what SQLite says of a name in the list of tables
        return f"{DATABASE} is damaged: its list of tables cannot be read."
    except sqlite3.DatabaseError as error:
        if not any(words in str(error) for words in ("malformed", "not a database", "corrupt")):
            return ""
        return f"{DATABASE} is damaged: {_first_words(str(error))}."


def _damage(connection: sqlite3.Connection) -> str:
    rows, (version,) = rows_of(connection), connection.execute("PRAGMA user_version").fetchone()
    if version > VERSION:
        return ""  # nothing is known of it
    if found := foreign(rows, version == VERSION):
        return describe(found)
    if version == VERSION and (unlike := next(differences(rows), "")):
        return unlike
    answers = [str(row[0]) for row in rows("PRAGMA integrity_check(20)")]
    if answers := [answer for answer in answers if not answer.startswith((*_OF_VALUES, "ok"))]:
        return f"{DATABASE} is damaged: {_first_words(answers[0])}."
    if dangling := rows("PRAGMA foreign_key_check"):
        return f"{counted(len(dangling), 'row')} of the table {dangling[0][0]} refer to missing rows."
    return ""


def _first_words(text: str) -> str:
    return text.strip().splitlines()[0][:120] if text.strip() else "it cannot be read"
