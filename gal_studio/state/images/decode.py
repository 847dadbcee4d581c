"""Decode untrusted pictures to upright 8-bit RGB of bounded size, with notes on what was changed.

This runs in `sandbox_process`, since a file of 1 MB can make a decoder use gigabytes.
"""

import io
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from types import MappingProxyType

import numpy as np
from PIL import Image, ImageChops, ImageOps, PngImagePlugin, UnidentifiedImageError

from gal_studio.causes import HEAD, instead
from gal_studio.core.errors import StudioError, is_lack_of_memory
from gal_studio.state.images.to_srgb import in_srgb, profile_in

LARGEST_PICTURE = 50_000_000
SMALLEST_EDGE = 8
KEPT_EDGE = 2048
FORMATS = ("JPEG", "MPO", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "HEIF")
STORED_MODES = ("RGB", "L")
MOST_TEXT = 64 << 20  # bytes of texts, and of a profile, in a PNG: programs put their whole workflow there
HARDLY_SEEN = 24.0  # of 255: white lines on white have less
DEEP = "more than 8 bits per channel: reduced to 8"
PLACED = {ground: f"transparent parts: placed on {ground}" for ground in ("white", "black")}
HEIC = "a HEIC image, which this installation cannot read: save it as JPEG"

_ORIENTATION, _PLACE = 0x0112, 0x8825
_KIND, _WHITE_IS, _PARTS, _DNG = 254, 262, 330, 50706  # TIFF
_MOST_LIGHT = 16.0  # floating-point values above 1 are brighter than white; those of 8 bits go to 255
_WHOLE = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8")
"""How files begin that are read, unless they are broken."""
_HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1")
_PLAIN = MappingProxyType(
    {"1": "L", "LA": "RGBA", "La": "RGBA", "RGBa": "RGBA", "PA": "RGBA", "RGBX": "RGB", "YCbCr": "RGB"}
)


def decode(
    name: str, data: bytes, sized: Callable[[int], None] = lambda _: None
) -> tuple[Image.Image, tuple[str, ...]]:
    """Decode a picture without transparency and metadata, at most `KEPT_EDGE` long; and what was changed.

    `sized` is called with their number before the pixels are decoded.
    """
    if not data:
        raise StudioError(f"{name} is empty, because it was not saved or copied completely: choose it again.")
    notes: list[str] = []
    with _refusals(name, data), Image.open(io.BytesIO(data), formats=known_formats()) as file:
        width, height = file.size
        _check_size(name, width, height)
        notes += _notes_on(file)
        sized(width * height)
        file.draft(None, (KEPT_EDGE, KEPT_EDGE))  # a JPEG is decoded at a fraction of its size
        file.load()
        with suppress(Exception):  # a damaged EXIF block says nothing about the picture
            ImageOps.exif_transpose(file, in_place=True)
        _refuse_raw(name, file, data)
        label, profile = profile_in(file, data, notes)
        picture = _plain(file)
        if max(width, height) > KEPT_EDGE:
            notes.append(f"{width} x {height} px: reduced to {KEPT_EDGE} px")
            picture = _smaller(picture, width, height)
        if min(picture.size) < SMALLEST_EDGE:
            raise StudioError(f"{name} is {width} x {height} px: use one that is wider.")
        picture = _eight_bit_rgb(picture, label, profile, notes)
    return Image.frombytes("RGB", picture.size, picture.tobytes()), tuple(notes)


def decode_alpha(name: str, data: bytes, sized: Callable[[int], None] = lambda _: None) -> Image.Image | None:
    """The opacity of a picture that `decode` reads, in mode L and of the same size; None if it has none."""
    with _refusals(name, data), Image.open(io.BytesIO(data), formats=known_formats()) as file:
        width, height = file.size
        _check_size(name, width, height)
        sized(width * height)
        file.load()
        with suppress(Exception):
            ImageOps.exif_transpose(file, in_place=True)
        picture = _plain(file)
        if picture.mode != "RGBA":
            return None
        alpha = picture.getchannel("A")
        return _smaller(alpha, width, height) if max(width, height) > KEPT_EDGE else alpha


def check_stored(name: str, data: bytes, sized: Callable[[int], None] = lambda _: None) -> None:
    """Refuse anything but an intact PNG of a mode that the studio writes; `sized` as in `decode`."""
    with _refusals(name, data), Image.open(io.BytesIO(data), formats=("PNG",)) as file:
        if file.size[0] * file.size[1] > LARGEST_PICTURE:
            raise StudioError(_too_large(name))
        if file.mode not in STORED_MODES:
            raise StudioError(f"{name} is a PNG of mode {file.mode}: only RGB and gray ones are stored.")
        sized(file.size[0] * file.size[1])
        file.load()


def known_formats() -> tuple[str, ...]:
    """The formats that this installation reads; HEIC with pi-heif."""
    Image.init()
    PngImagePlugin.MAX_TEXT_CHUNK = PngImagePlugin.MAX_TEXT_MEMORY = MOST_TEXT
    if "HEIF" not in Image.OPEN:
        with suppress(ImportError):  # its libraries are not built for every machine
            import_module("pi_heif").register_heif_opener()
    return tuple(name for name in FORMATS if name in Image.OPEN)


def is_unreadable_heic(data: bytes) -> bool:
    """Whether a file with these first bytes is a HEIC picture that this installation does not read."""
    return data[4:8] == b"ftyp" and data[8:12] in _HEIC and "HEIF" not in known_formats()


@contextmanager
def _refusals(name: str, data: bytes) -> Iterator[None]:
    """Turn any error of a decoder into one sentence."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except StudioError:
        raise
    except Image.DecompressionBombError as error:
        raise StudioError(_too_large(name)) from error
    except UnidentifiedImageError as error:
        if is_unreadable_heic(data):
            raise StudioError(f"{name} is {HEIC}.") from error
        if data.startswith(_WHOLE):
            raise StudioError(_broken(name)) from error
        if found := instead(data[:HEAD], len(data)):
            raise StudioError(f"{name} {found[0]}: {found[1]}.") from error
        raise StudioError(f"{name} is not an image that can be read: use PNG, JPEG or WebP.") from error
    except Exception as error:
        if is_lack_of_memory(error):
            raise StudioError(
                f"{name} needs too much memory to read: save it again as PNG or JPEG."
            ) from error
        raise StudioError(_broken(name)) from error


def _broken(name: str) -> str:
    return f"{name} is broken and cannot be read: save it again as PNG or JPEG."


def _too_large(name: str) -> str:
    return f"{name} is too large: use one of at most {LARGEST_PICTURE // 1_000_000} megapixels."


def _check_size(name: str, width: int, height: int) -> None:
    if width * height > LARGEST_PICTURE:
        raise StudioError(_too_large(name))
    if min(width, height) < SMALLEST_EDGE:
        raise StudioError(
            f"{name} is {width} x {height} px: use one with at least {SMALLEST_EDGE} px on each side."
        )


def _notes_on(file: Image.Image) -> list[str]:
    """Notes from the header of the file."""
    notes = []
    if getattr(file, "is_animated", False) and file.format != "MPO":
        notes.append("several frames: only the first one is used")
    if file.mode.startswith(("I", "F")) or any(";16" in str(tile) for tile in getattr(file, "tile", ())):
        notes.append(DEEP)
    with suppress(Exception):
        exif = file.getexif()
        if exif.get(_ORIENTATION, 1) not in (0, 1):
            notes.append("rotated upright, as the camera recorded")
        if _PLACE in exif:
            notes.append("GPS location: removed")
    return notes


def _refuse_raw(name: str, file: Image.Image, data: bytes) -> None:
    """Refuse the raw file of a camera, a TIFF whose first picture is a preview."""
    tags = getattr(file, "tag_v2", {})
    is_preview = bool(tags.get(_KIND, 0) & 1) and _PARTS in tags
    if file.format == "TIFF" and (_DNG in tags or is_preview or data[8:10] == b"CR"):
        raise StudioError(f"{name} is a camera's raw file: save it as JPEG, PNG or TIFF.")


def _plain(picture: Image.Image) -> Image.Image:
    """Convert to a mode that can be resized: L, RGB, RGBA, CMYK, LAB, I or F."""
    if picture.mode.startswith("I;16"):
        levels = picture.convert("I")
        if getattr(picture, "tag_v2", {}).get(_WHITE_IS) == 0:  # Pillow inverts 8 bits alone
            levels = levels.point(lambda value: value * -1 + 65535)
        return _levels(levels, 65535.0)
    if "transparency" in picture.info and picture.mode in ("1", "L", "P", "RGB"):
        return picture.convert("RGBA")
    if picture.mode == "P":
        return picture.convert("RGB")
    target = _PLAIN.get(picture.mode)
    return picture.convert(target) if target else picture


def _smaller(picture: Image.Image, width: int, height: int) -> Image.Image:
    """Resize in two steps: average whole blocks, which is fast, then resample.

    The size follows from that of the file alone: a mask has that of its picture, whatever their formats.
    """
    edges = sorted((width, height))
    short, long = max(1, round(edges[0] * KEPT_EDGE / edges[1])), KEPT_EDGE
    size = (long, short) if picture.width >= picture.height else (short, long)
    blocks = max(picture.size) // KEPT_EDGE
    made = picture.reduce(blocks) if blocks > 1 else picture
    return made.resize(size, Image.Resampling.LANCZOS)


def _eight_bit_rgb(picture: Image.Image, label: str, profile: bytes, notes: list[str]) -> Image.Image:
    picture = in_srgb(_reduced(picture), label, profile, notes)
    return (_opaque(picture, notes) if picture.mode == "RGBA" else picture).convert("RGB")


def _opaque(picture: Image.Image, notes: list[str]) -> Image.Image:
    """A picture on a ground: white, unless hardly anything would be seen there and more on black.

    Transparency that hides everything is an accident of some programs, and is ignored.
    """
    alpha = picture.getchannel("A")
    lowest, highest = alpha.getextrema()
    if highest == 0:
        notes.append("all of it was transparent: its transparency is ignored")
        return picture.convert("RGB")
    if lowest == 255:
        return picture
    seen = {ground: _seen_on(picture, alpha, ground) for ground in PLACED}
    ground = "black" if seen["white"] < HARDLY_SEEN < seen["black"] else "white"
    notes.append(PLACED[ground])
    return Image.alpha_composite(Image.new("RGBA", picture.size, ground), picture)


def _seen_on(picture: Image.Image, alpha: Image.Image, ground: str) -> float:
    """How far what is opaque is from a ground, in [0, 255]: the mean over it, weighed by its opacity."""
    away = ImageChops.difference(picture.convert("RGB"), Image.new("RGB", picture.size, ground)).convert("L")
    levels, opacity = np.asarray(away, np.float32), np.asarray(alpha, np.float32)
    return float((levels * opacity).sum() / max(1.0, float(opacity.sum())))


def _reduced(picture: Image.Image) -> Image.Image:
    """Convert 32-bit or floating-point grey values to 8 bits, by their apparent range; others stay."""
    if picture.mode not in ("I", "F"):
        return picture
    highest = picture.getextrema()[1]
    largest = float(highest) if isinstance(highest, int | float) else 0.0
    if picture.mode == "F":
        return _levels(picture, 255.0 if largest > _MOST_LIGHT else 1.0)
    return _levels(picture, 255.0 if largest <= 255.0 else 65535.0)


def _levels(picture: Image.Image, white: float) -> Image.Image:
    """Convert grey values from 0 to `white` to 8 bits."""
    return picture.point(lambda value: value * (255.0 / white) + 0.5).convert("L")
