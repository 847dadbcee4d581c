"""A refined object is judged inside its masks, and the rest of the image apart."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from gal_studio.features.refine.engine import GRAY, area_of

BOX = (20, 10, 39, 49)


def picture(ground: str, thing: str) -> Image.Image:
    made = Image.new("RGB", (64, 64), ground)
    ImageDraw.Draw(made).rectangle(BOX, fill=thing)
    return made


MASK = Image.new("L", (64, 64))
ImageDraw.Draw(MASK).rectangle(BOX, fill=255)


def area(ground: str, thing: str, is_object: bool) -> NDArray[Any]:
    return np.asarray(area_of(picture(ground, thing), MASK, is_object))


def test_the_object_does_not_know_its_place_nor_the_place_its_object() -> None:
    alone = area("blue", "red", True)
    assert (alone == area("green", "red", True)).all()
    assert not (alone == area("blue", "yellow", True)).all()
    rest = area("blue", "red", False)
    assert (rest == area("blue", "yellow", False)).all()
    assert not (rest == area("green", "red", False)).all()


def test_the_object_is_cut_out_as_a_square_with_a_margin_in_the_middle_of_gray() -> None:
    alone = area("blue", "red", True)
    assert alone.shape == (44, 44, 3), "its longer side of 40 pixels, and a tenth"
    assert (alone[0] == GRAY).all() and (alone[22, 22] == (255, 0, 0)).all()
    assert (area("blue", "red", False)[30, 30] == GRAY).all()


@pytest.mark.parametrize("side", [32, 128])
def test_a_mask_of_another_size_is_that_of_the_whole_picture(side: int) -> None:
    other = MASK.resize((side, side), Image.Resampling.NEAREST)
    assert np.asarray(area_of(picture("blue", "red"), other, True)).shape[0] in range(42, 48)
