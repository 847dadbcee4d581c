"""What is in a file beside its picture never decides whether the picture is read."""

import zlib

import numpy as np
import pytest
from PIL import Image

from gal_studio.core.errors import StudioError
from gal_studio.state.images.beside import MOST_TEXT, NO_END, NO_PROFILE
from gal_studio.state.images.read import read_picture
from tests.state.images.profiles import chunk, encoded

PICTURE = Image.radial_gradient("L").convert("RGB").resize((160, 120))
WORDS = np.random.default_rng(1).integers(97, 123, MOST_TEXT + 400_000, np.uint8).tobytes()


LONG = {
    "zTXt": lambda: chunk(b"zTXt", b"Raw profile type xmp\0\0" + zlib.compress(WORDS)),
    "iTXt packed": lambda: chunk(b"iTXt", b"workflow\0\1\0\0\0" + zlib.compress(WORDS)),
    "iTXt": lambda: chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + WORDS),
    "tEXt": lambda: chunk(b"tEXt", b"workflow\0" + WORDS),
    "many": lambda: b"".join(chunk(b"tEXt", b"note%d\0" % each + WORDS[:900_000]) for each in range(40)),
    "bomb": lambda: chunk(b"zTXt", b"x\0\0" + zlib.compress(b"0" * (400 << 20), 9)),
}


@pytest.mark.parametrize("name", LONG)
def test_long_texts_of_a_png(name: str) -> None:
    plain, text = encoded(PICTURE), LONG[name]()
    for where in (33, -12):
        picture, notes = read_picture(plain[:where] + text + plain[where:])
        assert np.array_equal(np.asarray(picture), np.asarray(PICTURE))
        assert notes == ()


def test_a_profile_that_is_too_large_is_ignored() -> None:
    plain = encoded(PICTURE)
    profile = chunk(b"iCCP", b"CMYK press\0\0" + zlib.compress(WORDS))
    picture, notes = read_picture(plain[:33] + profile + plain[33:])
    assert (np.asarray(picture) == np.asarray(PICTURE)).all()
    assert notes == (NO_PROFILE,)


@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_that_lacks_its_end_mark_alone_is_read(progressive: bool) -> None:
    whole = encoded(PICTURE, "JPEG", progressive=progressive)
    pixels = np.asarray(read_picture(whole)[0])
    for cut in (whole[:-2], whole[:-1], whole[:-2] + b"\0" * 500):
        picture, notes = read_picture(cut)
        assert np.array_equal(np.asarray(picture), pixels)
        assert notes == (NO_END,)
    for lost in (3, 4, 50, len(whole) // 2):
        with pytest.raises(StudioError, match="is broken"):
            read_picture(whole[:-lost])


def test_an_empty_file_is_called_empty() -> None:
    with pytest.raises(StudioError, match="The image is empty"):
        read_picture(b"")


def test_the_place_of_a_photo_is_still_removed() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    plain = encoded(PICTURE, exif=exif)
    picture, notes = read_picture(plain[:-12] + LONG["tEXt"]() + plain[-12:])
    assert (picture.size, notes) == ((120, 160), ("rotated upright, as the camera recorded",))
