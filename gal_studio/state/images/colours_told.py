"""What the formats of pictures say of their colours, ICC profiles apart.

A picture that says nothing is sRGB: then nothing is returned.
"""

import struct
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import numpy as np
from PIL import Image

from gal_studio.state.images.colours import (
    ADOBE_RGB,
    BT709,
    HLG,
    PQ,
    Colours,
    Curve,
    h273,
    measured,
    power,
    srgb_curve,
    table,
)
from gal_studio.state.images.colours_coded import av1_codes, hevc_codes
from gal_studio.state.images.profiles import tag_of

_PNG = b"\x89PNG\r\n\x1a\n"
_NAMES = {(11, 17): "DCI-P3", (12, 13): "Display P3", (9, 16): "PQ", (9, 18): "HLG"}
_USUAL_GAMMA, _NEAR = 1 / 2.2, 0.002  # gAMA of files in sRGB
_COLOUR_SPACE, _INTEROPERABILITY, _UNCALIBRATED, _ADOBE = 0xA001, 0xA005, 0xFFFF, 2  # EXIF
_WHITE, _PRIMARIES, _TRANSFER = 318, 319, 301  # TIFF
_CALIBRATED, _EMBEDDED = 0, int.from_bytes(b"MBED", "big")  # BMP
Box = tuple[bytes, int, int]
"""The kind of a box of ISO/IEC 14496-12, and where its content begins and ends."""
Places = dict[bytes, tuple[int, int]]
_GIF_PROFILE = b"\x21\xff\x0bICCRGBG1012"


def codes_in(data: bytes) -> Colours | None:
    """The colours of a PNG's `cICP`, which come before its ICC profile."""
    code = _png_chunks(data).get(b"cICP", b"")
    return _of_codes(code[0], code[1], full_range=code[3] != 0) if len(code) == 4 else None


def codes_of_profile(block: bytes) -> Colours | None:
    """The colours of an ICC profile of PQ or HLG, which has their codes beside curves for other programs."""
    code = tag_of(block, b"cicp")[8:12]
    is_hdr = len(code) == 4 and code[1] in (PQ, HLG)
    return _of_codes(code[0], code[1]) if is_hdr else None


def profile_in(file: Image.Image, data: bytes) -> bytes:
    """The ICC profile of a picture; b"" if it has none."""
    found = file.info.get("icc_profile") or b""
    if file.format == "GIF":
        found = _profile_of_gif(data)
    if file.format == "BMP" and not found and _bmp_space(data) == _EMBEDDED and len(data) > 138:
        start, length = struct.unpack_from("<II", data, 14 + 112)
        found = data[14 + start : 14 + start + length]
    return bytes(found)


def _profile_of_gif(data: bytes) -> bytes:
    """The ICC profile in an application extension of a GIF; b"" if it has none."""
    place, found = data.find(_GIF_PROFILE), b""
    if place >= 0:
        place += len(_GIF_PROFILE)
        while place < len(data) and (length := data[place]):
            found += data[place + 1 : place + 1 + length]
            place += 1 + length
    return found


def told_beside(file: Image.Image, data: bytes) -> Colours | None:
    """The colours that a picture without a profile tells. ValueError if they are none."""
    if data.startswith(_PNG):
        return _of_gamma(_png_chunks(data))
    if data[4:8] == b"ftyp" and (codes := _nclx(data) or _coded(data)) is not None:
        return _of_codes(*codes)
    if file.format == "BMP":
        return _of_bmp(data)
    if file.format == "TIFF" and (told := _of_tiff(file)) is not None:
        return told
    return _of_camera(file)


def _of_codes(primaries: int, transfer: int, full_range: bool = True) -> Colours:
    """The colours of codes of H.273. ValueError if one is unknown."""
    try:
        return h273(_NAMES.get((primaries, transfer), "colours"), primaries, transfer, full_range)
    except KeyError as error:
        raise ValueError(f"code {error} is unknown") from error


def _png_chunks(data: bytes) -> dict[bytes, bytes]:
    """The chunks of a PNG before its pixels."""
    found: dict[bytes, bytes] = {}
    place = len(_PNG)
    while data.startswith(_PNG) and place + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, place)
        if kind == b"IDAT":
            break
        found.setdefault(kind, data[place + 8 : place + 8 + length] if length < 1024 else b"")
        place += 12 + length
    return found


def _of_gamma(chunks: dict[bytes, bytes]) -> Colours | None:
    """The colours of `gAMA` and `cHRM`, which `sRGB` makes void."""
    if b"sRGB" in chunks:
        return None
    stored, points = chunks.get(b"gAMA", b""), chunks.get(b"cHRM", b"")
    gamma = int.from_bytes(stored, "big") / 100_000 if len(stored) == 4 else 0.0
    primaries, label = BT709, "primaries"
    curve: Curve = srgb_curve
    if gamma and abs(gamma - _USUAL_GAMMA) > _NEAR:
        curve, label = power(_within(1 / gamma)), f"gamma {1 / gamma:.3g}"
    if len(points) == 32:
        white, *others = (
            tuple(value / 100_000 for value in pair) for pair in struct.iter_unpack(">II", points)
        )
        primaries = (*others[0], *others[1], *others[2], *white)
    return measured(label, primaries, (curve, curve, curve)) if gamma or points else None


def _within(gamma: float) -> float:
    """A gamma that a picture can have. ValueError for others."""
    if not 0.1 <= gamma <= 10:
        raise ValueError("there is no such gamma")
    return gamma


def _boxes(data: bytes, start: int, end: int) -> Iterator[Box]:
    """The boxes in a part of a file; a damaged one is the last."""
    while start + 8 <= end:
        length, kind = struct.unpack_from(">I4s", data, start)
        head = 8
        if length == 1 and start + 16 <= end:
            (length,), head = struct.unpack_from(">Q", data, start + 8), 16
        stop = end if length == 0 else min(end, start + length)
        if stop < start + head:
            return
        yield kind, start + head, stop
        start = stop


def _nclx(data: bytes) -> tuple[int, int] | None:
    """Primaries and transfer in the `nclx` of the main picture of an AVIF or HEIC, else of any part of it.

    The decoders have turned its range and matrix into RGB. Files that are cut off have none.
    """
    with suppress(struct.error, StopIteration, KeyError):
        inner, parts, boxes = _of_meta(data)
        ours = _properties(data, parts.get(b"ipma"), inner.get(b"pitm"))
        for places in (ours, range(1, len(boxes) + 1)):
            for place in places:
                kind, start, end = boxes[place - 1] if 0 < place <= len(boxes) else (b"", 0, 0)
                if kind == b"colr" and end - start >= 10 and data[start : start + 4] == b"nclx":
                    primaries, transfer = struct.unpack_from(">HH", data, start + 4)
                    return primaries, transfer
    return None


def _coded(data: bytes) -> tuple[int, int] | None:
    """Primaries and transfer in the coded picture of an AVIF or HEIC; None if it tells none."""
    with suppress(struct.error, StopIteration, LookupError, ValueError):
        inner, _, boxes = _of_meta(data)
        for kind, start, end in boxes:
            if kind == b"hvcC":
                return hevc_codes(data[start:end])
        for start, end in _places(data, *inner[b"iloc"]):
            if (codes := av1_codes(data[start:end])) is not None:
                return codes
    return None


def _of_meta(data: bytes) -> tuple[Places, Places, list[Box]]:
    """The boxes that describe the pictures, those in their `iprp`, and all properties."""
    meta = next(box for box in _boxes(data, 0, len(data)) if box[0] == b"meta")
    inner = {kind: (start, end) for kind, start, end in _boxes(data, meta[1] + 4, meta[2])}
    parts = {kind: (start, end) for kind, start, end in _boxes(data, *inner[b"iprp"])}
    return inner, parts, list(_boxes(data, *parts[b"ipco"]))


def _places(data: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Where the coded pictures begin and end, by a box `iloc`."""
    version, sizes, others = data[start], data[start + 4], data[start + 5]
    lengths = sizes >> 4, sizes & 15, others >> 4, (others & 15 if version else 0)
    place = start + 6

    def number(size: int) -> int:
        nonlocal place
        place += size
        return int.from_bytes(data[place - size : place], "big")

    wide = 4 if version == 2 else 2
    for _ in range(number(wide)):
        number(wide)
        if version:
            number(2)
        number(2)
        base = number(lengths[2])
        for _ in range(number(2)):
            number(lengths[3])
            offset, length = base + number(lengths[0]), number(lengths[1])
            if place > end:
                return
            yield offset, offset + length if length else len(data)


def _properties(data: bytes, links: tuple[int, int] | None, main: tuple[int, int] | None) -> list[int]:
    """The numbers of the properties of the main picture, from 1."""
    if links is None or main is None:
        return []
    (one,) = struct.unpack_from(">H" if data[main[0]] == 0 else ">I", data, main[0] + 4)
    version, is_wide = data[links[0]], data[links[0] + 3] & 1
    (count,) = struct.unpack_from(">I", data, links[0] + 4)
    place = links[0] + 8
    for _ in range(count):
        if place >= links[1]:
            break
        form = ">H" if version < 1 else ">I"
        (item,) = struct.unpack_from(form, data, place)
        place += struct.calcsize(form)
        numbers = struct.unpack_from(f">{data[place]}{'H' if is_wide else 'B'}", data, place + 1)
        if item == one:
            return [number & (0x7FFF if is_wide else 0x7F) for number in numbers]
        place += 1 + len(numbers) * (2 if is_wide else 1)
    return []


def _bmp_space(data: bytes) -> int | None:
    """The kind of colours in the header of a BMP; None for headers without one."""
    (length,) = struct.unpack_from("<I", data, 14)
    return struct.unpack_from("<I", data, 14 + 56)[0] if length >= 108 and len(data) >= 14 + length else None


def _of_bmp(data: bytes) -> Colours | None:
    """The colours of a calibrated BMP: XYZ of its primaries, and a gamma for each channel."""
    if _bmp_space(data) != _CALIBRATED:
        return None
    columns = np.array(struct.unpack_from("<9i", data, 14 + 60)).reshape(3, 3) / (1 << 30)
    gammas = [value / 65536 for value in struct.unpack_from("<3I", data, 14 + 96)]
    if not columns.any() or not all(gammas):
        return None  # written by programs that leave it empty
    points = np.vstack([columns, columns.sum(axis=0)])
    primaries: Any = tuple((points[:, :2] / points.sum(axis=1, keepdims=True)).ravel())
    red, green, blue = (power(_within(gamma if gamma >= 1 else 1 / gamma)) for gamma in gammas)
    usual = all(min(abs(gamma - 2.2), abs(gamma - _USUAL_GAMMA)) < 0.01 for gamma in gammas)
    return measured("primaries", primaries, (srgb_curve,) * 3 if usual else (red, green, blue))


def _of_tiff(file: Image.Image) -> Colours | None:
    """The colours of a TIFF's primaries and table of light."""
    tags: Any = getattr(file, "tag_v2", {})
    points, white, light = tags.get(_PRIMARIES), tags.get(_WHITE), tags.get(_TRANSFER)
    if points is None and light is None:
        return None
    primaries: Any = (*map(float, points or BT709[:6]), *map(float, white or BT709[6:]))
    curves: tuple[Curve, ...] = (srgb_curve,) * 3
    if light is not None:
        parts = np.array_split(np.array(light, dtype=float) / 65535.0, 3 if len(light) % 3 == 0 else 1)
        curves = tuple(table(parts[place % len(parts)]) for place in range(3))
    if len(primaries) != 8 or any(not 0 <= value <= 1 for value in primaries):
        raise ValueError("there are no primaries")
    red, green, blue = curves
    return measured("primaries", primaries, (red, green, blue))


def _of_camera(file: Image.Image) -> Colours | None:
    """Adobe RGB, which cameras tell in their EXIF data alone."""
    with suppress(Exception):  # a damaged EXIF block says nothing about the picture
        exif = file.getexif()
        space = exif.get_ifd(0x8769).get(_COLOUR_SPACE)
        is_adobe = space == _ADOBE
        if space == _UNCALIBRATED:
            is_adobe = str(exif.get_ifd(_INTEROPERABILITY).get(1, "")).rstrip("\0 ") == "R03"
        if is_adobe:
            return measured("Adobe RGB", ADOBE_RGB, (power(563 / 256),) * 3)
    return None
