"""How much of a style or object a picture carries (Eq. G17), by hand and on any pictures."""

import math
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gal_studio.core.patchdpo.carried import (
    Look,
    Scale,
    object_distance,
    patch_colours,
    plain_ground,
    style_distance,
)

SIDE = 8


def look(seed: int) -> Look:
    rng = np.random.default_rng(seed)
    drawn = rng.normal(size=(SIDE, SIDE, 24))
    features = drawn / np.linalg.norm(drawn, axis=-1, keepdims=True)
    colours = np.concatenate(
        [rng.uniform(0, 100, (2 * SIDE, 2 * SIDE, 1)), rng.uniform(-60, 60, (2 * SIDE, 2 * SIDE, 2))], axis=-1
    )
    return Look(features, colours)


def shuffled(of: Look, seed: int) -> Look:
    """Patches and pixels at other places."""
    rng = np.random.default_rng(seed)
    features = rng.permutation(of.features.reshape(-1, 24)).reshape(of.features.shape)
    return Look(features, rng.permutation(of.colours.reshape(-1, 3)).reshape(of.colours.shape))


def block(top: int, left: int) -> NDArray[np.bool_]:
    patches = np.zeros((SIDE, SIDE), dtype=bool)
    patches[top : top + 3, left : left + 3] = True
    return patches


def test_by_hand_a_style_of_one_patch_and_one_colour() -> None:
    east, north = np.array([[[1.0, 0.0]]]), np.array([[[0.6, 0.8]]])
    white, grey = np.array([[[100.0, 0.0, 0.0]]]), np.array([[[85.0, 0.0, 0.0]]])
    distance = style_distance(Look(north, grey), [Look(east, white)])
    assert distance == pytest.approx((1 - 0.6) + 15 / 30)
    assert Scale(1.8, 0.0).carried(distance) == pytest.approx(0.5)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 99), st.integers(0, 99))
def test_a_style_has_no_places_and_the_reference_has_all_of_it(seed: int, order: int) -> None:
    assert style_distance(shuffled(look(seed), order), [look(seed)]) == pytest.approx(0.0, abs=1e-5)
    other = look(seed + 100)
    apart = style_distance(other, [look(seed)])
    assert apart > 0.1
    assert style_distance(shuffled(other, order), [look(seed)]) == pytest.approx(apart)
    assert style_distance(other, [look(seed), other]) == pytest.approx(0.0, abs=1e-5)


def test_more_foreign_colours_carry_less() -> None:
    own = look(0)
    painted = [own.colours.copy() for _ in range(3)]
    painted[1][:4] = [50.0, 120.0, 0.0]
    painted[2][:8] = [50.0, 120.0, 0.0]
    found = [style_distance(Look(own.features, colours), [own]) for colours in painted]
    assert found[0] < found[1] < found[2]


def on_ground(thing: Look, lightness: float) -> Look:
    """The thing amid a ground of one grey, whose patches are all alike."""
    features, colours = np.zeros_like(thing.features), np.zeros_like(thing.colours)
    features[..., 0], colours[..., 0] = 1.0, lightness
    features[2:6, 2:6], colours[4:12, 4:12] = thing.features[2:6, 2:6], thing.colours[4:12, 4:12] + 60
    return Look(features, colours)


def test_a_plain_ground_that_was_learned_is_no_evidence_of_the_style() -> None:
    """How much of an image is ground says nothing; another ground than the reference's does."""
    reference, foreign = on_ground(look(0), 5.0), on_ground(look(1), 5.0)
    apart = partial(style_distance, without_ground=True)
    assert plain_ground(reference) == pytest.approx([5.0, 0.0, 0.0])
    assert plain_ground(look(0)) is None
    thing = Look(foreign.features[2:6, 2:6], foreign.colours[4:12, 4:12])
    assert apart(foreign, [reference]) == pytest.approx(apart(thing, [reference]))
    assert apart(foreign, [reference]) > 1.5 * style_distance(foreign, [reference])
    assert apart(reference, [reference]) == pytest.approx(0.0, abs=1e-5)
    assert apart(on_ground(look(0), 90.0), [reference]) > 0.3
    assert apart(foreign, [reference, look(2)]) < apart(foreign, [reference])
    assert apart(look(1), [look(0)]) == style_distance(look(1), [look(0)])


def test_an_image_of_nothing_but_ground_counts_whole() -> None:
    reference = on_ground(look(0), 5.0)
    empty = Look(np.roll(reference.features[:1, :1], 1, axis=-1), np.full((2, 2, 3), [5.0, 0.0, 0.0]))
    assert style_distance(empty, [reference], without_ground=True) > 0.3


def test_an_object_may_move_and_its_colours_count() -> None:
    own, patches = look(0), block(2, 2)
    assert object_distance(own, [(own, patches)]) == pytest.approx(0.0, abs=1e-6)
    moved = Look(np.roll(own.features, 2, axis=1), np.roll(own.colours, 4, axis=1))
    assert object_distance(moved, [(own, patches)]) == pytest.approx(0.0, abs=1e-6)
    other = Look(own.features, own.colours + np.array([0.0, 30.0, 40.0]))
    assert object_distance(other, [(own, patches)]) == pytest.approx(0.5)
    assert object_distance(look(1), [(own, patches)]) > 0.5


def test_the_scale_goes_from_the_base_model_to_the_references() -> None:
    scale = Scale(base=2.0, own=0.5)
    assert [scale.carried(distance) for distance in (2.0, 0.5, 1.25, 99.0)] == [0.0, 1.0, 0.5, -1.0]
    assert math.isnan(Scale(0.5, 0.5).carried(0.5))  # the base model draws nothing else


@given(st.floats(0.0, 4.0), st.floats(0.0, 4.0))
def test_nearer_never_carries_less(first: float, second: float) -> None:
    scale = Scale(base=2.0, own=0.5)
    assert scale.carried(min(first, second)) >= scale.carried(max(first, second))


def test_colours_of_patches_are_means() -> None:
    colours = np.zeros((4, 4, 3))
    colours[0, 0] = [40.0, 4.0, -8.0]
    assert patch_colours(colours, 2, 2)[0, 0].tolist() == [10.0, 1.0, -2.0]
