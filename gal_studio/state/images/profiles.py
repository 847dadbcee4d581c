"""ICC profiles.

Pictures of 8 bits are converted by LittleCMS; for more bits, the curves of RGB profiles are read.
"""

import functools
import io
import struct
from collections.abc import Iterator

import numpy as np
from PIL import Image, ImageChops, ImageCms

from gal_studio.state.images.colours import (
    BT709,
    VISIBLE,
    Array,
    Colours,
    Curve,
    from_d50,
    measured,
    power,
    table,
)

_SPACES = {"GRAY": "L", "RGB": "RGB", "CMYK": "CMYK", "Lab": "LAB"}
"""The mode of the pictures that a profile is for."""


@functools.cache
def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


def from_lab(picture: Image.Image) -> Image.Image:
    """A picture in CIELAB as RGB."""
    return _converted(picture, ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")), "RGB")


def by_profile(picture: Image.Image, block: bytes) -> Image.Image:
    """A picture of 8 bits (L, RGB, RGBA or CMYK) in sRGB by its profile; itself, if no level changes visibly.

    ValueError, or an error of the library, for a damaged profile or one of other colours than the picture.
    """
    profile = ImageCms.ImageCmsProfile(io.BytesIO(block))
    mode = _SPACES.get(profile.profile.xcolor_space.strip(), "")
    if mode not in ("CMYK", "LAB") and picture.mode in ("L", "RGB", "RGBA") and mode:
        plain = picture.convert(mode)
        if mode == "L" and picture.mode != "L" and are_different(plain, picture):
            raise ValueError("a profile of greys cannot say what colours are")
        if not are_different(_converted(_steps(mode), profile, "RGB"), _steps(mode)):
            return picture
        made = _converted(plain, profile, "RGB")
        if picture.mode == "RGBA":
            made.putalpha(picture.getchannel("A"))
        return made
    if picture.mode != mode:
        raise ValueError("the profile is for other colours")
    return _converted(picture, profile, "RGB")


def colours_of(block: bytes) -> Colours | None:
    """The colours of a profile of one curve for greys, or of a matrix and three curves; None for others."""
    tags = dict(_tags(block))
    if block[16:20] == b"GRAY" and b"kTRC" in tags and b"A2B0" not in tags:
        curve = _curve(tags[b"kTRC"])
        return measured("color profile", BT709, (curve, curve, curve))
    names = (b"rXYZ", b"gXYZ", b"bXYZ", b"rTRC", b"gTRC", b"bTRC")
    if block[16:20] != b"RGB " or b"A2B0" in tags or any(name not in tags for name in names):
        return None
    columns = np.stack([_xyz(tags[name]) for name in names[:3]], axis=1)
    red, green, blue = (_curve(tags[name]) for name in names[3:])
    return from_d50("color profile", columns, (red, green, blue))


def tag_of(block: bytes, name: bytes) -> bytes:
    """The content of a tag of a profile; b"" if it has none."""
    try:
        return dict(_tags(block)).get(name, b"")
    except struct.error:
        return b""


def _converted(picture: Image.Image, profile: ImageCms.ImageCmsProfile, mode: str) -> Image.Image:
    made = ImageCms.profileToProfile(picture, profile, _srgb(), outputMode=mode)
    if made is None:
        raise ValueError("the profile made no image")
    return made


@functools.cache
def _steps(mode: str) -> Image.Image:
    """A picture of all levels, or of colours on a grid."""
    if mode == "L":
        return Image.frombytes("L", (256, 1), bytes(range(256)))
    steps = np.arange(0, 256, 15, dtype=np.uint8)
    return Image.fromarray(np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(1, -1, 3))


def are_different(one: Image.Image, other: Image.Image) -> bool:
    """Whether the colours of two pictures differ visibly."""
    bands = ImageChops.difference(one.convert("RGB"), other.convert("RGB")).split()
    return any(np.asarray(band).max(initial=0) > VISIBLE for band in bands)


def _tags(block: bytes) -> Iterator[tuple[bytes, bytes]]:
    (count,) = struct.unpack_from(">I", block, 128)
    for place in range(min(count, 100)):
        name, start, length = struct.unpack_from(">4sII", block, 132 + 12 * place)
        yield name, block[start : start + length]


def _fixed(content: bytes, start: int, count: int) -> Array:
    """Numbers of the type s15Fixed16."""
    return np.array(struct.unpack_from(f">{count}i", content, start)) / 65536


def _xyz(content: bytes) -> Array:
    return _fixed(content, 8, 3)


def _curve(content: bytes) -> Curve:
    """A curve of the type `curv` or `para`. ValueError for others."""
    if content[:4] == b"curv":
        (count,) = struct.unpack_from(">I", content, 8)
        if count == 0:
            return power(1.0)
        values = np.array(struct.unpack_from(f">{count}H", content, 12), dtype=float)
        return power(float(values[0]) / 256) if count == 1 else table(values / 65535)
    if content[:4] == b"para":
        (kind,) = struct.unpack_from(">H", content, 8)
        return _parametric(kind, _fixed(content, 12, (1, 3, 4, 5, 7)[kind]))
    raise ValueError("the profile has no curve")


def _parametric(kind: int, given: Array) -> Curve:
    """Y = (aX + b)^g + c from X = d on, cX + f before it (ICC.1, 10.18)."""
    g, a, b = given[:3] if kind else (given[0], 1.0, 0.0)
    power_offset, slope, limit, offset = 0.0, 0.0, 0.0, 0.0
    if kind in (1, 2):
        limit = -b / a
        power_offset = offset = float(given[3]) if kind == 2 else 0.0
    elif kind in (3, 4):
        slope, limit = float(given[3]), float(given[4])
        power_offset, offset = map(float, given[5:7]) if kind == 4 else (0.0, 0.0)

    def curve(values: Array) -> Array:
        upper = np.power(np.maximum(a * values + b, 0.0), g) + power_offset
        return np.clip(np.where(values >= limit, upper, slope * values + offset), 0.0, 1.0)

    return curve
