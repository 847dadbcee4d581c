"""What is in a file beside its picture never decides whether the picture is read."""

import zlib

import numpy as np
import pytest
from PIL import Image

from gal_studio.core.errors import StudioError
from gal_studio.state.images.read import read_picture
from tests.state.images.profiles import chunk, encoded

PICTURE = Image.radial_gradient("L").convert("RGB").resize((160, 120))
WORDS = np.random.default_rng(1).integers(97, 123, 1_400_000, np.uint8).tobytes()


LONG = {
    "zTXt": lambda: chunk(b"zTXt", b"Raw profile type xmp\0\0" + zlib.compress(WORDS)),
    "iTXt packed": lambda: chunk(b"iTXt", b"workflow\0\1\0\0\0" + zlib.compress(WORDS)),
    "iTXt": lambda: chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + WORDS),
    "tEXt": lambda: chunk(b"tEXt", b"workflow\0" + WORDS),
    "many": lambda: b"".join(chunk(b"tEXt", b"note%d\0" % each + WORDS[:900_000]) for each in range(40)),
}


@pytest.mark.parametrize("name", LONG)
def test_long_texts_of_a_png(name: str) -> None:
    plain, text = encoded(PICTURE), LONG[name]()
    for where in (33, -12):
        picture, notes = read_picture(plain[:where] + text + plain[where:])
        assert np.array_equal(np.asarray(picture), np.asarray(PICTURE))
        assert notes == ()


def test_an_empty_file_is_called_empty() -> None:
    with pytest.raises(StudioError, match="The image is empty"):
        read_picture(b"")


def test_the_place_of_a_photo_is_still_removed() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    plain = encoded(PICTURE, exif=exif)
    picture, notes = read_picture(plain[:-12] + LONG["tEXt"]() + plain[-12:])
    assert (picture.size, notes) == ((120, 160), ("rotated upright, as the camera recorded",))
