"""Paths in a workspace from stored names, and the one way to remove something from it.

A workspace may come from anybody, so that an ID of its database may be any text: nothing outside of the
workspace is written or removed for it, and nothing behind a link.
"""

import os
import re
import shutil
import stat
from contextlib import suppress
from io import BufferedReader
from pathlib import Path

from gal_studio.core.errors import StudioError
from gal_studio.json_files import open_plain

_ID = re.compile(r"[0-9a-f]{16}")


def is_id(name: object) -> bool:
    """Whether this is the ID of a row, which may name a folder: 16 hexadecimal digits."""
    return isinstance(name, str) and bool(_ID.fullmatch(name))


def checked_id(name: object) -> str:
    """The ID itself; refused if it is not one."""
    if isinstance(name, str) and is_id(name):
        return name
    raise StudioError(
        f"{str(name)[:40]!r} is not an ID of the studio, so it names no folder: run "
        "gal-studio doctor on this workspace."
    )


def folder_of_row(workspace: Path, folder: str, identity: object) -> Path:
    """Where the files of a row are, which may not be there; refused if that is not below the workspace."""
    return inside(workspace, workspace / folder / checked_id(identity))


def inside(workspace: Path, path: Path) -> Path:
    """The path itself; refused unless it is below the workspace, without a link on the way."""
    real = os.path.realpath(workspace)
    parts = path.parts[len(workspace.parts) :] if path.is_relative_to(workspace) else ()
    if not parts or ".." in parts or os.path.realpath(path) != os.path.join(real, *parts):
        raise StudioError(
            f"{path} is outside of the workspace {workspace} or behind a link, so nothing was changed "
            "there: remove the link, or run gal-studio doctor on this workspace."
        )
    return path


def open_inside(workspace: Path, path: Path) -> BufferedReader:
    """Open a file of the workspace for reading, the one way to do it: a plain file that is below it.

    Refused behind a link, and for what is no plain file, at which nothing waits; an OSError if it cannot be
    opened.
    """
    return open_plain(inside(workspace, path), follow=False)


def own_file(path: Path) -> Path:
    """The path of a file that the studio writes in place; it may not be there.

    Refused if writing would change what is not the studio's: a link, a file with another name, or no file.
    """
    try:
        found = path.lstat()
    except OSError:
        return path
    if not stat.S_ISREG(found.st_mode):
        raise StudioError(f"{path} is a link or not a plain file: remove it, then try again.")
    if found.st_nlink > 1:
        raise StudioError(
            f"{path} has another name elsewhere (a hard link), whose content would change too: replace it "
            "with a copy of itself."
        )
    return path


def remove(workspace: Path, path: Path) -> None:
    """Delete a file, or a folder with all that is in it, below the workspace; anything else is refused.

    What is gone already, or cannot be deleted, stays as it is.
    """
    inside(workspace, path)
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink(missing_ok=True)
