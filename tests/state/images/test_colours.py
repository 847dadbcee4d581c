"""What a picture's format says of its colours, whatever anything is called."""

import struct

import numpy as np
import pytest
from PIL import Image

from gal_studio.state.images.read import read_picture
from tests.state.images.heic import HEIC_PICTURE
from tests.state.images.profiles import (
    P3_D50,
    SRGB_CURVE,
    SRGB_D50,
    chunk,
    curve,
    encoded,
    icc_chunk,
    png,
    profile,
    rgb_profile,
    tiff,
)

LINEAR = rgb_profile("GIMP built-in Linear sRGB", SRGB_D50, curve(1.0))
UNREADABLE = "unreadable color profile: ignored"
PATCHES = np.array([[255, 39, 39], [218, 170, 144], [48, 63, 243], [127] * 3, [255] * 3, [0] * 3])
IN_P3 = np.array([[234, 65, 54], [210, 172, 148], [51, 63, 234], [127] * 3, [255] * 3, [0] * 3])
"""The colours in Display P3."""


def squares(colours: np.ndarray) -> np.ndarray:
    """Squares of 16 pixels in a row, (16, 16 n, 3)."""
    return np.repeat(np.repeat(colours[None].astype(np.uint8), 16, axis=1), 16, axis=0)


def light(levels: np.ndarray) -> np.ndarray:
    values = levels / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def shown(data: bytes) -> tuple[np.ndarray, tuple[str, ...]]:
    """The colours of the squares of a picture, and the notes on it."""
    picture, notes = read_picture(data)
    return np.asarray(picture)[8, 8::16].astype(int), notes


def off(data: bytes, right: np.ndarray = PATCHES) -> int:
    return int(np.abs(shown(data)[0] - right).max())


def cicp(*codes: int) -> bytes:
    return chunk(b"cICP", bytes(codes))


def test_a_linear_profile_called_srgb_is_converted() -> None:
    steps = np.arange(0, 256, dtype=np.uint8).reshape(16, 16)
    picture, notes = read_picture(png(np.stack([steps] * 3, axis=-1), icc_chunk(LINEAR)))
    right = np.interp(steps / 255, light(np.arange(256)), np.arange(256))
    assert np.abs(np.asarray(picture)[..., 1] - right).max() <= 1
    assert notes == ("color profile: converted to sRGB",)


@pytest.mark.parametrize("form", ["JPEG", "WEBP", "TIFF", "AVIF", "PNG"])
def test_any_format_has_its_profile_converted(form: str) -> None:
    told = encoded(Image.new("RGB", (16, 16), (55, 55, 55)), form, icc_profile=LINEAR)
    assert off(told, np.array([[128] * 3])) <= 2


def test_srgb_of_any_name_changes_nothing() -> None:
    told = rgb_profile("my monitor", SRGB_D50, SRGB_CURVE)
    assert shown(png(squares(PATCHES), icc_chunk(told)))[1] == ()
    assert off(png(squares(PATCHES), icc_chunk(told))) == 0


def test_a_damaged_profile_is_ignored_and_said() -> None:
    told = encoded(PLAIN, "PNG", icc_profile=b"none" * 50)
    assert (off(told), shown(told)[1]) == (0, (UNREADABLE,))


def test_greys_have_profiles_of_greys_or_of_colours() -> None:
    grey = profile("Gray Gamma 1.0", b"GRAY", {b"kTRC": curve(1.0)})
    levels = np.full((16, 16), 55, dtype=np.uint8)
    for block in (grey, LINEAR):
        assert off(png(levels, icc_chunk(block)), np.array([[128] * 3])) <= 1
    half = np.dstack([np.full((16, 16, 3), 55), np.full((16, 16, 1), 255)]).astype(np.uint8)
    assert off(png(half, icc_chunk(grey)), np.array([[128] * 3])) <= 1
    assert shown(png(squares(PATCHES), icc_chunk(grey)))[1] == (UNREADABLE,)


def test_a_picture_that_a_profile_leaves_as_it_is_has_no_note() -> None:
    wide = rgb_profile("Display P3", P3_D50, SRGB_CURVE)
    greys = np.repeat(np.arange(6)[:, None] * 40, 3, axis=1)
    assert shown(png(squares(greys), icc_chunk(wide)))[1] == ()
    assert off(png(squares(IN_P3), icc_chunk(wide))) <= 2


def test_more_bits_than_eight_have_their_profile_converted_by_the_upper_eight() -> None:
    deep = np.full((16, 16), 55 * 257, dtype=np.uint16)
    for levels in (deep, np.stack([deep] * 3, axis=-1), np.dstack([deep, deep * 0 + 65535])):
        assert off(png(levels, icc_chunk(LINEAR)), np.array([[128] * 3])) <= 1
    picture = Image.fromarray(np.full((16, 16), 0.2158605, dtype=np.float32))
    grey = profile("Gray Gamma 1.0", b"GRAY", {b"kTRC": curve(1.0)})
    assert off(encoded(picture, "TIFF", icc_profile=grey), np.array([[128] * 3])) <= 1


def test_light_in_floating_point_may_be_brighter_than_white() -> None:
    bright = Image.fromarray(np.array([[0.5, 4.0] * 8] * 16, dtype=np.float32))
    assert np.asarray(read_picture(encoded(bright, "TIFF"))[0])[0, :2, 0].tolist() == [128, 255]
    byte = Image.fromarray(np.array([[128.0, 255.0] * 8] * 16, dtype=np.float32))
    assert np.asarray(read_picture(encoded(byte, "TIFF"))[0])[0, :2, 0].tolist() == [128, 255]


def test_white_may_be_zero_in_a_tiff() -> None:
    for kind, level in ((np.uint8, 55), (np.uint16, 55 * 257)):
        pixels = np.full((16, 16), level, dtype=kind)
        assert off(tiff(pixels, {262: 0}), np.array([[200] * 3])) == 0
        assert off(tiff(pixels, {262: 1}), np.array([[55] * 3])) == 0


def test_palettes_are_converted_and_keep_their_transparency() -> None:
    picture = Image.new("P", (16, 16), 1)
    picture.putpalette([0, 0, 0, 55, 55, 55])
    assert off(encoded(picture, "PNG", icc_profile=LINEAR), np.array([[128] * 3])) == 0
    told = encoded(picture, "PNG", icc_profile=LINEAR, transparency=bytes([255, 128]))
    assert off(told, np.array([[round(128 * 128 / 255 + 127)] * 3])) <= 1
    assert shown(told)[1] == ("color profile: converted to sRGB", "transparent parts: placed on white")


def test_cmyk_and_lab_are_said() -> None:
    for form in ("JPEG", "TIFF"):
        told = encoded(Image.new("CMYK", (16, 16), (0, 255, 255, 0)), form)
        assert off(told, np.array([[255, 0, 0]])) <= 2
        assert shown(told)[1] == ("CMYK colors: converted to RGB",)
    told = encoded(Image.new("LAB", (16, 16), (136, 128, 128)), "TIFF")
    assert off(told, np.array([[127] * 3])) <= 1
    assert shown(told)[1] == ("CIELAB colors: converted to RGB",)


def test_a_camera_may_turn_a_picture_that_has_a_profile() -> None:
    turned = Image.Exif()
    turned[0x0112] = 6
    picture = Image.new("RGB", (32, 16), (55, 55, 55))
    picture.paste((255, 255, 255), (0, 0, 16, 16))
    read, notes = read_picture(encoded(picture, "JPEG", icc_profile=LINEAR, exif=turned, quality=100))
    assert read.size == (16, 32) and abs(np.asarray(read)[24, 8].astype(int) - 128).max() <= 2
    assert notes == ("rotated upright, as the camera recorded", "color profile: converted to sRGB")


def test_display_p3_by_cicp() -> None:
    told = png(squares(IN_P3), cicp(12, 13, 0, 1))
    assert off(told) <= 2
    assert shown(told)[1] == ("Display P3: converted to sRGB",)


def told_again(data: bytes, primaries: int, transfer: int) -> bytes:
    """An AVIF or HEIC whose `nclx` has other codes."""
    place = data.index(b"nclx") + 4
    return data[:place] + struct.pack(">HH", primaries, transfer) + data[place + 4 :]


AVIF = encoded(Image.fromarray(squares(IN_P3)), "AVIF", quality=100, subsampling="4:4:4")
PLAIN = Image.fromarray(squares(PATCHES))


def test_display_p3_by_nclx() -> None:
    told = told_again(AVIF, 12, 13)
    assert off(told) <= 4 and shown(told)[1] == ("Display P3: converted to sRGB",)


@pytest.mark.parametrize(
    ("space", "data"),
    [
        ("HDR (PQ)", png(squares(PATCHES), cicp(9, 16, 0, 1), icc_chunk(LINEAR))),
        ("HDR (HLG)", told_again(AVIF, 9, 18)),
        ("codes 1 and 8", told_again(HEIC_PICTURE, 1, 8)),
        ("video range", png(squares(PATCHES), cicp(1, 13, 0, 0))),
    ],
)
def test_other_spaces_are_read_as_srgb_and_said(space: str, data: bytes) -> None:
    said = f"its colors ({space}) are read as sRGB: save it as sRGB if they look wrong"
    assert read_picture(data)[1][-1] == said
    if data.startswith(b"\x89PNG"):
        assert off(data) == 0


def test_what_is_shown_as_srgb_is_not_said() -> None:
    usual = [png(squares(PATCHES), cicp(1, transfer, 0, 1)) for transfer in (1, 13)]
    for data in (*usual, AVIF, told_again(AVIF, 2, 2), AVIF.replace(b"colr", b"free")):
        assert shown(data)[1] == ()


def test_adobe_rgb_told_by_a_camera() -> None:
    def entries(*given: tuple[int, int, int, bytes]) -> bytes:
        tags = b"".join(struct.pack("<HHI", *one[:3]) + one[3].ljust(4, b"\0") for one in given)
        return struct.pack("<H", len(given)) + tags + bytes(4)

    below = entries((0xA001, 3, 1, b"\xff\xff"), (0xA005, 4, 1, struct.pack("<I", 56)))
    exif = b"II*\0\x08\0\0\0" + entries((0x8769, 4, 1, struct.pack("<I", 26))) + below
    picture = Image.new("RGB", (16, 16), (219, 40, 40))
    for index, note in ((b"R03", ("Adobe RGB: converted to sRGB",)), (b"R98", ())):
        told = encoded(picture, "JPEG", exif=b"Exif\0\0" + exif + entries((1, 2, 4, index)), quality=100)
        assert off(told, np.array([[254, 38, 39] if note else [219, 40, 40]])) <= 3
        assert shown(told)[1] == note
