"""Pictures in sRGB, by what their files say of their colors. LittleCMS converts by ICC profiles."""

import functools
import io

import numpy as np
from PIL import Image, ImageChops, ImageCms

from gal_studio.state.images.colours_told import codes_first, profile_of, space_of

UNREADABLE = "unreadable color profile: ignored"

_VISIBLE = 1  # of 255: a smaller difference is rounding
_SPACES = {"GRAY": "L", "RGB": "RGB", "CMYK": "CMYK", "Lab": "LAB"}
"""The mode of the pictures that a profile is for."""


def profile_in(file: Image.Image, data: bytes, notes: list[str]) -> tuple[str, bytes]:
    """What a loaded file's colors are called, and their ICC profile; b"" is sRGB, or read as sRGB."""
    space = codes_first(data)
    if not space and (profile := file.info.get("icc_profile")):
        return "color profile", bytes(profile)
    space = space or space_of(file, data)
    profile = profile_of(space)
    if space and not profile:
        notes.append(f"its colors ({space}) are read as sRGB: save it as sRGB if they look wrong")
    return space, profile


def in_srgb(picture: Image.Image, label: str, profile: bytes, notes: list[str]) -> Image.Image:
    """Convert a picture of 8 bits to sRGB by its profile, which is ignored if it is unreadable."""
    if picture.mode == "LAB":
        notes.append("CIELAB colors: converted to RGB")
        return _converted(picture, ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")), "RGB")
    if picture.mode == "CMYK":
        notes.append("CMYK colors: converted to RGB")
    try:
        made = _by_profile(picture, profile) if profile else picture
    except MemoryError:
        raise
    except Exception:
        notes.append(UNREADABLE)
        return picture
    if made is not picture and (picture.mode == "CMYK" or _are_different(made, picture)):
        notes.append(f"{label}: converted to sRGB")
    return made


@functools.cache
def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


def _by_profile(picture: Image.Image, block: bytes) -> Image.Image:
    """A picture (L, RGB, RGBA or CMYK) in sRGB by its profile; itself, if no level changes visibly.

    ValueError, or an error of the library, for a damaged profile or one of other colors than the picture.
    """
    profile = ImageCms.ImageCmsProfile(io.BytesIO(block))
    mode = _SPACES.get(profile.profile.xcolor_space.strip(), "")
    if mode not in ("CMYK", "LAB") and picture.mode in ("L", "RGB", "RGBA") and mode:
        plain = picture.convert(mode)
        if mode == "L" and picture.mode != "L" and _are_different(plain, picture):
            raise ValueError("a gray profile cannot say what colors are")
        if not _are_different(_converted(_steps(mode), profile, "RGB"), _steps(mode)):
            return picture
        made = _converted(plain, profile, "RGB")
        if picture.mode == "RGBA":
            made.putalpha(picture.getchannel("A"))
        return made
    if picture.mode != mode:
        raise ValueError("the profile is for other colors")
    return _converted(picture, profile, "RGB")


def _converted(picture: Image.Image, profile: ImageCms.ImageCmsProfile, mode: str) -> Image.Image:
    made = ImageCms.profileToProfile(picture, profile, _srgb(), outputMode=mode)
    if made is None:
        raise ValueError("the profile made no image")
    return made


@functools.cache
def _steps(mode: str) -> Image.Image:
    """A picture of all levels, or of colors on a grid."""
    if mode == "L":
        return Image.frombytes("L", (256, 1), bytes(range(256)))
    steps = np.arange(0, 256, 15, dtype=np.uint8)
    return Image.fromarray(np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(1, -1, 3))


def _are_different(one: Image.Image, other: Image.Image) -> bool:
    """Whether the colors of two pictures differ visibly."""
    bands = ImageChops.difference(one.convert("RGB"), other.convert("RGB")).split()
    return any(np.asarray(band).max(initial=0) > _VISIBLE for band in bands)
