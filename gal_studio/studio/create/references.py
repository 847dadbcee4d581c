"""What a person gives of a subject: pictures with prompts, and masks that say where in them it is."""

from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from gal_studio.core.errors import StudioError
from gal_studio.core.patchdpo.masks import check_size
from gal_studio.state.images.read import read_picture

Picture = bytes | str | Path
MASK_ENDING = "-masklabel.png"


@dataclass(frozen=True)
class ReferenceDraft:
    """A picture with its prompt; an empty `trigger_word` means the project's.

    `mask` is a picture of the same size, white where the subject is.
    """

    picture: Picture
    prompt: str
    trigger_word: str = ""
    mask: Picture | None = None


def mask_beside(picture: Path) -> Path | None:
    """`cat-masklabel.png` beside `cat.jpg`, when there is one."""
    path = picture.with_name(f"{picture.stem}{MASK_ENDING}")
    return path if path.is_file() else None


def read_reference(given: ReferenceDraft, place: int) -> tuple[Image.Image, Image.Image | None]:
    """The picture and its mask; `place` (from 1) names a picture that has no file name."""
    try:
        picture = read_picture(given.picture)[0]
        return picture, None if given.mask is None else read_mask(given.mask, picture.size)
    except StudioError as error:
        if isinstance(given.picture, bytes):
            raise StudioError(f"Picture {place}: {error}") from error
        raise


def read_mask(mask: Picture, size: tuple[int, int]) -> Image.Image:
    """A mask (mode L, 255 on the subject) for a picture of this (width, height)."""
    name = "mask" if isinstance(mask, bytes) else f"mask {Path(mask).name!r}"
    grey = read_picture(mask)[0].convert("L")
    check_size(name, grey.size, size)
    lowest, highest = grey.point([0] * 128 + [255] * 128).getextrema()
    painted = isinstance(mask, bytes)
    if not highest:
        hint = (
            "paint what belongs to it" if painted else "make it white where the subject is, or leave it out"
        )
        raise StudioError(f"The {name} covers nothing: {hint}.")
    if lowest:
        hint = "leave the rest unpainted" if painted else "make it black around the subject, or leave it out"
        raise StudioError(f"The {name} covers everything: {hint}.")
    return grey


def check_reference(picture: Picture, mask: Picture | None) -> tuple[str, ...]:
    """Notes on what is changed when this picture is taken in; a StudioError when it cannot be."""
    read, notes = read_picture(picture)
    if mask is None:
        return notes
    read_mask(mask, read.size)
    return (*notes, "with its mask")
