"""Read uploaded pictures of any common format as upright 8-bit RGB, or refuse them in one sentence."""

import os
from pathlib import Path

from PIL import Image

from gal_studio.causes import missing, refused
from gal_studio.core.errors import StudioError
from gal_studio.state.images.sandbox import decoder
from gal_studio.state.images.sandbox_process import NAME

LARGEST_FILE = 50 * 1024 * 1024


def read_picture(source: bytes | Path | str) -> tuple[Image.Image, tuple[str, ...]]:
    """Read a picture, upright, without transparency and metadata; and notes on what was changed."""
    if isinstance(source, bytes):
        _check_length(NAME, len(source))
        return decoder.decode(source)
    name = f"{NAME} {Path(source).name!r}"
    data = _bytes_of(name, Path(source))
    try:
        return decoder.decode(data)
    except StudioError as error:
        raise StudioError(str(error).replace(NAME, name, 1)) from error


def read_alpha(source: bytes | Path | str) -> Image.Image | None:
    """The opacity of a picture that `read_picture` reads, in mode L and of its size; None without one."""
    return decoder.alpha(source if isinstance(source, bytes) else _bytes_of(NAME, Path(source)))


def _check_length(name: str, length: int) -> None:
    if length > LARGEST_FILE:
        raise StudioError(f"{name} {too_long(length)}.")


def too_long(length: int) -> str:
    """What is said of a file of so many bytes, rounded up: `has 50.1 MB: use a file of at most 50 MB`."""
    tenths = -(-length * 10 // (1 << 20))
    return f"has {tenths // 10}.{tenths % 10} MB: use a file of at most {LARGEST_FILE >> 20} MB"


def _bytes_of(name: str, path: Path) -> bytes:
    """The content of the file; at most one byte more than allowed is read."""
    try:
        if not os.path.exists(path):
            raise StudioError(missing(path, "image", "check its path", repr(path.name)))
        if not path.is_file():
            raise StudioError(f"{name} cannot be read because it is not a file: choose another one.")
        _check_length(name, path.stat().st_size)
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:  # a name may hold what no path can
        why = error.strerror if isinstance(error, OSError) else "its name is not a path"
        if isinstance(error, OSError) and (said := refused(path, error, f"image {path.name!r}")):
            raise StudioError(said) from error
        raise StudioError(f"{name} cannot be read ({why}): choose another file.") from error
    _check_length(name, len(data))
    return data
