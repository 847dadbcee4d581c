"""Pictures in sRGB, by what their files say of their colours."""

import io
import struct
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from gal_studio.state.images.colours import VISIBLE, Colours
from gal_studio.state.images.colours_told import codes_in, codes_of_profile, profile_in, told_beside
from gal_studio.state.images.profiles import are_different, by_profile, colours_of, from_lab

UNREADABLE = "unreadable color profile: ignored"

_WHITE_IS = 262  # tag of TIFF
_ROWS = 128  # converted at a time
_MOST_LIGHT = 16.0  # floating-point values above 1 are brighter than white; those of 8 bits go to 255
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
        notes.append("CIELAB colors: converted to RGB")
        return from_lab(picture)
    if picture.mode == "CMYK":
        notes.append("CMYK colors: converted to RGB")
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
        notes.append(_converted("color profile"))
    return made


def fine_in_srgb(
    file: Image.Image, source: Source, notes: list[str], resized: Callable[[Image.Image], Image.Image]
) -> Image.Image | None:
    """A loaded picture of more than 8 bits a channel in sRGB, with its lower bits; None if none counts.

    Levels far apart in sRGB lie close together in linear light. `resized` makes a channel (mode F) smaller.
    """
    with suppress(ValueError, ArithmeticError, LookupError, struct.error, OSError):
        colours = source.colours or (colours_of(source.profile) if source.profile else None)
        if colours is None or colours.are_srgb:
            return None
        if file.mode == "F" or file.mode.startswith("I;16"):
            grey = _sixteen_bits(file if file.mode == "F" else sixteen_bit_greys(file), None, resized)
            return _by_rows(np.stack([grey] * 3, axis=-1), colours, notes)
        if file.mode in ("RGB", "RGBA") and (lower := _lower_bits(source.data)) is not None:
            bands = [
                _sixteen_bits(file.getchannel(place), lower.getchannel(place), resized) for place in range(3)
            ]
            made = _by_rows(np.stack(bands, axis=-1), colours, notes)
            if file.mode == "RGBA":
                made.putalpha(resized(file.getchannel("A")))
            return made
    return None


def white_level(picture: Image.Image) -> float:
    """What is white in a picture of mode F, by its range: 1 of light, or 255 of levels of 8 bits."""
    highest = picture.getextrema()[1]
    return 255.0 if isinstance(highest, int | float) and highest > _MOST_LIGHT else 1.0


def sixteen_bit_greys(picture: Image.Image) -> Image.Image:
    """A picture of mode I;16 as one of mode I, where 0 is black."""
    levels = picture.convert("I")
    is_inverted = getattr(picture, "tag_v2", {}).get(_WHITE_IS) == 0  # Pillow does it for 8 bits alone
    return levels.point(lambda value: value * -1 + 65535) if is_inverted else levels


def _sixteen_bits(
    channel: Image.Image, lower: Image.Image | None, resized: Callable[[Image.Image], Image.Image]
) -> NDArray[np.uint16]:
    """The levels (h, w) of a channel: light in mode F, 16 bits in mode I, else 8 with `lower` ones."""
    factor = 65535.0 / white_level(channel) if channel.mode == "F" else 1.0
    levels = np.asarray(resized(channel.convert("F"))) * np.float32(factor)
    if lower is not None:
        levels = levels * np.float32(256.0) + np.asarray(resized(lower.convert("F")))
    made: NDArray[np.uint16] = np.clip(np.nan_to_num(levels) + 0.5, 0.0, 65535.0).astype(np.uint16)
    return made


def _lower_bits(data: bytes) -> Image.Image | None:
    """The lower 8 bits of a PNG or TIFF of 16 bits, upright; None for other files.

    Pillow keeps the upper ones: the lower ones are the upper ones in the other order of bytes.
    """
    with Image.open(io.BytesIO(data), formats=("PNG", "TIFF")) as lower:
        args = lower.tile[0].args
        if args == "LA;16B":  # of four bytes a pixel the second
            lower.tile = [one._replace(args="RGBA") for one in lower.tile]
            return Image.merge("RGB", [_upright(lower).getchannel("G")] * 3)
        form, *more = args if isinstance(args, tuple) else (args,)
        if (order := str(form)[-4:]) not in _OTHER_ORDER:
            return None
        other = str(form)[:-4] + _OTHER_ORDER[order]
        lower.tile = [one._replace(args=(other, *more) if more else other) for one in lower.tile]
        return _upright(lower)


def _upright(picture: Image.Image) -> Image.Image:
    picture.load()
    with suppress(Exception):
        ImageOps.exif_transpose(picture, in_place=True)
    return picture


def _by_colours(picture: Image.Image, colours: Colours, notes: list[str]) -> Image.Image:
    """A picture of 8 bits (L, RGB, RGBA) in sRGB; itself, if these are its colours."""
    if colours.are_srgb:
        return picture
    made = _by_rows(np.asarray(picture.convert("RGB")), colours, notes)
    if picture.mode == "RGBA":
        made.putalpha(picture.getchannel("A"))
    return made


def _by_rows(
    levels: NDArray[np.uint8] | NDArray[np.uint16], colours: Colours, notes: list[str]
) -> Image.Image:
    """Levels (h, w, 3) of 8 or 16 bits as a picture in sRGB, a few rows at a time."""
    height, width, _ = levels.shape
    made, is_other = np.empty((height, width, 3), dtype=np.uint8), False
    for start in range(0, height, _ROWS):
        rows = levels[start : start + _ROWS]
        made[start : start + _ROWS] = colours.to_srgb(rows)
        before = rows if rows.dtype == np.uint8 else rows >> 8
        is_other = is_other or bool(np.ptp([before, made[start : start + _ROWS]], axis=0).max() > VISIBLE)
    if is_other:
        notes.append(_converted(colours.label))
    return Image.fromarray(made)


def _converted(label: str) -> str:
    return f"{label}: converted to sRGB"
