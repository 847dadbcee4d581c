"""Ballast: a file that is given up on a full disk, so that the studio opens and something can be deleted."""

from contextlib import suppress
from pathlib import Path

from gal_studio.core.errors import StudioError
from gal_studio.state.files.content_store import write_whole
from gal_studio.state.files.free_space import Disk

NAME, SIZE = ".ballast", 4 << 20  # bytes: enough for the database's own files and one deletion


def keep_ballast(workspace: Path, disk: Disk) -> None:
    """Make the ballast if there is room for it."""
    path = workspace / NAME
    with suppress(StudioError, OSError):  # a disk without room has none to spare
        if (not path.exists() or path.stat().st_size < SIZE) and disk.has_room(4 * SIZE):
            write_whole(path, bytes(SIZE), workspace)


def give_up_ballast(workspace: Path) -> bool:
    """Delete the ballast; whether there was one."""
    with suppress(OSError):
        (workspace / NAME).unlink()
        return True
    return False
