"""The temporary folder of the page: uploads, and what libraries put aside; emptied when the page starts."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gal_studio.state.files.errors import make_folder

FOLDER = "temporary"
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
    make_folder(folder, workspace)
    before, tempfile.tempdir = tempfile.tempdir, str(folder)
    os.environ[_GRADIO] = str(folder)
    try:
        yield folder
    finally:
        tempfile.tempdir = before
        os.environ.pop(_GRADIO, None)
        shutil.rmtree(folder, ignore_errors=True)
