"""Masks of what a click shows: nested pieces, plain shapes, and images with nothing to find."""

import numpy as np
from PIL import Image, ImageDraw

from gal_studio.studio.pointed import masks_at

SIZE = (240, 160)
CUP = (150, 60, 210, 130)


def table() -> Image.Image:
    """A large lamp, and a small cup with a mark, on a grained table."""
    grain = np.random.default_rng(0).normal(170, 6, (SIZE[1], SIZE[0], 3)).clip(0, 255)
    image = Image.fromarray(grain.astype(np.uint8))
    draw = ImageDraw.Draw(image)
    draw.ellipse((15, 15, 95, 145), fill=(40, 90, 160))
    draw.rectangle(CUP, fill=(190, 40, 40))
    return image


def truth() -> np.ndarray:
    mask = Image.new("L", SIZE)
    ImageDraw.Draw(mask).rectangle(CUP, fill=255)
    return np.asarray(mask) > 127


def overlap(found: Image.Image, true: np.ndarray) -> float:
    one = np.asarray(found) > 127
    return float((one & true).sum() / (one | true).sum())


def test_the_thing_that_is_pointed_at_is_proposed_and_not_the_larger_one() -> None:
    found = masks_at(table(), (180 / 240, 95 / 160))
    assert 1 <= len(found) <= 3
    assert all(one.mode == "L" and one.size == SIZE for one in found)
    assert {value for one in found for _, value in one.getcolors() or ()} <= {0, 255}
    assert max(overlap(one, truth()) for one in found) > 0.9
    assert all(not np.asarray(one)[80, 50] for one in found), "the lamp is elsewhere"
    areas = [int((np.asarray(one) > 127).sum()) for one in found]
    assert areas == sorted(areas)


def test_each_proposal_has_the_point_and_the_same_click_gives_the_same() -> None:
    first, again = (masks_at(table(), (50 / 240, 80 / 160)) for _ in range(2))
    assert first
    assert all(np.asarray(one)[80, 50] for one in first)
    assert [one.tobytes() for one in first] == [one.tobytes() for one in again]


def test_a_click_at_the_very_edge_and_an_image_of_one_color_are_no_error() -> None:
    masks_at(table(), (1.0, 1.0))
    masks_at(Image.new("RGB", (9, 300), "white"), (0.0, 0.5))


def test_what_frames_the_image_is_its_background_and_no_proposal() -> None:
    """A cup on sand that reaches three edges: the widest cut takes both."""
    image = Image.new("RGB", (200, 200), (120, 190, 240))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 80, 200, 200), fill=(235, 210, 150))
    draw.rectangle((80, 90, 120, 150), fill=(190, 40, 40))
    found = [np.asarray(one) > 127 for one in masks_at(image, (0.5, 0.6))]
    assert found and all(not one[:, 0].any() and not one[-1].any() for one in found)
