"""The temporary folder of the page: exports, and what libraries put aside; emptied when the page starts."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from gal_studio.state.files.errors import make_folder

FOLDER = "temporary"
UNFINISHED = "*.part"  # imports and exports in the workspace's own folder, by whichever process
HOUR = 3600.0  # seconds after which nobody works on one
_GRADIO = "GRADIO_TEMP_DIR"


def temporary_folder(workspace: Path) -> Path:
    """The folder for files that nobody misses once the page has ended; only the page's process uses it."""
    return workspace / FOLDER


@contextmanager
def own_temporary_files(workspace: Path) -> Iterator[Path]:
    """Let all temporary files of this process lie in the workspace, from which they are swept.

    What a killed page left is deleted at the start. The caller holds the lock of the page.
    """
    folder = temporary_folder(workspace)
    shutil.rmtree(folder, ignore_errors=True)
    _sweep(workspace)
    make_folder(folder, workspace)
    before, tempfile.tempdir = tempfile.tempdir, str(folder)
    os.environ[_GRADIO] = str(folder)
    try:
        yield folder
    finally:
        tempfile.tempdir = before
        os.environ.pop(_GRADIO, None)
        shutil.rmtree(folder, ignore_errors=True)


def _sweep(workspace: Path) -> None:
    """Delete what killed imports and exports left; a command may be at work beside the page."""
    for path in workspace.glob(UNFINISHED):
        with suppress(OSError):
            if time.time() - path.lstat().st_mtime > HOUR:
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    path.unlink(missing_ok=True)
