"""What a picture's format says of its colours, whatever anything is called."""

import struct

import numpy as np
import pytest
from PIL import Image

from gal_studio.state.images.colours import BT709, PRIMARIES, from_d50, h273, power
from gal_studio.state.images.profiles import colours_of
from gal_studio.state.images.read import read_picture
from tests.state.images.heic import HEIC_PICTURE
from tests.state.images.profiles import (
    P3_D50,
    SRGB_CURVE,
    SRGB_D50,
    chunk,
    curve,
    encoded,
    fixed,
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


def gamma(value: float) -> bytes:
    return chunk(b"gAMA", struct.pack(">I", round(100_000 / value)))


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


def test_sixteen_bits_keep_the_shadows_of_linear_light() -> None:
    levels = np.arange(0, 256, dtype=np.uint8).reshape(16, 16)
    linear = np.round(light(levels) * 65535).astype(np.uint16)
    colour, opaque = np.stack([linear] * 3, axis=-1), np.full((16, 16, 1), 65535, dtype=np.uint16)
    deep = {"grey": linear, "colour": colour, "with alpha": np.concatenate([colour, opaque], axis=-1)}
    for how in (icc_chunk(LINEAR), gamma(1.0), cicp(1, 8, 0, 1)):
        for name, one in deep.items():
            picture, notes = read_picture(png(one, how))
            assert np.abs(np.asarray(picture)[..., 0].astype(int) - levels).max() <= 1, name
            assert "more than 8 bits per channel: reduced to 8" in notes and "sRGB" in notes[-1]


def dark(*size: int) -> np.ndarray:
    """16 bits of linear light (h, w, 3), as dark as level 3 of sRGB, which 8 bits do not tell from black."""
    return np.full((*size, 3), round(3 / 255 / 12.92 * 65535), dtype=np.uint16)


def test_sixteen_bits_of_greys_and_of_large_pictures_are_kept() -> None:
    grey = icc_chunk(profile("Gray Gamma 1.0", b"GRAY", {b"kTRC": curve(1.0)}))
    assert off(png(dark(16, 16)[..., 0], grey), np.array([[3] * 3])) == 0
    with_alpha = np.dstack([dark(16, 16)[..., 0], np.full((16, 16), 65535)]).astype(np.uint16)
    assert off(png(with_alpha, icc_chunk(LINEAR)), np.array([[3] * 3])) == 0
    picture, notes = read_picture(png(dark(2064, 2100), icc_chunk(LINEAR)))
    assert (picture.size, picture.getextrema()) == ((2048, 2013), ((3, 3),) * 3)
    assert "2100 x 2064 px: reduced to 2048 px" in notes and "color profile: converted to sRGB" in notes


def test_light_in_floating_point_is_converted_and_may_be_brighter_than_white() -> None:
    grey = profile("Gray Gamma 1.0", b"GRAY", {b"kTRC": curve(1.0)})
    half = Image.fromarray(np.full((16, 16), 0.2158605, dtype=np.float32))
    assert off(encoded(half, "TIFF", icc_profile=grey), np.array([[128] * 3])) == 0
    bright = Image.fromarray(np.array([[0.5, 4.0] * 8] * 16, dtype=np.float32))
    assert np.asarray(read_picture(encoded(bright, "TIFF"))[0])[0, :2, 0].tolist() == [128, 255]
    byte = Image.fromarray(
        np.full((16, 16), 128.0, dtype=np.float32) + np.eye(16, k=1, dtype=np.float32) * 127
    )
    assert off(encoded(byte, "TIFF"), np.array([[128] * 3])) == 0
    levels = Image.fromarray(np.array([[55.04, 255.0] * 8] * 16, dtype=np.float32))
    read = read_picture(encoded(levels, "TIFF", icc_profile=grey))[0]
    assert np.asarray(read)[0, :2, 0].tolist() == [128, 255], "levels of 8 bits with a profile"


def test_white_may_be_zero_in_a_tiff() -> None:
    for kind, level in ((np.uint8, 55), (np.uint16, 55 * 257)):
        pixels = np.full((16, 16), level, dtype=kind)
        assert off(tiff(pixels, {262: 0}), np.array([[200] * 3])) == 0
        assert off(tiff(pixels, {262: 1}), np.array([[55] * 3])) == 0


def test_gif_has_its_profile_in_an_extension() -> None:
    told = encoded(Image.new("L", (16, 16), 55), "GIF")
    parts = b"".join(
        bytes([len(part)]) + part for part in (LINEAR[at : at + 255] for at in range(0, len(LINEAR), 255))
    )
    start = 13 + 3 * (2 << (told[10] & 7)) * (told[10] >> 7)
    gif = b"GIF89a" + told[6:start] + b"\x21\xff\x0bICCRGBG1012" + parts + b"\0" + told[start:]
    assert off(gif, np.array([[128] * 3])) == 0
    assert shown(gif)[1] == ("color profile: converted to sRGB",)


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


def test_curves_of_a_profile_are_read_as_littlecms_reads_them() -> None:
    for block in (LINEAR, rgb_profile("P3", P3_D50, SRGB_CURVE), rgb_profile("P3", P3_D50, curve(1.8))):
        colours = colours_of(block)
        assert colours is not None
        theirs = shown(png(squares(IN_P3), icc_chunk(block)))[0]
        assert np.abs(colours.to_srgb(squares(IN_P3))[8, 8::16].astype(int) - theirs).max() <= 1


def test_display_p3_by_cicp() -> None:
    told = png(squares(IN_P3), cicp(12, 13, 0, 1))
    assert off(told) <= 2
    assert shown(told)[1] == ("Display P3: converted to sRGB",)


def test_cicp_comes_before_a_profile_and_gamma() -> None:
    assert off(png(squares(PATCHES), cicp(1, 13, 0, 1), icc_chunk(LINEAR), gamma(1.0))) == 0
    assert off(png(squares(IN_P3), icc_chunk(LINEAR), cicp(12, 13, 0, 1))) <= 2


def test_an_unknown_code_is_ignored_and_said() -> None:
    told = png(squares(PATCHES), cicp(99, 13, 0, 1))
    assert (off(told), shown(told)[1]) == (0, (UNREADABLE,))


def test_narrow_range_is_widened() -> None:
    narrow = np.round(16 + PATCHES / 255 * 219)
    assert off(png(squares(narrow), cicp(1, 13, 0, 0))) <= 1


def test_pq_and_hlg_show_203_nits_as_white() -> None:
    pq = np.array([[148] * 3, [109] * 3, [0] * 3, [255] * 3])
    told = png(squares(pq), cicp(9, 16, 0, 1))
    assert off(told, np.array([[255] * 3, [127] * 3, [0] * 3, [255] * 3])) <= 2
    assert shown(told)[1] == ("HDR PQ, white at 203 nits: converted to sRGB",)
    hlg = png(squares(np.array([[191] * 3, [0] * 3, [255] * 3])), cicp(9, 18, 0, 1))
    assert off(hlg, np.array([[255] * 3, [0] * 3, [255] * 3])) <= 2


def test_a_profile_may_have_the_codes_of_pq() -> None:
    codes = b"cicp" + bytes(4) + bytes((9, 16, 0, 1))
    tags = {b"rXYZ": SRGB_D50[0], b"gXYZ": SRGB_D50[1], b"bXYZ": SRGB_D50[2]}
    columns = {name: b"XYZ " + bytes(4) + fixed(*one) for name, one in tags.items()}
    curves = {name: curve(1.0) for name in (b"rTRC", b"gTRC", b"bTRC")}
    block = profile("Rec. 2100 PQ", b"RGB ", {**columns, **curves, b"cicp": codes})
    told = png(squares(np.array([[148] * 3, [109] * 3])), icc_chunk(block))
    assert off(told, np.array([[255] * 3, [127] * 3])) <= 2
    assert "HDR PQ" in shown(told)[1][0]


def test_gamma_and_primaries_of_a_png() -> None:
    linear = np.round(light(PATCHES) * 255)
    told = png(squares(linear), gamma(1.0))
    assert np.abs(shown(told)[0] - PATCHES).max() <= 8  # 8 bits of linear light are no more
    assert shown(told)[1] == ("gamma 1: converted to sRGB",)
    p3 = chunk(b"cHRM", struct.pack(">8I", 31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000))
    assert off(png(squares(IN_P3), p3, gamma(2.2))) <= 2
    for usual in (gamma(2.2), gamma(1.0) + chunk(b"sRGB", b"\0"), chunk(b"sRGB", b"\0")):
        assert (off(png(squares(PATCHES), usual)), shown(png(squares(PATCHES), usual))[1]) == (0, ())
    strange = (gamma(1000.0), chunk(b"cHRM", struct.pack(">8I", *[31270] * 8)), chunk(b"cHRM", bytes(32)))
    for one in strange:
        assert off(png(squares(PATCHES), one)) == 0
        assert shown(png(squares(PATCHES), one))[1] == (UNREADABLE,)


def told_again(data: bytes, primaries: int, transfer: int) -> bytes:
    """An AVIF or HEIC whose `nclx` has other codes."""
    place = data.index(b"nclx") + 4
    return data[:place] + struct.pack(">HH", primaries, transfer) + data[place + 4 :]


def test_nclx_of_avif_and_heic() -> None:
    avif = encoded(Image.fromarray(squares(IN_P3)), "AVIF", quality=100, subsampling="4:4:4")
    assert off(avif, IN_P3) <= 3
    assert off(told_again(avif, 12, 13)) <= 4
    assert shown(told_again(avif, 12, 13))[1] == ("Display P3: converted to sRGB",)
    assert shown(told_again(avif, 2, 2))[1] == ()
    before = np.asarray(read_picture(HEIC_PICTURE)[0])[24, 8].astype(int)
    picture, notes = read_picture(told_again(HEIC_PICTURE, 1, 8))
    after = np.asarray(picture)[24, 8]
    assert np.abs(light(after) * 255 - before).max() <= 2 and "sRGB" in notes[0]


def recoded(data: bytes, header: int, length: int, codes: tuple[int, int]) -> bytes:
    """A picture without `nclx`, whose coded header of so many bytes has other codes than 1 and 13."""
    bits = "".join(f"{byte:08b}" for byte in data[header : header + length])
    told, other = (f"{one:08b}{two:08b}" for one, two in ((1, 13), codes))
    assert bits.count(told) == 1
    made = int(bits.replace(told, other), 2).to_bytes(length, "big")
    return (data[:header] + made + data[header + length :]).replace(b"colr", b"free")


def test_codes_in_the_coded_picture_of_avif_and_heic() -> None:
    avif = encoded(Image.fromarray(squares(IN_P3)), "AVIF", quality=100, subsampling="4:4:4")
    header = avif.index(b"mdat") + 4
    assert off(avif.replace(b"colr", b"free"), IN_P3) <= 3
    p3 = recoded(avif, header, 16, (12, 13))
    assert off(p3) <= 4 and shown(p3)[1] == ("Display P3: converted to sRGB",)
    plain = read_picture(HEIC_PICTURE.replace(b"colr", b"free"))
    assert plain[1] == ()
    linear = recoded(HEIC_PICTURE, HEIC_PICTURE.index(b"\x42\x01"), 42, (1, 8))
    picture, notes = read_picture(linear)
    before, after = (np.asarray(one)[24, 8].astype(int) for one in (plain[0], picture))
    assert np.abs(light(after) * 255 - before).max() <= 2 and "sRGB" in notes[0]


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


def test_primaries_of_tiff_and_bmp() -> None:
    picture = Image.fromarray(squares(IN_P3))
    tags = {318: BT709[6:], 319: PRIMARIES[12][:6]}
    assert off(encoded(picture, "TIFF", tiffinfo=tags)) <= 2
    columns = np.array([[0.4866, 0.2290, 0.0], [0.2657, 0.6917, 0.0451], [0.1982, 0.0793, 1.0439]])
    head = bytearray(encoded(picture, "BMP"))
    pixels, space = (
        head[54:],
        struct.pack("<I9i3I", 0, *np.round(columns.ravel() * 2**30).astype(int), *[144179] * 3),
    )
    bmp = head[:10] + struct.pack("<II", 14 + 108, 108) + head[18:54] + bytes(16) + space + pixels
    assert off(bytes(bmp)) <= 2
    empty = head[:10] + struct.pack("<II", 14 + 108, 108) + head[18:54] + bytes(68) + pixels
    assert off(bytes(empty), IN_P3) == 0


def test_white_is_adapted() -> None:
    warm = h273("DCI-P3", 11, 13)
    assert np.abs(warm.to_srgb(np.full((1, 1, 3), 255, dtype=np.uint8)).astype(int) - 255).max() <= 1
    same = from_d50("sRGB", np.array(SRGB_D50).T, (power(2.2),) * 3)
    assert not same.are_srgb and h273("sRGB", 1, 13).are_srgb
