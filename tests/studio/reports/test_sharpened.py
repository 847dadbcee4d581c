"""Small images are sharpened where they are enlarged; pixel art and large ones are not."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from gal_studio.studio.reports.sharpened import SMALL, shown_at


def disk(side: int, scale: int = 8) -> Image.Image:
    """A dark disk on a light ground, area-averaged from a picture that is `scale` times as large."""
    large = Image.new("RGB", (side * scale, side * scale), (240, 230, 210))
    ImageDraw.Draw(large).ellipse([side * scale // 5] * 2 + [side * scale * 4 // 5] * 2, (40, 60, 120))
    return large.resize((side, side), Image.Resampling.BOX)


def cells(side: int, cell: int) -> Image.Image:
    rng = np.random.default_rng(0)
    small = Image.fromarray(rng.integers(0, 255, (side // cell, side // cell, 3), dtype=np.uint8))
    return small.resize((side, side), Image.Resampling.NEAREST)


def plain(picture: Image.Image, side: int) -> Image.Image:
    return picture.convert("RGB").resize((side, side), Image.Resampling.LANCZOS)


def error(shown: Image.Image, truth: Image.Image) -> float:
    return float(((np.asarray(shown, float) - np.asarray(truth, float)) ** 2).mean())


def test_a_blurred_edge_is_nearer_to_the_true_one_and_areas_keep_their_color() -> None:
    small, truth = disk(64).filter(ImageFilter.GaussianBlur(1.0)), disk(256, 4)
    shown = shown_at(small, 256)
    assert shown.size == (256, 256)
    assert error(shown, truth) < 0.8 * error(plain(small, 256), truth)
    assert shown.getpixel((128, 128)) == (40, 60, 120) and shown.getpixel((4, 4)) == (240, 230, 210)


def test_no_color_is_new() -> None:
    small = disk(64).filter(ImageFilter.GaussianBlur(1.0))
    was, now = np.asarray(plain(small, 512)), np.asarray(shown_at(small, 512))
    assert (now.reshape(-1, 3).min(0) >= was.reshape(-1, 3).min(0) - 4).all()
    assert (now.reshape(-1, 3).max(0) <= was.reshape(-1, 3).max(0) + 4).all()


@pytest.mark.parametrize(
    "picture",
    [cells(64, 2), cells(128, 8), Image.new("RGB", (64, 64), "red"), disk(SMALL + 8, 2)],
    ids=["cells of two", "cells of eight", "one color", "larger"],
)
def test_pixel_art_and_large_images_are_only_enlarged(picture: Image.Image) -> None:
    side = 2 * picture.width
    assert shown_at(picture, side).tobytes() == plain(picture, side).tobytes()


@pytest.mark.parametrize("size", [(128, 64), (1, 1), (3, 50)])
def test_any_shape_and_mode(size: tuple[int, int]) -> None:
    for mode in ("L", "RGBA", "P"):
        shown = shown_at(Image.effect_noise(size, 60).convert(mode), 200)
        assert shown.mode == "RGB" and max(shown.size) == 200
