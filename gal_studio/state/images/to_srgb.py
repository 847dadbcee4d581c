"""Pictures in sRGB, by what their files say of their colours."""

import io
import struct
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from gal_studio.state.images.colours import Colours
from gal_studio.state.images.colours_told import codes_in, codes_of_profile, profile_in, told_beside
from gal_studio.state.images.profiles import are_different, by_profile, colours_of, from_lab

UNREADABLE = "unreadable colour profile: ignored"

_ROWS = 128  # converted at a time
_OTHER_ORDER = {";16B": ";16L", ";16L": ";16B", ";16N": ";16B" if sys.byteorder == "little" else ";16L"}


@dataclass(frozen=True)
class Source:
    """A file and what it says of its colours: of both, `colours` count; neither means sRGB."""

    data: bytes
    colours: Colours | None = None
    profile: bytes = b""


SRGB = Source(b"")


def read_source(file: Image.Image, data: bytes, notes: list[str]) -> Source:
    """What a loaded file says of its colours, in the order of its format; noted if it cannot be read."""
    colours, profile = None, b""
    try:
        colours = codes_in(data)
        profile = b"" if colours is not None else profile_in(file, data)
        colours = colours or codes_of_profile(profile)
        if colours is None and not profile:
            colours = told_beside(file, data)
    except (ValueError, ArithmeticError, struct.error, TypeError):
        notes.append(UNREADABLE)
    return Source(data, colours, profile)


def in_srgb(picture: Image.Image, source: Source, notes: list[str]) -> Image.Image:
    """Convert to sRGB by what the file says of its colours; what is unreadable is ignored."""
    if picture.mode == "LAB":
        return from_lab(picture)
    if picture.mode == "CMYK":
        notes.append("CMYK colours: converted to RGB")
    try:
        if source.colours is not None and picture.mode in ("L", "RGB", "RGBA"):
            return _by_colours(picture, source.colours, notes)
        made = by_profile(picture, source.profile) if source.profile else picture
    except MemoryError:
        raise
    except Exception:
        notes.append(UNREADABLE)
        return picture
    if made is not picture and (picture.mode == "CMYK" or are_different(made, picture)):
        notes.append(_converted("colour profile"))
    return made


def fine_in_srgb(file: Image.Image, source: Source, notes: list[str], most: int) -> Image.Image | None:
    """A loaded picture of 16 bits a channel in sRGB, before its lower bits are lost.

    Levels far apart in sRGB lie close together in linear light. None if nothing is lost, or for a
    picture of more than `most` pixels, which is reduced by its upper bits.
    """
    if file.width * file.height > most:
        return None
    with suppress(ValueError, ArithmeticError, LookupError, struct.error, OSError):
        colours = source.colours or (colours_of(source.profile) if source.profile else None)
        if colours is None or colours.are_srgb:
            return None
        if file.mode.startswith("I;16"):
            return _by_rows(file.convert("I"), None, colours, notes)
        if file.mode in ("RGB", "RGBA") and (lower := _lower_bits(source.data)) is not None:
            return _by_rows(file, lower, colours, notes)
    return None


def _lower_bits(data: bytes) -> Image.Image | None:
    """The lower 8 bits of a PNG or TIFF of 16 bits, upright; None for other files.

    Pillow keeps the upper ones: the lower ones are the upper ones in the other order of bytes.
    """
    with Image.open(io.BytesIO(data), formats=("PNG", "TIFF")) as lower:
        args = lower.tile[0].args
        form, *more = args if isinstance(args, tuple) else (args,)
        if (order := str(form)[-4:]) not in _OTHER_ORDER:
            return None
        other = str(form)[:-4] + _OTHER_ORDER[order]
        lower.tile = [one._replace(args=(other, *more) if more else other) for one in lower.tile]
        lower.load()
        with suppress(Exception):
            ImageOps.exif_transpose(lower, in_place=True)
        return lower


def _by_colours(picture: Image.Image, colours: Colours, notes: list[str]) -> Image.Image:
    """A picture of 8 bits (L, RGB, RGBA) in sRGB; itself, if these are its colours."""
    return picture if colours.are_srgb else _by_rows(picture, None, colours, notes)


def _by_rows(
    picture: Image.Image, lower: Image.Image | None, colours: Colours, notes: list[str]
) -> Image.Image:
    """A picture in sRGB, a few rows at a time; mode I has 16 bits, as others have with their `lower` ones."""
    made = Image.new("RGB", picture.size)
    for start in range(0, picture.height, _ROWS):
        box = (0, start, picture.width, min(start + _ROWS, picture.height))
        levels = _levels(picture.crop(box))
        if lower is not None:
            levels = np.bitwise_or(levels.astype(np.uint16) << 8, _levels(lower.crop(box)), dtype=np.uint16)
        made.paste(Image.fromarray(colours.to_srgb(levels)), box)
    if picture.mode == "I" or are_different(made, picture):
        notes.append(_converted(colours.label))
    if picture.mode == "RGBA":
        made.putalpha(picture.getchannel("A"))
    return made


def _levels(rows: Image.Image) -> NDArray[Any]:
    """The levels (h, w, 3) of some rows."""
    if rows.mode == "I":
        return np.repeat(np.asarray(rows).astype(np.uint16)[..., None], 3, axis=-1)
    return np.asarray(rows.convert("RGB"))


def _converted(label: str) -> str:
    return f"{label}: converted to sRGB"
