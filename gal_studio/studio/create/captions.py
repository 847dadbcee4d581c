"""Captions in text files of the same name beside the pictures, as other training tools have them."""

import io
import zipfile
from collections.abc import Iterable
from pathlib import Path

from gal_studio.core.errors import StudioError
from gal_studio.core.prompts import tidy
from gal_studio.core.types import Reference
from gal_studio.state import Store
from gal_studio.studio.create.references import MASK_ENDING

ENDING = ".txt"
LARGEST_CAPTION = 10_000  # bytes


def caption_beside(picture: Path) -> str | None:
    """The text of `cat.txt` beside `cat.jpg`, on one line; None if there is no such file."""
    path = picture.with_name(picture.stem + ENDING) if picture.name else picture
    return read_caption(path) if path.is_file() else None


def read_caption(path: Path) -> str:
    """Read a caption: UTF-8, of a few lines at most."""
    try:
        data = path.read_bytes()[: LARGEST_CAPTION + 1]
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise StudioError(f"The caption {path.name!r} cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise StudioError(f"The caption {path.name!r} is not UTF-8 text: save it again as UTF-8.") from error
    if len(data) > LARGEST_CAPTION:
        raise StudioError(f"The caption {path.name!r} is longer than {LARGEST_CAPTION} bytes: shorten it.")
    return tidy(text)


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
    return _zipped(files)


def references_zip(store: Store, project_id: str) -> bytes:
    """A zip with the pictures of a project's references, their captions and their masks."""
    files: dict[str, bytes] = {}
    for number, reference in enumerate(store.projects.references(project_id), start=1):
        files.update(_files_of(store, reference, f"reference-{number:02}"))
    return _zipped(files)


def _files_of(store: Store, reference: Reference, stem: str) -> dict[str, bytes]:
    files = {
        f"{stem}.png": store.images.read(reference.image),
        f"{stem}{ENDING}": reference.prompt.encode() + b"\n",
    }
    if reference.mask is not None:
        files[f"{stem}{MASK_ENDING}"] = store.images.read(reference.mask)
    return files


def _zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()
