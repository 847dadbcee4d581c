"""The temporary folder of the page: exports, and what libraries put aside; emptied when the page starts."""

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from gal_studio.core.errors import StudioError
from gal_studio.state.files.errors import make_folder
from gal_studio.state.files.inside import remove
from gal_studio.state.files.unfinished import ENDING, beginning, is_unfinished

FOLDER = "temporary"
HOUR = 3600.0  # seconds after which nobody works on an import or an export
MINUTE = 60.0  # seconds in which whoever writes a file all the time has written
_GRADIO = "GRADIO_TEMP_DIR"


def temporary_folder(workspace: Path) -> Path:
    """The folder for files that nobody misses once the page has ended; only the page's process uses it."""
    return workspace / FOLDER / f"{beginning(workspace)}page{ENDING}"


@contextmanager
def own_temporary_files(workspace: Path) -> Iterator[Path]:
    """Let all temporary files of this process lie in the workspace, from which they are swept.

    What a killed page left is deleted at the start; files under other names are somebody else's, and stay.
    The caller holds the lock of the page.
    """
    folder = temporary_folder(workspace)
    if folder.parent.is_symlink() or folder.is_symlink():
        raise StudioError(f"{folder.parent} is a link: remove it, so that no folder elsewhere is emptied.")
    remove(workspace, folder)
    _sweep(workspace)
    make_folder(folder, workspace)
    before, tempfile.tempdir = tempfile.tempdir, str(folder)
    os.environ[_GRADIO] = str(folder)
    try:
        yield folder
    finally:
        tempfile.tempdir = before
        os.environ.pop(_GRADIO, None)
        with suppress(StudioError):  # the workspace was moved away
            remove(workspace, folder)
        with suppress(OSError):  # somebody else's file lies in it
            folder.parent.rmdir()


def _sweep(workspace: Path) -> None:
    """Delete what killed imports and exports left; a command may be at work beside the page."""
    sweep(workspace, workspace, lambda _: True, HOUR)


def sweep(place: Path, marked: Path, chosen: Callable[[Path], bool], age: float = MINUTE) -> None:
    """Delete what has the mark of a folder, is `chosen`, and was not written for `age` seconds."""
    if not place.is_dir():
        return
    for path in place.iterdir():
        with suppress(OSError, StudioError):  # gone already, or a link
            if (
                is_unfinished(path.name, marked)
                and chosen(path)
                and time.time() - path.lstat().st_mtime > age
            ):
                remove(place, path)
