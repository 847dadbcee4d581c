"""A second try where it helps, and can do nothing twice: a file is held for a moment."""

import time
from pathlib import Path

from gal_studio.causes import HELD

PAUSES = (0.05, 0.1, 0.2, 0.4, 0.8)
"""Seconds before each further try: virus scanners, indexers and synchronizations hold a new file so long."""


def renamed(part: Path, target: Path) -> None:
    """Rename a file that is written whole; tried again where Windows says that another program holds it."""
    for pause in PAUSES:
        try:
            part.replace(target)
        except PermissionError as error:
            if getattr(error, "winerror", None) not in HELD:
                raise
            time.sleep(pause)
        else:
            return
    part.replace(target)
