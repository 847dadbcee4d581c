"""The color space that a picture without an ICC profile names.

Two that cameras and drawing programs use become sRGB like a profile; any other is read as sRGB, and said.
"""

import re
import struct
from contextlib import suppress

from PIL import Image

_PNG = b"\x89PNG\r\n\x1a\n"
_DISPLAY_P3 = (12, 13)  # primaries and transfer of ITU-T H.273
_SHOWN_AS_SRGB = ((1, 2, 5, 6, 7), (1, 2, 6, 7, 13, 14, 15))  # cameras' curves are, as in browsers
_NCLX = re.compile(rb"colrnclx(....)", re.DOTALL)  # of an AVIF or HEIC
_COLOUR_SPACE, _INTEROPERABILITY, _UNCALIBRATED, _ADOBE = 0xA001, 0xA005, 0xFFFF, 2  # EXIF
_COLUMNS = {
    "Display P3": (0.5151, 0.2412, -0.0011, 0.2919, 0.6922, 0.0419, 0.1572, 0.0666, 0.7841),
    "Adobe RGB": (0.6097, 0.3111, 0.0195, 0.2053, 0.6257, 0.0609, 0.1492, 0.0632, 0.7446),
}
"""XYZ of red, green and blue, adapted to D50."""
_CURVES = {
    "Display P3": b"para" + bytes(4) + struct.pack(">HH5i", 3, 0, 157286, 62119, 3417, 5072, 2651),
    "Adobe RGB": b"curv" + bytes(4) + struct.pack(">IHH", 1, 563, 0),
}


def codes_first(data: bytes) -> str:
    """The color space in a PNG's `cICP`, which comes before its profile; "" if it has none."""
    at = len(_PNG)
    while data.startswith(_PNG) and at < len(data) and (kind := data[at + 4 : at + 8]) != b"IDAT":
        length = int.from_bytes(data[at : at + 4], "big")
        if kind == b"cICP" and length == 4 and len(data) >= at + 12:
            primaries, transfer, _, is_full = data[at + 8 : at + 12]
            return _named(primaries, transfer) if is_full else "video range"
        at += 12 + length
    return ""


def space_of(file: Image.Image, data: bytes) -> str:
    """The color space that a picture without a profile names; "" for sRGB, and where nothing is said."""
    if data[4:8] == b"ftyp" and (found := _NCLX.search(data)):
        return _named(*struct.unpack(">HH", found[1]))
    return "Adobe RGB" if _is_adobe(file) else ""


def profile_of(space: str) -> bytes:
    """The ICC profile of a color space that is known by its name; b"" for others."""
    if space not in _COLUMNS:
        return b""
    numbers = [round(value * 65536) for value in _COLUMNS[space]]
    columns = [b"XYZ " + bytes(4) + struct.pack(">3i", *numbers[at : at + 3]) for at in (0, 3, 6)]
    curve = _CURVES[space].ljust(-(-len(_CURVES[space]) // 4) * 4, b"\0")
    body, tags, start = b"".join(columns) + curve, b"", 132 + 6 * 12
    for place, colour in enumerate((b"r", b"g", b"b")):
        tags += colour + b"XYZ" + struct.pack(">II", start + 20 * place, 20)
        tags += colour + b"TRC" + struct.pack(">II", start + 60, len(curve))
    head = struct.pack(">I4sI4s4s4s", start + len(body), b"", 0x02400000, b"mntr", b"RGB ", b"XYZ ")
    head += bytes(12) + b"acsp" + bytes(28) + struct.pack(">3i", 63190, 65536, 54061)
    return head.ljust(128, b"\0") + struct.pack(">I", 6) + tags + body


def _named(primaries: int, transfer: int) -> str:
    """What these codes of H.273 are called; "" for what is shown as sRGB."""
    if (primaries, transfer) == _DISPLAY_P3:
        return "Display P3"
    if primaries in _SHOWN_AS_SRGB[0] and transfer in _SHOWN_AS_SRGB[1]:
        return ""
    return {16: "HDR (PQ)", 18: "HDR (HLG)"}.get(transfer, f"codes {primaries} and {transfer}")


def _is_adobe(file: Image.Image) -> bool:
    """Whether the EXIF data of a camera says Adobe RGB, which some say there alone."""
    with suppress(Exception):  # a damaged EXIF block says nothing about the picture
        exif = file.getexif()
        space = exif.get_ifd(0x8769).get(_COLOUR_SPACE)
        index = str(exif.get_ifd(_INTEROPERABILITY).get(1, "")).rstrip("\0 ")
        return space == _ADOBE or (space == _UNCALIBRATED and index == "R03")
    return False
