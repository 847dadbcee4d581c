"""A file that is deleted on a full disk, so that the studio opens and something else can be deleted."""

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
        if (workspace / FORMER_NAME).exists():
            (workspace / FORMER_NAME).replace(path)
        if (not path.exists() or path.stat().st_size < SIZE) and disk.has_room(4 * SIZE):
            write_whole(path, bytes(SIZE), workspace)


def release_reserve_file(workspace: Path) -> bool:
    """Delete the file; whether there was one."""
    released = False
    for name in (NAME, FORMER_NAME):
        with suppress(OSError):
            (workspace / name).unlink()
            released = True
    return released
