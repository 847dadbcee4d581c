"""The styles that the embedded model is trained on, by name and by the hundred."""

from __future__ import annotations

import numpy as np
import pytest

from workshop.pocket.data.recipe_pictures import RECIPES
from workshop.pocket.scenes.recipe_kinds import KINDS, Kind
from workshop.pocket.scenes.recipes import HELD_OUT_FROM, Recipe
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


def of_kind(kind: Kind) -> Recipe:
    first = HELD_OUT_FROM if kind.held_out else 0
    return next(r for r in map(Recipe, range(first, first + RECIPES)) if r.kind is kind)


@pytest.mark.parametrize("scene", [False, True])
@pytest.mark.parametrize("drawn", [*STYLES, *KINDS], ids=lambda one: one.name)
def test_a_style_or_recipe_draws_a_picture_from_its_seed(drawn: Style | Kind, scene: bool) -> None:
    style, (picture, mask) = of_kind(drawn) if isinstance(drawn, Kind) else drawn, _art(scene)
    before = picture.copy()
    first, again = (style.apply(picture, mask, scene, np.random.default_rng(3)) for _ in range(2))
    assert first.shape == (128, 128, 3) and first.dtype == np.float32
    assert first.min() >= 0 and first.max() <= 1 and np.isfinite(first).all()
    assert np.array_equal(first, again) and np.array_equal(picture, before)
    assert np.abs(first - picture).mean() > 0.005
