"""References as a user gives them: a picture, its prompt, and optionally a mask of the subject."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gal_studio.core import checks
from gal_studio.core.errors import StudioError
from gal_studio.core.patchdpo.masks import check_size
from gal_studio.core.pictures.crop import square_box
from gal_studio.state.images.decode import PLACED
from gal_studio.state.images.read import read_alpha, read_picture

Picture = bytes | str | Path
Pixels = NDArray[np.uint8]
Mask = Picture | Pixels
"""A mask file, which is decoded in the sandbox, or painted pixels (height, width), 255 on the subject."""
MASK_ENDING = "-masklabel.png"


@dataclass(frozen=True)
class ReferenceDraft:
    """A picture with its prompt; an empty `trigger_word` means the project's.

    `mask` has the size of the picture and is white where the subject is. `crop` chooses the square that is
    kept of the picture, by its place in [0, 1] along the longer side; None keeps the whole picture.
    """

    picture: Picture
    prompt: str
    trigger_word: str = ""
    mask: Mask | None = None
    crop: float | None = None


def mask_beside(picture: Path) -> Path | None:
    """`cat-masklabel.png` beside `cat.jpg`, if it exists."""
    with suppress(OSError, ValueError):  # of what is no picture, which is refused when it is read
        path = picture.with_name(f"{picture.stem}{MASK_ENDING}")
        return path if path.is_file() else None
    return None


def read_reference(
    given: ReferenceDraft, place: int, is_object: bool = False
) -> tuple[Image.Image, Image.Image | None]:
    """Decode a picture and its mask; `place` (from 1) names a picture without a file name in errors.

    The opaque part of a picture of an object is its subject, unless another mask is given.
    """
    try:
        picture, notes = read_picture(given.picture)
        mask = None if given.mask is None else read_mask(given.mask, picture.size)
        if mask is None and is_object and set(PLACED.values()).intersection(notes):
            mask = _opaque_part(given.picture)
        if given.crop is None:
            return picture, mask
        checks.real("The crop", given.crop, 0.0, 1.0)
        box = square_box(picture.size, given.crop)
        return picture.crop(box), None if mask is None else _within(mask.crop(box))
    except StudioError as error:
        if isinstance(given.picture, bytes):
            raise StudioError(f"Image {place}: {error}") from error
        raise


def read_mask(mask: Mask, size: tuple[int, int]) -> Image.Image:
    """Read a mask (mode L, 255 on the subject) for a picture of `size` (width, height).

    An empty or full mask is refused.
    """
    name = f"mask {Path(mask).name!r}" if isinstance(mask, str | Path) else "mask"
    painted = isinstance(mask, np.ndarray)
    shown, notes = (image_of(mask), ()) if isinstance(mask, np.ndarray) else read_picture(mask)
    grey = shown.convert("L")
    reduced = [note for note in notes if "reduced to" in note and "px" in note]
    check_size(f"{name} ({reduced[0]})" if reduced else name, grey.size, size)
    covered = np.asarray(grey) >= 128
    if not covered.any():
        hint = "paint over the subject" if painted else "make it white where the subject is, or leave it out"
        raise StudioError(f"The {name} covers nothing: {hint}.")
    if covered.all():
        hint = "leave the rest unpainted" if painted else "make it black around the subject, or leave it out"
        raise StudioError(f"The {name} covers everything: {hint}.")
    return grey


def _within(mask: Image.Image) -> Image.Image | None:
    """A mask of the square that is kept of a picture; None where all of that is the subject."""
    covered = np.asarray(mask) >= 128
    if not covered.any():
        raise StudioError(
            "The mask covers nothing of the square that is kept: choose another square, or leave it out."
        )
    return None if covered.all() else mask


def _opaque_part(picture: Picture) -> Image.Image | None:
    """The opacity of a picture as a mask; None where all or nothing would be its subject."""
    alpha = read_alpha(picture)
    covered = np.asarray(alpha) >= 128
    return alpha if covered.any() and not covered.all() else None


def open_picture(given: Mask) -> Image.Image:
    """Decode a file in the sandbox; painted pixels need no decoding."""
    return image_of(given) if isinstance(given, np.ndarray) else read_picture(given)[0]


def image_of(pixels: Pixels) -> Image.Image:
    """Painted pixels as an image of one channel (mode L)."""
    if pixels.ndim != 2 or pixels.dtype != np.uint8:
        raise StudioError(
            f"The mask has shape {pixels.shape} and type {pixels.dtype}: give 8-bit values, (height, width)."
        )
    return Image.fromarray(pixels)


def check_reference(picture: Picture, mask: Mask | None) -> tuple[str, ...]:
    """Check a reference; returns notes on what storing it would change."""
    read, notes = read_picture(picture)
    if mask is None:
        return notes
    read_mask(mask, read.size)
    return (*notes, "with its mask")
