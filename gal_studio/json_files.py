"""JSON files of others, such as in the folder of a model: plain files alone, within bounds, strictly read."""

import os
import stat
from pathlib import Path
from typing import Any

from gal_studio.core import strict_json
from gal_studio.core.errors import StudioError

LARGEST = 32 << 20  # bytes; a long index of weights has about 1 MB


class JsonFileError(StudioError, ValueError):
    """A file that is no JSON, or too large or deep to be read."""


def read_json(path: Path, largest: int = LARGEST) -> Any:
    """The value of a JSON file; an OSError if it cannot be opened, a JsonFileError if it is none.

    Nothing waits at a pipe or a device. Numbers may be infinite, as diffusers writes the limits of some
    schedulers.
    """
    data = read_plain(path, largest)
    try:
        return strict_json.loads(data.removeprefix(b"\xef\xbb\xbf"), finite=False)
    except StudioError as error:
        raise JsonFileError(f"The file {path} is not JSON, or nested too deeply: replace it.") from error


def read_plain(path: Path, largest: int = LARGEST) -> bytes:
    """The bytes of a plain file; refused if it is something else, or larger."""
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise JsonFileError(f"{path} is not a plain file: replace it.")
        data = file.read(largest + 1)
    if len(data) > largest:
        raise JsonFileError(f"The file {path} is larger than {largest >> 20} MB: replace it.")
    return data
