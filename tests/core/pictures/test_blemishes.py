"""What is looked for in reference pictures, on pictures made for it, and what is not taken for it."""

import numpy as np
import pytest

from gal_studio.core.pictures.blemishes import (
    LEAST_SHARPNESS,
    MARK_SIDE,
    border,
    grey,
    is_one_view,
    marked_corner,
    sharpness,
)
from gal_studio.core.pictures.near_copies import Summary, summarize


def step(softness: int) -> np.ndarray:
    """A dark half and a light half, (64, 64, 3), with a ramp of so many pixels between them."""
    line = np.clip((np.arange(64) - 32 + softness / 2) / max(1, softness), 0, 1) * 200 + 20
    return np.repeat(np.tile(line, (64, 1))[..., None], 3, axis=2).astype(np.uint8)


def test_an_edge_of_one_pixel_is_sharp_and_a_long_ramp_is_not() -> None:
    """Over one pixel a ramp of 20 rises by 10 of 200, over eight by 80: an eighth; one of 2 by half."""
    assert sharpness(grey(step(0))) == 1.0 and sharpness(grey(step(1))) == 0.5
    assert sharpness(grey(step(20))) == pytest.approx(1 / 8, abs=0.02) and LEAST_SHARPNESS > 1 / 8
    assert sharpness(grey(np.full((64, 64, 3), 9, np.uint8))) == 1.0, "without edges there is no blur"
    assert sharpness(grey(step(60) // 8)) == 1.0, "a soft ground is no blur"
    assert sharpness(grey(step(20))[:8]) == 1.0, "too small to tell"


def framed(top: int, bottom: int, left: int = 0, right: int = 0, colour: int = 0) -> np.ndarray:
    rng = np.random.default_rng(3)
    picture = rng.integers(90, 255, (100, 100, 3), np.uint8)
    picture[:top], picture[100 - bottom :] = colour, colour
    picture[:, :left], picture[:, 100 - right :] = colour, colour
    return picture


@pytest.mark.parametrize(
    ("sides", "share"),
    [
        ((10, 10), 0.2),
        ((0, 0, 5, 5), 0.1),
        ((10, 10, 10, 10), 0.36),
        ((10, 0), 0.0),
        ((1, 1), 0.0),
        ((0, 0), 0.0),
    ],
)
def test_bars_at_opposite_sides_are_a_border(sides: tuple[int, ...], share: float) -> None:
    assert border(framed(*sides)) == pytest.approx(share)


def test_a_plain_ground_is_no_border() -> None:
    thing = np.full((100, 100, 3), 255, np.uint8)
    thing[30:70, 40:60] = 10
    assert border(thing) == 0.0
    assert border(np.full((100, 100, 3), 7, np.uint8)) == 0.0
    two = framed(10, 10)
    two[90:] = 60
    assert border(two) == 0.0, "bars of two colours are parts of the picture"


def noise(seed: int, mark: bool) -> np.ndarray:
    shown = np.random.default_rng(seed).normal(120, 2, (MARK_SIDE, MARK_SIDE)).astype(np.float32)
    if mark:
        shown[6:22, 100:120] = 240
        shown[11:17, 105:115] = 20
    return shown


def test_a_mark_in_one_corner_of_all_is_found() -> None:
    assert marked_corner([noise(seed, True) for seed in range(4)]) == "upper right"
    assert marked_corner([noise(seed, False) for seed in range(4)]) == ""
    assert marked_corner([noise(seed, seed > 0) for seed in range(4)]) == "", "one lacks it"
    assert marked_corner([noise(seed, True) for seed in range(2)]) == "", "two tell too little"


def test_one_view_is_what_all_pairs_share() -> None:
    rng = np.random.default_rng(0)
    scene = np.repeat(np.repeat(rng.integers(0, 255, (4, 4, 3)), 8, axis=0), 8, axis=1)

    def seen(strength: float) -> Summary:
        other = np.repeat(np.repeat(rng.integers(0, 255, (4, 4, 3)), 8, axis=0), 8, axis=1)
        return summarize(((1 - strength) * scene + strength * other).astype(np.uint8))

    assert is_one_view([seen(0.2) for _ in range(3)])
    assert not is_one_view([seen(0.2), seen(0.2)]), "of two pictures nothing is said"
    assert not is_one_view([seen(0.2), seen(0.2), seen(1.0)])
