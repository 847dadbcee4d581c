"""Paths that a person or a file gives."""

import os
from pathlib import Path

from gal_studio.core.errors import StudioError

LONGEST_NAME = 255  # bytes of one name, on every common file system
LONGEST_PATH = 4000


def user_path(given: str | os.PathLike[str]) -> Path:
    """A path with `~` replaced; refused if no system could have it, or if `~NAME` is nobody here."""
    text = os.fspath(given)
    names = text.replace("\\", "/").split("/") if os.name == "nt" else text.split("/")
    longest = max(len(os.fsencode(name)) for name in _encodable(text, names))
    if "\0" in text or longest > LONGEST_NAME or len(text) > LONGEST_PATH:
        raise StudioError(f"{text[:60]!r} cannot be a path: check how it is written.")
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        raise StudioError(f"There is no home folder for {text[:60]!r}: write the full path.") from error


def _encodable(text: str, names: list[str]) -> list[str]:
    try:
        os.fsencode(text)
    except UnicodeEncodeError as error:
        raise StudioError(f"{text[:60]!r} cannot be a path: check how it is written.") from error
    return names


def home_folder() -> Path | None:
    """The home folder of this user; None for a user whom the system does not know."""
    try:
        return Path.home()
    except RuntimeError:
        return None


_OF_WINDOWS = frozenset({"thumbs.db", "desktop.ini"})


def is_companion(path: Path) -> bool:
    """Whether a file belongs to a system, not to a person: hidden ones, such as `._cat.png` of macOS."""
    return path.name.startswith(".") or path.name.lower() in _OF_WINDOWS
