"""Names of unfinished files: they carry the mark of their folder, so that no others are taken for them."""

import functools
import hashlib
import os
import re
import uuid
from pathlib import Path

ENDING = ".part"


def beginning(folder: Path) -> str:
    """How the names of unfinished files begin that are written for this folder: with its mark.

    The mark follows from where the folder is; a folder that was moved has another one.
    """
    return f".gal-studio-{mark_of(folder)}-"


def mark_of(folder: Path) -> str:
    """12 hexadecimal digits that no other folder of this computer has."""
    return _mark(os.path.realpath(folder))


def unfinished_name(folder: Path, of: str = "") -> str:
    """A new name for an unfinished file of this folder; the same one again if it says what it is `of`."""
    middle = re.sub(r"\W", "_", of) or uuid.uuid4().hex[:16]
    return f"{beginning(folder)}{middle}{ENDING}"


def is_unfinished(name: str, workspace: Path) -> bool:
    """Whether this is the name of an unfinished file or folder that was made for this workspace."""
    middle = name.removeprefix(beginning(workspace)).removesuffix(ENDING)
    return name == f"{beginning(workspace)}{middle}{ENDING}" and bool(re.fullmatch(r"\w+", middle))


@functools.lru_cache(maxsize=64)
def _mark(place: str) -> str:
    return hashlib.sha256(os.fsencode(place)).hexdigest()[:12]
