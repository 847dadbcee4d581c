"""A round as a folder for other programs, which a feature writes."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from gal_studio.core import features
from gal_studio.state import Store

Write = Callable[[Store, str, str, Path], list[str]]
Written = TypeVar("Written", bound=Write)
_WRITERS: list[Write] = []


def writes(write: Written) -> Written:
    """Let a function of a feature write a round in a format to an empty folder; it says what was checked."""
    _WRITERS.append(write)
    return write


def write_round(store: Store, round_id: str, form: str, out: Path) -> list[str]:
    """Write a round for other programs; returns what the checks found, or that no feature does so."""
    features.modules("job")  # one of them writes it
    if not _WRITERS:
        return ["This studio writes no files for other programs."]
    return _WRITERS[0](store, round_id, form, out)
