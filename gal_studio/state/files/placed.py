"""Copies of files in a folder that a person names, such as the one of another program."""

import os
from pathlib import Path

from gal_studio.causes import missing
from gal_studio.core.errors import StudioError
from gal_studio.state.files.content_store import write_whole
from gal_studio.state.files.paths import user_path


def folder_of_person(given: str) -> Path:
    """A folder that is there, by its whole path; another one is refused."""
    typed = given.strip().strip("\"'")
    folder = user_path(typed or " ")
    if not folder.is_absolute():
        raise StudioError(f"There is no folder {typed[:200]!r} on this machine: give the full path of one.")
    if not os.path.isdir(folder):
        raise StudioError(missing(folder, "folder"))
    return folder


def placed(folder: Path, name: str, data: bytes) -> Path:
    """Write a file into the folder; returns its path.

    Another file of that name stays: the new one gets a number. The same one is not written again.
    """
    number, path = 1, folder / name
    while path.exists() and not _holds(path, data):
        number += 1
        path = folder / f"{Path(name).stem}-{number}{Path(name).suffix}"
    if not path.exists():
        write_whole(path, data, folder)
    return path


def _holds(path: Path, data: bytes) -> bool:
    return path.is_file() and path.stat().st_size == len(data) and path.read_bytes() == data
