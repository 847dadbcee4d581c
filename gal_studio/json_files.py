"""Files of others, as in the folder of a model: plain ones alone, and JSON within bounds, strictly read."""

import io
import os
import stat
from itertools import islice
from pathlib import Path
from typing import Any

from gal_studio.causes import HEAD, instead
from gal_studio.core import strict_json
from gal_studio.core.errors import StudioError
from gal_studio.core.models.names import INDEXES

LARGEST = 32 << 20  # bytes; a long index of weights has about 1 MB


DEEPEST, MOST = 4, 10_000
"""Levels and entries of a folder that are looked at."""


class JsonFileError(StudioError, ValueError):
    """A file that is no JSON, or too large or deep to be read."""


def read_json(path: Path, largest: int = LARGEST, follow: bool = True) -> Any:
    """The value of a JSON file; an OSError if it cannot be opened, a JsonFileError if it is none.

    Nothing waits at a pipe or a device. Numbers may be infinite, as diffusers writes the limits of some
    schedulers.
    """
    data = read_plain(path, largest, follow)
    try:
        return strict_json.loads(data.removeprefix(b"\xef\xbb\xbf"), finite=False)
    except StudioError as error:
        found = instead(data[:HEAD], len(data)) or ("is not JSON, or nested too deeply", "replace it")
        raise JsonFileError(f"The file {path} {found[0]}: {found[1]}.") from error


def read_plain(path: Path, largest: int = LARGEST, follow: bool = True) -> bytes:
    """The bytes of a plain file; refused if it is something else, or larger."""
    with open_plain(path, follow) as file:
        data = file.read(largest + 1)
    if len(data) > largest:
        raise JsonFileError(f"The file {path} is larger than {largest >> 20} MB: replace it.")
    return data


def open_plain(path: Path, follow: bool = True) -> io.BufferedReader:
    """Open a plain file for reading; an OSError if that fails, a JsonFileError if it is something else.

    Nothing waits at a pipe or a device. A link is followed, as the models' folders have them, or not.
    """
    wanted = ("O_NONBLOCK", "O_BINARY", "O_CLOEXEC", *(() if follow else ("O_NOFOLLOW",)))
    try:
        handle = os.open(path, os.O_RDONLY | sum(getattr(os, name, 0) for name in wanted))
    except OSError:
        if not follow and path.is_symlink():
            raise JsonFileError(f"{path} is a link: put the file itself in its place.") from None
        raise
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise JsonFileError(f"{path} is not a plain file: replace it.")
    return os.fdopen(handle, "rb")


def check_plain_folder(folder: Path) -> None:
    """Refuse a folder with a pipe, a socket or a device in it, at which a library would wait for ever."""
    left = MOST
    places = [(folder, 0)]
    while places and left > 0:
        place, level = places.pop()
        for entry in _entries(place):
            left -= 1
            try:
                mode = entry.stat().st_mode
            except OSError:  # a link to nothing: whoever opens it says so
                continue
            if stat.S_ISDIR(mode) and level < DEEPEST:
                places.append((Path(entry.path), level + 1))
            elif not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
                raise JsonFileError(f"{entry.path} is not a plain file: remove it from the folder.")


def _entries(folder: Path) -> "list[os.DirEntry[str]]":
    try:
        with os.scandir(folder) as found:
            return list(islice(found, MOST))
    except OSError:  # whoever opens it says so
        return []


def index_in(folder: Path) -> Path | None:
    """The file in a pipeline's folder that lists its components."""
    return next((path for name in INDEXES if (path := folder / name).is_file()), None)
