"""What commands print of stored values: each is on its own line, whatever it holds."""

import sys
from contextlib import suppress
from pathlib import Path

from gal_studio.core.errors import printable
from gal_studio.state.images.folder import left_out
from gal_studio.studio.create.caption_lists import repeated_folders


def note_left_out(folder: Path) -> None:
    """Say on standard error what of a folder of images, and of its kohya folders, is left out."""
    with suppress(OSError):
        if said := left_out(folder, *repeated_folders(folder)):
            print(in_lines(f"{folder}: {said}."), file=sys.stderr)


def in_lines(*texts: str) -> str:
    """Texts as lines: a line break or a carriage return in one, such as of a stored name, is an escape."""
    return "\n".join(map(printable, texts))
