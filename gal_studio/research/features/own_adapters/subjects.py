"""Pictures of many objects in a folder, to refine an image adapter on."""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from gal_studio.causes import missing
from gal_studio.core.errors import StudioError
from gal_studio.state.images.folder import is_picture
from gal_studio.state.images.read import read_picture

LEAST = 4
"""Subjects: each is compared with others to scale its maps."""


@dataclass(frozen=True)
class FoundSubject:
    """A picture y of an object, cropped to a square, and what the object is called."""

    name: str
    picture: Image.Image


@dataclass(frozen=True)
class Subjects:
    """The usable pictures, and a sentence about each other one."""

    found: tuple[FoundSubject, ...]
    skipped: tuple[str, ...]


def read_subjects(folder: Path) -> Subjects:
    """The pictures of a folder, each named by the text file beside it, by its folder, or by its own name."""
    found, skipped = list[FoundSubject](), list[str]()
    for each in _each(folder):
        if isinstance(each, str):
            skipped.append(each)
        else:
            found.append(each)
    _refuse_few(folder, len(found), skipped)
    return Subjects(tuple(found), tuple(skipped))


def check_subjects(folder: Path) -> None:
    """Refuse what `read_subjects` refuses; of a large folder no more is read than tells it."""
    count, skipped = 0, list[str]()
    for each in _each(folder):
        if isinstance(each, str):
            skipped.append(each)
        else:
            count += 1
        if count == LEAST:
            return
    _refuse_few(folder, count, skipped)


def checked_names(names: Sequence[str]) -> tuple[str, ...]:
    """Names of objects, each once; too few are refused."""
    tidied = (" ".join(re.sub(r"[^\w\s'-]+", " ", name).split()) for name in names)
    found = tuple(dict.fromkeys(name for name in tidied if re.search(r"[^\W\d_]", name)))
    if len(found) < LEAST:
        raise StudioError(
            f"The list has {len(found)} names of objects: write at least {LEAST}, one per line, such as red "
            "teapot."
        )
    return found


def name_of(folder: Path, path: Path) -> str:
    """What a picture shows: "red_teapot-02.jpg" shows a red teapot; empty if nothing says it."""
    caption = path.with_suffix(".txt")
    if caption.is_file():
        words = caption.read_text(encoding="utf-8", errors="replace")
    else:
        words = path.stem if path.parent == folder else path.parent.name
    return " ".join(re.sub(r"[\W\d_]+", " ", words).split())


def _each(folder: Path) -> Iterator[FoundSubject | str]:
    """The usable pictures of a folder, and a sentence about each other one."""
    if not os.path.isdir(folder):
        raise StudioError(missing(folder, "folder", "give one with images of objects"))
    for path in sorted(filter(is_picture, folder.rglob("*"))):
        try:
            yield _read(folder, path)
        except StudioError as error:
            yield str(error)


def _refuse_few(folder: Path, found: int, skipped: Sequence[str]) -> None:
    if found < LEAST:
        why = f" {skipped[0]}" if skipped else ""
        raise StudioError(
            f"{folder} has {found} usable images of objects: give at least {LEAST}, each of a named object."
            f"{why}"
        )


def _read(folder: Path, path: Path) -> FoundSubject:
    picture, _ = read_picture(path)
    if all(low == high for low, high in picture.convert("RGB").getextrema()):  # type: ignore[misc]
        raise StudioError(f"{path.name} is one flat color.")
    name = name_of(folder, path)
    if not name:
        raise StudioError(f"{path.name} does not say what it shows; call it such as red teapot 2.jpg.")
    side = min(picture.size)
    left, top = (picture.width - side) // 2, (picture.height - side) // 2
    return FoundSubject(name, picture.crop((left, top, left + side, top + side)))
