"""Reference pictures, prepared: their subject alone on white, in a square."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from gal_studio.core.errors import StudioError
from gal_studio.engine.sampling.given_pictures import on_white, padded


def test_the_subject_alone_is_cropped_and_padded_with_white() -> None:
    picture, mask = Image.new("RGB", (20, 10), "blue"), Image.new("L", (20, 10))
    ImageDraw.Draw(mask).rectangle((4, 2, 11, 5), fill=255)  # 8 x 4
    alone = np.asarray(on_white(picture, mask))
    assert alone.shape == (8, 8, 3)
    assert (alone[2:6] == (0, 0, 255)).all() and (alone[:2] == 255).all() and (alone[6:] == 255).all()
    with pytest.raises(StudioError, match=r"mask of a reference is empty"):
        on_white(picture, Image.new("L", (20, 10)))


def test_a_box_is_padded_to_a_square() -> None:
    picture = Image.new("RGB", (20, 10), "red")
    assert padded(picture, (0, 0, 20, 10)).size == (20, 20)
    assert np.asarray(padded(picture, (0, 0, 20, 10)))[0, 0].tolist() == [255, 255, 255]
