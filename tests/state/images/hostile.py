"""Malformed, hostile and unusual pictures, made from seeds."""

import struct
import zlib
from collections.abc import Iterator
from random import Random
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageCms

from tests.state.images.profiles import chunk, encoded

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")


class Hostile(NamedTuple):
    """A file and its expected outcome: "read", "refused", or "either"."""

    name: str
    data: bytes
    fate: str = "either"


def png(width: int, height: int, *chunks: bytes, depth: int = 8, colour: int = 2) -> bytes:
    """A PNG of these chunks between its header and its end; pixels are a chunk, too."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"".join(chunks) + chunk(b"IEND", b"")


def pixels(width: int, height: int, channels: int = 3) -> bytes:
    return chunk(b"IDAT", zlib.compress(bytes(height * (1 + width * channels))))


def tiff(tags: list[tuple[int, int, int, int]], body: bytes = b"", following: int = 0) -> bytes:
    """A little-endian TIFF: eight bytes, the body, one directory of (tag, type, count, value)."""
    directory = struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", *tag) for tag in tags)
    return b"II*\0" + struct.pack("<I", 8 + len(body)) + body + directory + struct.pack("<I", following)


def _small_tiff(size: int = 16, **changes: int) -> list[tuple[int, int, int, int]]:
    """The tags of a grey picture whose pixels begin at byte 8."""
    given = {"width": size, "height": size, "bits": 8, "compression": 1, "rows": size, "length": size * size}
    given |= changes
    return [
        (256, 4, 1, given["width"]), (257, 4, 1, given["height"]), (258, 3, 1, given["bits"]),
        (259, 3, 1, given["compression"]), (262, 3, 1, 1), (273, 4, 1, 8), (277, 3, 1, 1),
        (278, 4, 1, given["rows"]), (279, 4, 1, given["length"]),
    ]  # fmt: skip


def tag_bomb(tags: int, length: int) -> bytes:
    """Thousands of entries that all point to the same bytes: 1 MB that wants gigabytes."""
    return tiff([(1000 + number, 1, length, 8) for number in range(tags)], bytes(length))


def bombs() -> Iterator[Hostile]:
    """Small files that need a lot of memory or time."""
    for width, height in ((60_000, 60_000), (9_000, 9_000), (2**31 - 1, 2**31 - 1), (2**31 - 1, 1)):
        yield Hostile(f"png of {width} x {height}", png(width, height, pixels(10, 10)), "refused")
    for width, height in ((65_535, 65_535), (40_000, 2_000)):
        header = b"GIF89a" + struct.pack("<HHBBB", width, height, 0, 0, 0)
        image = b"," + struct.pack("<HHHHB", 0, 0, width, height, 0) + b"\x02\x02\x4c\x01\x00;"
        yield Hostile(f"gif of {width} x {height}", header + image, "refused")
        head = (
            b"BM" + struct.pack("<IHHI", 60, 0, 0, 54) + struct.pack("<IiiHHI", 40, width, height, 1, 24, 0)
        )
        yield Hostile(f"bmp of {width} x {height}", head + bytes(30), "refused")
        tags = _small_tiff(width=width, height=height, rows=height)
        yield Hostile(f"tiff of {width} x {height}", tiff(tags, bytes(64)), "refused")
    jpeg = bytearray(encoded(Image.new("RGB", (16, 16)), "JPEG"))
    place = jpeg.index(b"\xff\xc0")
    jpeg[place + 5 : place + 9] = struct.pack(">HH", 65_500, 65_500)
    yield Hostile("jpeg of 65500 x 65500", bytes(jpeg), "refused")
    yield Hostile("tiff whose tags want 3 GB", tag_bomb(3000, 1_000_000), "refused")
    yield Hostile("tiff whose tags want 200 MB", tag_bomb(200, 1_000_000), "refused")
    exif = b"Exif\0\0" + tag_bomb(1500, 1_000_000)
    yield Hostile("exif whose tags want 1.5 GB", encoded(Image.new("RGB", (16, 16)), exif=exif))
    packed = zlib.compress(bytes(40_000_000), 9)
    text = chunk(b"zTXt", b"a\0\0" + packed)
    yield Hostile("png with a text of 40 MB", png(16, 16, text, pixels(16, 16)))
    profile = chunk(b"iCCP", b"a\0\0" + packed)
    yield Hostile("png with a profile of 40 MB", png(16, 16, profile, pixels(16, 16)))
    yield Hostile("png with 40 MB of pixels too many", png(16, 16, chunk(b"IDAT", packed)))
    yield Hostile("png with 40000 chunks", png(16, 16, chunk(b"tEXt", b"a\0b") * 40_000, pixels(16, 16)))
    yield Hostile("flat png of 49 megapixels", _flat_png(7_000), "read")


def _flat_png(edge: int) -> bytes:
    """A picture of one grey value, written without allocating it."""
    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(bytes(1 + edge)) for _ in range(edge)) + packer.flush()
    return png(edge, edge, chunk(b"IDAT", rows), colour=0)


def loops() -> Iterator[Hostile]:
    """Directories that lead in circles, and very long chains of them."""
    grey = bytes(256)
    own = len(grey) + 8
    yield Hostile("tiff whose next directory is itself", tiff(_small_tiff(), grey, own), "read")
    yield Hostile("tiff with a directory in itself", tiff([*_small_tiff(), (330, 4, 1, own)], grey), "read")
    yield Hostile("tiff with exif in itself", tiff([*_small_tiff(), (34665, 4, 1, own)], grey), "read")
    chain = b"".join(struct.pack("<HI", 0, 14 + 6 * number) for number in range(200_000))
    yield Hostile("tiff of 200000 empty directories", b"II*\0" + struct.pack("<I", 8) + chain, "refused")
    yield Hostile("tiff without pixels", tiff([]), "refused")
    yield Hostile("tiff whose pixels lie elsewhere", tiff([*_small_tiff(), (273, 4, 1, 2**31)], grey))
    strips = [(256, 4, 1, 16), (257, 4, 1, 16), (273, 4, 2**30, 8), (279, 4, 2**30, 8)]
    yield Hostile("tiff of a thousand million strips", tiff(strips, grey), "refused")
    for bits in (0, 3, 64, 60_000):
        yield Hostile(f"tiff of {bits} bits", tiff(_small_tiff(bits=bits), grey), "refused")
    for compression in (2, 5, 7, 8, 32773, 34676, 50000, 65000):
        yield Hostile(f"tiff packed by {compression}", tiff(_small_tiff(compression=compression), grey))


def odd(random: Random) -> Iterator[Hostile]:
    """Rare, but valid."""
    noise = Image.frombytes("RGB", (24, 20), random.randbytes(1440))
    for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "I", "F", "LAB", "YCbCr"):
        for form in ("PNG", "TIFF", "JPEG", "GIF", "WEBP", "BMP", "AVIF"):
            if (mode, form) in (("I", "PNG"), ("YCbCr", "TIFF")):  # which Pillow does not write well
                continue
            try:
                data = encoded(_in_mode(noise, mode), form)
            except (OSError, ValueError):  # the format does not know this mode
                continue
            yield Hostile(f"{form} of mode {mode}", data, "read")
    for edge in (1, 7):
        for form in FORMATS:
            small = encoded(Image.new("RGB", (edge, edge)), form)
            yield Hostile(f"{form} of {edge} x {edge}", small, "refused")
    yield Hostile("png of 8 x 8", encoded(Image.new("RGB", (8, 8))), "read")
    yield Hostile("png of 5000 x 8", encoded(Image.new("RGB", (5000, 8))), "refused")
    yield Hostile("png of 16 bits a channel", png(16, 16, pixels(16, 16, 6), depth=16), "read")
    frames = [Image.new("P", (16, 16), number) for number in range(256)] * 2
    yield Hostile(
        "gif of 512 frames", encoded(frames[0], "GIF", save_all=True, append_images=frames[1:]), "read"
    )
    few = [frame.convert("RGB") for frame in frames[:20]]
    for form in ("PNG", "WEBP", "TIFF", "AVIF"):
        moving = encoded(few[0], form, save_all=True, append_images=few[1:])
        yield Hostile(f"{form} of 20 frames", moving, "read")
    palette = Image.new("P", (16, 16), 3)
    palette.putpalette([255, 0, 0] * 256)
    yield Hostile(
        "palette with 256 degrees of alpha", encoded(palette, transparency=bytes(range(256))), "read"
    )
    yield Hostile("jpeg, progressive", encoded(noise, "JPEG", progressive=True), "read")
    yield Hostile("tiff, packed", encoded(noise, "TIFF", compression="tiff_lzw"), "read")
    real = Image.fromarray(np.full((16, 16), np.nan, np.float32))
    yield Hostile("tiff of values that are no numbers", encoded(real, "TIFF"), "read")
    yield Hostile("profile that is none", encoded(noise, icc_profile=random.randbytes(3000)), "read")
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    yield Hostile("profile of another space", encoded(noise, icc_profile=lab), "read")
    for value in (0, 9, 6, 65_535):
        turned = Image.Exif()
        turned[0x0112] = value
        yield Hostile(f"orientation {value}", encoded(noise, "JPEG", exif=turned), "read")


def _in_mode(picture: Image.Image, mode: str) -> Image.Image:
    if mode == "LAB":
        target = ImageCms.createProfile("LAB")
        made = ImageCms.profileToProfile(picture, ImageCms.createProfile("sRGB"), target, outputMode="LAB")
        assert made is not None
        return made
    return picture.convert("L").convert(mode) if mode in ("I;16", "I", "F") else picture.convert(mode)


def wrong_kinds(random: Random) -> Iterator[Hostile]:
    """Files of other types with the name of a picture."""
    for name, data in {
        "nothing.png": b"",
        "one byte.png": b"\x89",
        "words.jpg": b"hello",
        "page.png": b"<html><script>alert(1)</script></html>",
        "drawing.png": b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>',
        "program.jpg": b"\x7fELF" + random.randbytes(2000),
        "archive.png": b"PK\x03\x04" + random.randbytes(500),
        "print.png": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(%pipe%id) (w) file\n",
        "document.jpg": b"%PDF-1.4\n1 0 obj<</Length 1>>stream",
        "pickle.png": b"\x80\x04\x95\x1a\x00\x00\x00\x00\x00\x00\x00\x8c\x02os",
        "photoshop.png": b"8BPS\0\1" + bytes(6) + struct.pack(">HIIHH", 3, 30_000, 30_000, 8, 3),
        "plain.png": b"P6 30000 30000 255\n" + bytes(100),
        "icon.png": b"\0\0\1\0\1\0" + bytes(16),
        "noise.png": random.randbytes(4000),
        "zeros.jpg": bytes(4000),
    }.items():
        yield Hostile(name, data, "refused")
    yield Hostile("a jpeg called.png", encoded(Image.new("RGB", (16, 16)), "JPEG"), "read")


def pictures(seed: int) -> Iterator[Hostile]:
    """All of them."""
    random = Random(seed)
    yield from (*bombs(), *loops(), *odd(random), *wrong_kinds(random))
