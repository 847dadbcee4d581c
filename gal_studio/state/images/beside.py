"""What is in a file beside its picture, and never decides whether the picture can be read.

Long texts and color profiles above the limits of the decoder are left out, and an end mark that is lost is
put back where every pixel is there.
"""

import io
import re
import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress

from PIL import Image

MOST_TEXT = 1 << 20  # bytes of all texts of a PNG, unpacked
LARGEST_PROFILE = (1 << 20) - 1  # bytes, unpacked: what Pillow takes
NO_PROFILE = "its color profile is too large: ignored"
NO_END = "the end mark of the file was missing; every pixel is there"
PNG, _JPEG, _END = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"\xff\xd9"
_SCAN = re.compile(rb"\xff\xda..", re.DOTALL)  # within a scan, 255 is followed by 0 or a restart
_FILLER = b"\x55" * 512  # would change whatever pixels are still to come


def without_ballast(data: bytes, notes: list[str]) -> bytes:
    """A PNG without texts beyond `MOST_TEXT` in all, or a profile beyond `LARGEST_PROFILE`; others stay."""
    if not data.startswith(PNG):
        return data
    kept: list[memoryview] = []
    left = MOST_TEXT
    for kind, content, whole in chunks(memoryview(data)):
        if kind in (b"tEXt", b"zTXt", b"iTXt"):
            size = len(content) if kind == b"tEXt" else _unpacked(content, left)
            if size > left:
                continue
            left -= size
        elif kind == b"iCCP" and _unpacked(content, LARGEST_PROFILE) > LARGEST_PROFILE:
            notes.append(NO_PROFILE)
            continue
        kept.append(whole)
    is_whole = len(PNG) + sum(map(len, kept)) == len(data)
    return data if is_whole else b"".join([PNG, *kept])


def chunks(data: memoryview) -> Iterator[tuple[bytes, memoryview, memoryview]]:
    """Each chunk of a PNG: its kind, its content, and all of it; last comes what cannot be told apart."""
    at = len(PNG)
    while at < len(data):
        head = bytes(data[at : at + 8])
        length = struct.unpack(">I", head[:4])[0] if len(head) == 8 else len(data)
        end = at + 12 + length
        if end > len(data):
            yield b"", data[:0], data[at:]
            return
        yield head[4:], data[at + 8 : end - 4], data[at:end]
        at = end


def _unpacked(content: memoryview, most: int) -> int:
    """The size of a text or profile when unpacked, or more than `most` if that is enough to know."""
    start = bytes(content[:200]).find(b"\0x") + 1  # zlib's streams begin with x, behind a name of 79 bytes
    if start:
        with suppress(zlib.error):
            return len(zlib.decompressobj().decompress(content[start:], most + 1))
    return len(content)


def is_cut(data: bytes) -> bool:
    """Whether a file is a JPEG that does not end as one."""
    return data.startswith(_JPEG) and not data.rstrip(b"\0").endswith(_END)


def with_end(data: bytes, edge: int, notes: list[str]) -> bytes:
    """A JPEG with its end mark, if that is all it lacks, decoded for this edge; otherwise as it is."""
    cut = data.rstrip(b"\0").removesuffix(b"\xff")
    with suppress(Exception):  # told when it is decoded
        if _has_all_scans(cut) and _pixels(cut + _END, edge) == _pixels(cut + _FILLER + _END, edge):
            notes.append(NO_END)
            return cut + _END
    return data


def _has_all_scans(data: bytes) -> bool:
    """Whether the scans of a JPEG carry each coefficient to its last bit; progressive ones come in parts."""
    lacking: dict[int, set[int]] = {}
    for scan in _SCAN.finditer(data):
        count = data[scan.end()]
        parts = data[scan.end() + 1 : scan.end() + 1 + 2 * count : 2]
        first, last, bits = data[scan.end() + 1 + 2 * count : scan.end() + 4 + 2 * count]
        for part in parts:
            left = lacking.setdefault(part, set(range(64)))
            if not bits & 15:
                left.difference_update(range(first, last + 1))
    return bool(lacking) and not any(lacking.values())


def _pixels(data: bytes, edge: int) -> int:
    """A checksum of all pixels."""
    with Image.open(io.BytesIO(data), formats=("JPEG",)) as file:
        file.draft(None, (edge, edge))
        return zlib.crc32(file.tobytes())
