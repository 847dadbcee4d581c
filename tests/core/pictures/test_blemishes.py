"""What is looked for in reference pictures, on pictures made for it, and what is not taken for it."""

import numpy as np
import pytest

from gal_studio.core.pictures.blemishes import (
    LEAST_SHARPNESS,
    MARK_SIDE,
    border,
    grey,
    is_one_view,
    mark,
    sharpness,
)
from gal_studio.core.pictures.near_copies import Summary, summarize


def step(softness: int) -> np.ndarray:
    """A dark half and a light half, (64, 64, 3), with a ramp of so many pixels between them."""
    line = np.clip((np.arange(64) - 32 + softness / 2) / max(1, softness), 0, 1) * 200 + 20
    return np.repeat(np.tile(line, (64, 1))[..., None], 3, axis=2).astype(np.uint8)


def test_an_edge_of_one_pixel_is_sharp_and_a_long_ramp_is_not() -> None:
    """Over one pixel a ramp of 20 rises by 10 of 200, over eight by 80: an eighth; one of 2 by half."""
    assert sharpness(grey(step(0))) == 1.0 and sharpness(grey(step(1))) == pytest.approx(0.5)
    assert sharpness(grey(step(20))) == pytest.approx(1 / 8, abs=0.02) and LEAST_SHARPNESS > 1 / 8
    assert sharpness(grey(np.full((64, 64, 3), 9, np.uint8))) == 1.0, "without edges there is no blur"
    one_line = np.repeat(step(0), 8, axis=1)
    assert sharpness(grey(one_line)) == 1.0, "one edge in 512 columns is as sharp as many"
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


def scene(seed: int, height: int = MARK_SIDE, width: int = MARK_SIDE) -> np.ndarray:
    """Boxes of several greys, grey (height, width)."""
    rng = np.random.default_rng(seed)
    shown = rng.normal(120, 2, (height, width)).astype(np.float32)
    for top, left, tall, wide in rng.integers(0, (height, width, 90, 90), (14, 4)):
        shown[top : top + tall, left : left + wide] = rng.uniform(20, 220)
    return shown


SIGN = np.kron(np.random.default_rng(9).integers(0, 2, (10, 24)), np.ones((4, 3)))


def marked(shown: np.ndarray, down: float, right: float, alpha: float = 1.0) -> np.ndarray:
    """With a white sign at this share of the room beside it, through which the picture is seen."""
    made = shown.copy()
    (height, width), (tall, wide) = made.shape, SIGN.shape
    top, left = round(down * (height - tall)), round(right * (width - wide))
    part = made[top : top + tall, left : left + wide]
    part += alpha * SIGN * (255 - part)
    return made


@pytest.mark.parametrize(
    ("down", "right", "alpha", "words"),
    [
        (0.96, 0.95, 1.0, "lower right"),
        (0.04, 0.06, 0.5, "upper left"),
        (0.5, 0.5, 0.5, "middle"),
        (0.97, 0.5, 0.5, "lower"),
    ],
)
def test_a_mark_that_all_pictures_have_is_found_where_it_is(
    down: float, right: float, alpha: float, words: str
) -> None:
    scenes = [scene(seed) for seed in range(4)]
    assert mark([marked(one, down, right, alpha) for one in scenes]) == words
    assert mark(scenes) == ""
    assert mark([marked(one, down, right, alpha) for one in scenes[:3]] + scenes[3:]) == "", "one lacks it"
    assert mark([marked(one, down, right, alpha) for one in scenes[:2]]) == "", "two tell too little"


def test_pictures_of_several_shapes_are_laid_upon_each_other_at_their_corners() -> None:
    shapes = ((MARK_SIDE, 400), (380, MARK_SIDE), (MARK_SIDE, MARK_SIDE))
    scenes = [scene(seed, *shape) for seed, shape in enumerate(shapes)]
    assert mark(scenes) == ""
    made = [one.copy() for one in scenes]
    for one in made:
        one[-50:-10, -82:-10] += SIGN * (255 - one[-50:-10, -82:-10])
    assert mark(made) == "lower right"


@pytest.mark.parametrize("what", ["a plain ground", "a grid of its own", "noise"])
def test_what_pictures_share_without_a_mark_is_none(what: str) -> None:
    rng = np.random.default_rng(2)
    made = {
        "a plain ground": [np.full((MARK_SIDE, MARK_SIDE), 250.0, np.float32) for _ in range(3)],
        "a grid of its own": [
            np.roll(np.kron(np.eye(16), np.full((16, 16), 200.0)), at, 1) for at in (0, 40, 77)
        ],
        "noise": [rng.normal(120, 3, (MARK_SIDE, MARK_SIDE)) for _ in range(3)],
    }
    assert mark([one.astype(np.float32) for one in made[what]]) == ""


def test_one_view_is_what_all_pairs_share() -> None:
    rng = np.random.default_rng(0)
    scene = np.repeat(np.repeat(rng.integers(0, 255, (4, 4, 3)), 8, axis=0), 8, axis=1)

    def seen(strength: float) -> Summary:
        other = np.repeat(np.repeat(rng.integers(0, 255, (4, 4, 3)), 8, axis=0), 8, axis=1)
        return summarize(((1 - strength) * scene + strength * other).astype(np.uint8))

    assert is_one_view([seen(0.2) for _ in range(3)])
    assert not is_one_view([seen(0.2), seen(0.2)]), "of two pictures nothing is said"
    assert not is_one_view([seen(0.2), seen(0.2), seen(1.0)])
