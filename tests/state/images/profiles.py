"""ICC profiles and chunks of PNG, made by hand."""

import io
import struct
import zlib

import numpy as np
from PIL import Image

SRGB_D50 = ((0.4360, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7141))
P3_D50 = ((0.5151, 0.2412, -0.0011), (0.2919, 0.6922, 0.0419), (0.1572, 0.0666, 0.7841))
SRGB_CURVE = b"para" + bytes(4) + struct.pack(">HH5i", 3, 0, 157286, 62119, 3417, 5072, 2651)


def fixed(*values: float) -> bytes:
    return struct.pack(f">{len(values)}i", *(round(value * 65536) for value in values))


def curve(gamma: float) -> bytes:
    return b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256)) + bytes(2)


def profile(name: str, space: bytes, tags: dict[bytes, bytes]) -> bytes:
    """An ICC profile (version 2) for pictures of these colours."""
    words = name.encode()
    described = b"desc" + bytes(4) + struct.pack(">I", len(words) + 1) + words + bytes(80)
    tags = {b"desc": described, b"wtpt": b"XYZ " + bytes(4) + fixed(0.9642, 1, 0.8249), **tags}
    directory, body, start = b"", b"", 128 + 4 + 12 * len(tags)
    for kind, content in tags.items():
        content += bytes(-len(content) % 4)
        directory += kind + struct.pack(">II", start + len(body), len(content))
        body += content
    head = struct.pack(">I4sI4s4s4s", start + len(body), b"", 0x02400000, b"mntr", space, b"XYZ ")
    head += bytes(12) + b"acsp" + bytes(28) + fixed(0.9642, 1, 0.8249)
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + directory + body


def rgb_profile(name: str, columns: tuple[tuple[float, ...], ...], light: bytes) -> bytes:
    colours = {
        kind: b"XYZ " + bytes(4) + fixed(*one)
        for kind, one in zip((b"rXYZ", b"gXYZ", b"bXYZ"), columns, strict=True)
    }
    return profile(name, b"RGB ", {**colours, b"rTRC": light, b"gTRC": light, b"bTRC": light})


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def icc_chunk(block: bytes) -> bytes:
    return chunk(b"iCCP", b"profile\0\0" + zlib.compress(block))


def png(levels: np.ndarray, *chunks: bytes) -> bytes:
    """A PNG of uint8 or uint16 levels (h, w) or (h, w, 2 to 4) with further chunks."""
    height, width, channels = (*levels.shape, 1)[:3]
    colour = {1: 0, 2: 4, 3: 2, 4: 6}[channels]
    header = struct.pack(">IIBBBBB", width, height, 8 * levels.dtype.itemsize, colour, 0, 0, 0)
    rows = levels.astype(levels.dtype.newbyteorder(">")).reshape(height, -1)
    packed = zlib.compress(b"".join(b"\0" + row.tobytes() for row in rows))
    parts = chunk(b"IHDR", header), *chunks, chunk(b"IDAT", packed), chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def tiff(levels: np.ndarray, more: dict[int, int]) -> bytes:
    """A TIFF of uint8 or uint16 greys (h, w), with further tags of whole numbers."""
    height, width = levels.shape
    tags = {256: width, 257: height, 258: 8 * levels.dtype.itemsize, 259: 1, 262: 1, 277: 1, 278: height}
    tags |= {279: levels.nbytes, 273: 8 + 2 + 12 * (len(tags | more) + 2) + 4, **more}
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in sorted(tags.items()))
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + bytes(4) + levels.tobytes()


def encoded(picture: Image.Image, form: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, form, **options)
    return buffer.getvalue()
