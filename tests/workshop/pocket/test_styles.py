"""The styles that the embedded model is trained on."""

from __future__ import annotations

import numpy as np
import pytest

from workshop.pocket.scenes.styles import STYLES, Style

pytestmark = pytest.mark.thorough


def _art(scene: bool) -> tuple[np.ndarray, np.ndarray]:
    rows, cols = np.mgrid[0:128, 0:128].astype(np.float32)
    mask = np.clip(40.0 - np.hypot(rows - 64, cols - 64), 0, 1)
    ground = np.full((128, 128, 3), 0.93, np.float32)
    if scene:
        ground[80:] = (0.3, 0.6, 0.2)
        ground[:80] = (0.5, 0.7, 1.0)
    thing = np.full((128, 128, 3), (0.9, 0.3, 0.1), np.float32)
    thing[50:60, 50:60] = 0.1
    return ground * (1 - mask[..., None]) + thing * mask[..., None], mask


def test_sixteen_styles_of_which_two_are_held_out() -> None:
    assert len(STYLES) == 16
    assert [style.name for style in STYLES if style.held_out] == ["ink", "crayon"]
    words = [word for style in STYLES for word in style.words]
    assert len(set(words)) == len(words)


@pytest.mark.parametrize("scene", [False, True])
@pytest.mark.parametrize("style", STYLES, ids=lambda style: style.name)
def test_a_style_draws_a_picture_from_its_seed(style: Style, scene: bool) -> None:
    picture, mask = _art(scene)
    before = picture.copy()
    first = style.apply(picture, mask, scene, np.random.default_rng(3))
    again = style.apply(picture, mask, scene, np.random.default_rng(3))
    assert first.shape == (128, 128, 3) and first.dtype == np.float32
    assert first.min() >= 0 and first.max() <= 1 and np.isfinite(first).all()
    assert np.array_equal(first, again) and np.array_equal(picture, before)
    assert np.abs(first - picture).mean() > 0.005
