"""Pictures that come in: whatever a person drops becomes upright 8-bit RGB, or one clear sentence."""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from gal_studio.core.errors import StudioError

LARGEST_FILE = 50 * 1024 * 1024
LARGEST_PICTURE = 64_000_000
SMALLEST_EDGE = 8
KEPT_EDGE = 2048
FORMATS = ("JPEG", "MPO", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "HEIF")

_ORIENTATION = 0x0112
_DEEP = ("I;16", "I;16B", "I;16L", "I;16N", "I", "F")


def read_picture(source: bytes | Path | str) -> tuple[Image.Image, tuple[str, ...]]:
    """The picture, upright, without transparency and metadata; and notes on what was changed."""
    name, data = _bytes_of(source)
    with _refusals(name), Image.open(io.BytesIO(data), formats=_known_formats()) as file:
        _check_size(name, file.size)
        notes: list[str] = []
        if getattr(file, "is_animated", False) and file.format != "MPO":
            notes.append("several frames: the first one is used")
        file.load()
        frame: Image.Image = _upright(file, notes)
        picture = _eight_bit_rgb(frame, notes)
    if max(picture.size) > KEPT_EDGE:
        notes.append(f"{picture.width} x {picture.height} px: reduced to {KEPT_EDGE} px")
        picture.thumbnail((KEPT_EDGE, KEPT_EDGE), Image.Resampling.LANCZOS)
    return Image.frombytes("RGB", picture.size, picture.tobytes()), tuple(notes)


def _bytes_of(source: bytes | Path | str) -> tuple[str, bytes]:
    if isinstance(source, bytes):
        name, size = "The picture", len(source)
    else:
        name = f"The picture {Path(source).name!r}"
        try:
            size = Path(source).stat().st_size
        except OSError as error:
            raise StudioError(f"{name} cannot be found: check its path.") from error
    if size > LARGEST_FILE:
        raise StudioError(f"{name} has {size >> 20} MB: use a file of at most {LARGEST_FILE >> 20} MB.")
    if isinstance(source, bytes):
        return name, source
    try:
        return name, Path(source).read_bytes()
    except OSError as error:
        raise StudioError(f"{name} cannot be read ({error.strerror}): choose another file.") from error


def _known_formats() -> tuple[str, ...]:
    Image.init()
    return tuple(name for name in FORMATS if name in Image.OPEN)


@contextmanager
def _refusals(name: str) -> Iterator[None]:
    """Whatever a decoder throws at a broken or hostile file becomes one sentence."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except StudioError:
        raise
    except Image.DecompressionBombError as error:
        raise StudioError(_too_large(name)) from error
    except UnidentifiedImageError as error:
        raise StudioError(f"{name} is not a picture that can be read: use PNG, JPEG or WebP.") from error
    except MemoryError as error:
        raise StudioError(_too_large(name)) from error
    except Exception as error:
        raise StudioError(f"{name} is broken and cannot be read: save it again as PNG or JPEG.") from error


def _too_large(name: str) -> str:
    return f"{name} is too large: use one of at most {LARGEST_PICTURE // 1_000_000} megapixels."


def _check_size(name: str, size: tuple[int, int]) -> None:
    width, height = size
    if width * height > LARGEST_PICTURE:
        raise StudioError(_too_large(name))
    if min(width, height) < SMALLEST_EDGE:
        raise StudioError(
            f"{name} is {width} x {height} px: use one with at least {SMALLEST_EDGE} px on each side."
        )


def _upright(picture: Image.Image, notes: list[str]) -> Image.Image:
    try:
        turned = picture.getexif().get(_ORIENTATION, 1) not in (0, 1)
        upright = ImageOps.exif_transpose(picture)
    except Exception:  # a damaged EXIF block says nothing about the picture
        return picture
    if turned:
        notes.append("turned upright as its camera noted")
    return upright


def _eight_bit_rgb(picture: Image.Image, notes: list[str]) -> Image.Image:
    if picture.mode in _DEEP:
        notes.append("more than 8 bits a channel: reduced to 8")
        return Image.fromarray(_reduced(np.asarray(picture))).convert("RGB")
    if picture.mode == "CMYK":
        notes.append("CMYK colours: converted to RGB")
        return picture.convert("RGB")
    if "A" in picture.mode or "a" in picture.mode or "transparency" in picture.info:
        layer = picture.convert("RGBA")
        lowest = layer.getchannel("A").getextrema()[0]
        if isinstance(lowest, int | float) and lowest < 255:
            notes.append("transparent parts: laid on white")
        return Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer).convert("RGB")
    return picture.convert("RGB")


def _reduced(values: NDArray[Any]) -> NDArray[np.uint8]:
    """Grey values of 16 bits, 32 bits or floating point as 8 bits, by the range that their type means."""
    numbers = np.nan_to_num(values.astype(np.float64))
    if values.dtype.kind == "f":
        scale = 255.0 if numbers.max(initial=0.0) <= 1.0 else 1.0
    else:
        scale = 255.0 / 65535.0 if values.dtype.itemsize == 2 or numbers.max(initial=0.0) > 255.0 else 1.0
    grey: NDArray[np.uint8] = np.clip(np.rint(numbers * scale), 0, 255).astype(np.uint8)
    return grey
