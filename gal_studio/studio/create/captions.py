"""Captions in text files of the same name beside the pictures, as other training tools have them."""

import codecs
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from gal_studio.core.entered import normalized
from gal_studio.core.errors import StudioError
from gal_studio.core.prompts import tidy
from gal_studio.core.types import Reference
from gal_studio.state import Store
from gal_studio.state.files.paths import is_companion
from gal_studio.studio.create.caption_lists import caption_in_list, caption_of_folder
from gal_studio.studio.create.references import MASK_ENDING
from gal_studio.zip_files import zipped

ENDING = ".txt"
ENDINGS = (ENDING, ".caption")
"""Of a caption's file, in any case of letters; where there are both, the first counts."""
LARGEST_CAPTION = 10_000  # bytes


def caption_beside(picture: Path) -> str | None:
    """What is written of `cat.jpg` beside it, on one line; None if there is nothing.

    In this order: `cat.txt` or `cat.caption`, `cat.jpg.txt`, `cat.txt.txt` (Windows shows `cat.txt`),
    a list of captions, the name of kohya's folder.
    """
    path = _file_beside(picture)
    if path is not None:
        return read_caption(path)
    return caption_in_list(picture) or caption_of_folder(picture)


def _file_beside(picture: Path) -> Path | None:
    """The caption's file; of several that differ in letters' case alone, the one of the picture's name."""
    try:
        files = [path for path in picture.parent.iterdir() if path.suffix.lower() in ENDINGS]
    except (OSError, ValueError):
        return None
    names = (_same(picture.stem), _same(picture.name), _same(picture.stem + ENDING))
    alike = [path for path in files if _same(path.stem) in names and not is_companion(path)]
    ordered = sorted(
        alike,
        key=lambda path: (
            names.index(_same(path.stem)),
            ENDINGS.index(path.suffix.lower()),
            path.stem != picture.stem,
        ),
    )
    return next((path for path in ordered if path.is_file()), None)


def _same(name: str) -> str:
    """A name as it is compared: some systems write other letters' forms and cases."""
    return normalized(name).casefold()


def read_caption(path: Path) -> str:
    """Read a caption: UTF-8, of a few lines at most."""
    try:
        data = path.read_bytes()[: LARGEST_CAPTION + 1]
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise StudioError(f"The caption {path.name!r} cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise StudioError(
            f"The caption {path.name!r} is not UTF-8 but {encoding_of(data)}: save it again as UTF-8."
        ) from error
    if len(data) > LARGEST_CAPTION:
        raise StudioError(f"The caption {path.name!r} is longer than {LARGEST_CAPTION} bytes: shorten it.")
    return tidy(text)


def encoding_of(data: bytes) -> str:
    """What a text that is not UTF-8 seems to be written in."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in data:
        return "UTF-16"
    with suppress(UnicodeDecodeError):
        others = [letter for letter in data.decode("cp1252") if not letter.isascii()]
        if 4 * len(others) < len(data):  # a few letters with accents
            return "Windows-1252"
    return "in another encoding"


def captions_zip(captions: Iterable[tuple[str, str]]) -> bytes:
    """A zip with a text file for each (file name of a picture, caption).

    Of two pictures with one name and different captions, the second one's file gets a number.
    """
    files: dict[str, bytes] = {}
    kept: dict[str, str] = {}  # captions by names without capitals, which some disks do not tell apart
    for name, caption in captions:
        stem, number = Path(name).stem, 1
        taken = stem
        while kept.get(taken.lower(), caption) != caption:
            number += 1
            taken = f"{stem} ({number})"
        if taken.lower() not in kept:
            kept[taken.lower()] = caption
            files[taken + ENDING] = caption.encode() + b"\n"
    return zipped(files)


def references_zip(store: Store, project_id: str) -> bytes:
    """A zip with the pictures of a project's references, their captions and their masks."""
    files: dict[str, bytes] = {}
    for number, reference in enumerate(store.projects.references(project_id), start=1):
        files.update(_files_of(store, reference, f"reference-{number:02}"))
    return zipped(files)


def _files_of(store: Store, reference: Reference, stem: str) -> dict[str, bytes]:
    files = {
        f"{stem}.png": store.images.read(reference.image),
        f"{stem}{ENDING}": reference.prompt.encode() + b"\n",
    }
    if reference.mask is not None:
        files[f"{stem}{MASK_ENDING}"] = store.images.read(reference.mask)
    return files
