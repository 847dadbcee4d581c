"""A subject before a busy ground is found by what resembles it, and not by what stands out."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from gal_studio.core.patchdpo.patch_quality import Map
from gal_studio.engine.patches.foreground import foreground_mask, guided_cut, is_calm
from tests.engine.patches.test_foreground import overlap, shape_mask

SIZE = 128
BOX = (46, 52, 98, 104)


def busy() -> Image.Image:
    """Stripes of sky, sea and sand, a sun that stands out, and a brown subject."""
    picture = Image.new("RGB", (SIZE, SIZE), (90, 200, 240))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 44, SIZE, 76), fill=(20, 110, 170))
    draw.rectangle((0, 77, SIZE, SIZE), fill=(240, 210, 130))
    draw.ellipse((8, 8, 40, 40), fill=(255, 30, 30))
    draw.rectangle((108, 20, 118, SIZE), fill=(40, 120, 30))
    picture.paste(Image.new("RGB", (SIZE, SIZE), (120, 70, 40)), (0, 0), shape_mask(BOX))
    return picture


def likeness(box: tuple[int, int, int, int], noise: float = 0.05) -> Map:
    """High where the box is, as a vision model would say it, with noise."""
    inside = np.asarray(shape_mask(box).resize((16, 16), Image.Resampling.BOX), np.float64) / 255
    return 0.3 + 0.5 * inside + np.random.default_rng(0).normal(0, noise, (16, 16))


def test_a_busy_ground_is_told_from_a_calm_one() -> None:
    calm = Image.new("RGB", (200, 90), (240, 240, 235))
    calm.paste((200, 20, 30), (60, 30, 120, 70))
    assert is_calm(calm)
    assert not is_calm(busy())


@pytest.mark.parametrize("noise", [0.0, 0.05, 0.1])
def test_the_guide_leads_to_the_subject(noise: float) -> None:
    found = foreground_mask(busy(), lambda: likeness(BOX, noise))
    assert (found.mode, found.size) == ("L", (SIZE, SIZE))
    assert overlap(found, shape_mask(BOX)) > 0.9
    assert overlap(foreground_mask(busy()), shape_mask(BOX)) < 0.8  # the border's colours alone do not do it


def test_another_guide_leads_elsewhere() -> None:
    sun = (8, 8, 40, 40)
    assert overlap(foreground_mask(busy(), lambda: likeness(sun)), shape_mask(sun)) > 0.9


def test_a_calm_ground_needs_no_guide() -> None:
    picture = Image.new("RGB", (SIZE, SIZE), "white")
    picture.paste(Image.new("RGB", (SIZE, SIZE), (120, 70, 40)), (0, 0), shape_mask(BOX))

    def refuse() -> Map:
        raise AssertionError("the border tells the ground")

    assert overlap(foreground_mask(picture, refuse), shape_mask(BOX)) > 0.95


def test_a_guide_that_says_nothing_finds_nothing() -> None:
    assert not guided_cut(busy(), np.full((16, 16), 0.4)).any()


def test_a_picture_of_any_shape_gets_a_mask_of_its_size() -> None:
    wide = busy().resize((300, 150))
    found = foreground_mask(wide, lambda: likeness(BOX))
    assert found.size == (300, 150)
    assert overlap(found, shape_mask(BOX).resize((300, 150))) > 0.85
