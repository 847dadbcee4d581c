"""Which files belong to a workspace: a new one is created only in a folder without other files."""

import os
import re
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path

from gal_studio.core.errors import StudioError
from gal_studio.state.files.errors import disk_problem
from gal_studio.state.files.rights import closed_to_user, closed_words
from gal_studio.state.files.unfinished import is_unfinished

DATABASE = "studio.db"
BACKUPS = "backups"
"""The folder with copies of the database (`gal_studio.state.database.backups`)."""
DAMAGED = "damaged"
"""A repair moves damaged and unused files to this folder, so that nothing is lost."""
_FILES = re.compile(r"studio\.db(-wal|-shm)?|(page|worker(-.+)?)\.lock|page\.address|sessions\.json|"
                    r"(presets|destination)\.json|\.(reserve|ballast|told)")  # fmt: skip
_ID = r"[0-9a-f]{16}"
_FOLDERS: Mapping[str, re.Pattern[str]] = {
    "images": re.compile(r"[0-9a-f]{64}\.png"),
    "adapters": re.compile(r"[0-9a-f]{64}\.safetensors"),
    "checkpoints": re.compile(_ID),
    "exports": re.compile(_ID),
    "tensorboard": re.compile(_ID),
    "own-adapters": re.compile(_ID),
    "logs": re.compile(r"(page|worker)[\w.-]*\.log[\w.]*"),
    "temporary": re.compile(r"(?!)"),  # only what carries the mark of the workspace
    BACKUPS: re.compile(r"studio-\d{8}-\d{6}\.db"),
    "uploads": re.compile(r"[0-9a-f]{32}"),
    DAMAGED: re.compile(r".+"),  # whatever it was
}
_BEFORE_THE_DATABASE = ("logs", "temporary")
"""Folders in which something may lie before there is a database; the others are still empty then."""
_OF_THE_SYSTEM = frozenset({".DS_Store", "desktop.ini", "Thumbs.db", ".directory", "lost+found"})


def check_own(workspace: Path) -> None:
    """Refuse to create a workspace in a folder with other files; an existing workspace or no folder is fine.

    Without a database, only files that a start of the studio creates count as its own. Links inside the
    folder count as other files; a link to the folder itself is followed.
    """
    if (workspace / DATABASE).exists() or not workspace.is_dir():
        return
    first = next((path for path in _entries(workspace) if not _is_of_a_start(path)), None)
    if first is not None:
        raise StudioError(
            f"The folder {workspace} has other files ({first.name!r}) and no projects: name an empty one "
            f"with --workspace FOLDER, or put {DATABASE} back."
        )


def check_writable(workspace: Path) -> None:
    """Refuse a workspace that is no folder or cannot be written, as far as the system tells beforehand."""
    there = next(folder for folder in (workspace, *workspace.parents) if os.path.lexists(folder))
    if not there.is_dir():
        raise StudioError(f"{there} is not a folder: name another one with --workspace FOLDER.")
    if not _may_write(there):
        what = "" if there == workspace else f", so {workspace} cannot be made"
        raise StudioError(
            f"You may not write in {there}{what}: name a folder of yours with --workspace FOLDER."
        )
    if (there / DATABASE).exists() and os.name != "nt" and (closed := closed_to_user(there)) is not None:
        raise StudioError(
            f"{closed_words(closed)}: ask for permission, or name a folder of yours with --workspace FOLDER."
        )


def _may_write(folder: Path) -> bool:
    """Whether this user may make files in a folder; Windows tells it only of a file that is made."""
    if os.name != "nt":
        return os.access(folder, os.W_OK | os.X_OK)
    trial = folder / f".{uuid.uuid4().hex[:8]}.tmp"
    try:
        trial.open("xb").close()
        trial.unlink()
    except OSError:
        return False
    return True


def others(workspace: Path) -> tuple[Path, ...]:
    """Files and folders in a workspace that do not have the studio's names, and links, sorted."""
    found: list[Path] = []
    for path in _entries(workspace):
        if path.name in _FOLDERS and path.is_dir() and not path.is_symlink():
            names = _FOLDERS[path.name]
            found += [inner for inner in _entries(path) if not _is_named(inner, names, workspace)]
        elif not _is_named(path, _FILES, workspace):
            found.append(path)
    return tuple(found)


def _is_named(path: Path, names: re.Pattern[str], workspace: Path) -> bool:
    is_ours = bool(names.fullmatch(path.name)) or is_unfinished(path.name, workspace)
    return is_ours and not path.is_symlink()


def _entries(folder: Path) -> Iterator[Path]:
    try:
        names = sorted(os.listdir(folder))
    except OSError as error:
        raise disk_problem(error, folder) from error
    yield from (folder / name for name in names if name not in _OF_THE_SYSTEM)


def _is_of_a_start(path: Path) -> bool:
    if path.name not in _FOLDERS or path.is_symlink() or not path.is_dir():
        return _is_named(path, _FILES, path.parent)
    inside, names = tuple(_entries(path)), _FOLDERS[path.name]
    return not inside or (
        path.name in _BEFORE_THE_DATABASE and all(_is_named(inner, names, path.parent) for inner in inside)
    )
