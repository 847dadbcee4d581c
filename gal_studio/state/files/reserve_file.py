"""A file that is deleted on a full disk, so that the studio opens and something else can be deleted."""

import os
from contextlib import suppress
from pathlib import Path

from gal_studio.core.errors import StudioError
from gal_studio.state.files.content_store import write_whole
from gal_studio.state.files.free_space import Disk

NAME, FORMER_NAME = ".reserve", ".ballast"
SIZE = 4 << 20  # bytes: enough for the database's own files and one deletion


def keep_reserve_file(workspace: Path, disk: Disk) -> None:
    """Make the file if there is room for it."""
    path = workspace / NAME
    with suppress(StudioError, OSError):  # a disk without room has none to spare
        if _is_reserve(workspace / FORMER_NAME) and not path.exists():
            (workspace / FORMER_NAME).replace(path)
        if not os.path.lexists(path) and disk.has_room(4 * SIZE):
            write_whole(path, bytes(SIZE), workspace)


def release_reserve_file(workspace: Path) -> bool:
    """Delete the file; whether there was one."""
    released = False
    for name in (NAME, FORMER_NAME):
        with suppress(OSError):
            if _is_reserve(workspace / name):
                (workspace / name).unlink()
                released = True
    return released


def _is_reserve(path: Path) -> bool:
    """Whether this is the file that the studio made, which has nothing in it; not a link to one."""
    if path.is_symlink() or not path.is_file() or path.stat().st_size != SIZE:
        return False
    return path.read_bytes() == bytes(SIZE)
