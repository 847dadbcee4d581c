"""Eq. G13: the strength of a LoRA over the denoising steps."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gal_studio.core.errors import StudioError
from gal_studio.core.recipe import AS_TRAINED, Recipe
from gal_studio.core.settings import ReferenceSettings

STRENGTHS = st.floats(0, 2)
SHARES = st.floats(0, 1)
STEPS = st.integers(1, 60)


def test_the_case_by_hand() -> None:
    teapot = Recipe(0.0, 1.0, 0.3)
    assert [teapot.strength(step, 10) for step in range(10)] == [0, 0, 0, 1, 1, 1, 1, 1, 1, 1]
    assert teapot.mean == pytest.approx(0.7)
    assert teapot.brief == "strength 0 for 30% of steps, then 1", "in Results as beside an image"
    assert teapot.words == "LoRA strength 0 for 30% of steps, then 1"
    assert [Recipe(0.4, 1.0, 0.5).first_late(steps) for steps in (1, 2, 3, 4, 25)] == [0, 1, 2, 2, 13]


def test_the_last_step_is_late_and_a_single_step_has_the_late_strength_alone() -> None:
    late = Recipe(0.0, 1.0, 1.0)
    assert [late.strength(step, 3) for step in range(3)] == [0.0, 0.0, 1.0]
    assert late.strength(0, 1) == 1.0


@given(STRENGTHS, STRENGTHS, SHARES, STEPS)
def test_it_switches_once_from_early_to_late(early: float, late: float, switch: float, steps: int) -> None:
    recipe = Recipe(early, late, switch)
    drawn = [recipe.strength(step, steps) for step in range(steps)]
    first = recipe.first_late(steps)
    assert drawn == [recipe.early] * first + [late] * (steps - first)
    assert 0 <= first < steps and abs(first - recipe.switch * steps) <= (0.5 if first < steps - 1 else 1)
    assert min(early, late) - 1e-9 <= recipe.mean <= max(early, late) + 1e-9


@given(STRENGTHS, SHARES)
def test_a_constant_strength_has_one_form(strength: float, switch: float) -> None:
    constant = Recipe.constant(strength)
    assert constant == Recipe(strength, strength, switch) == Recipe(0.7, strength, 0.0)
    assert constant.is_constant and constant.mean == strength
    assert len({constant, Recipe(strength, strength, switch)}) == 1


def test_words() -> None:
    assert AS_TRAINED.words == ""
    assert Recipe.constant(0.0).words == "without the LoRA"
    assert Recipe.constant(0.55).words == "LoRA strength 0.55"
    assert Recipe(0.4, 1.0, 1.0).words == "LoRA strength 0.4 for all but the last step, then 1"


@pytest.mark.parametrize("wrong", [-0.1, 2.1, math.nan, math.inf, True, "1", None])
def test_other_strengths_are_refused(wrong: object) -> None:
    for place in range(2):
        with pytest.raises(StudioError, match=r"LoRA strength is .*: choose a number from 0 to 2"):
            Recipe(*[wrong if place == one else 1.0 for one in range(2)])  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", [-0.1, 1.1, math.nan, "half"])
def test_other_switches_are_refused(wrong: object) -> None:
    with pytest.raises(StudioError, match=r"switch .* from 0 to 1"):
        Recipe(0.0, 1.0, wrong)  # type: ignore[arg-type]


def test_the_references_of_round_0_have_strengths_too() -> None:
    adapter = ReferenceSettings("h94/IP-Adapter", strength=0.8)
    assert adapter.recipe(Recipe(0.5, 1.0, 0.3)) == Recipe(0.4, 0.8, 0.3)
    assert adapter.recipe_words(AS_TRAINED) == "reference strength 0.8"
    assert adapter.recipe_words(Recipe.constant(0.0)) == "without the reference"
    assert Recipe.constant(2.0).times(2.0) == Recipe.constant(2.0)
    native = ReferenceSettings("native", strength=0.8)
    assert (
        native.recipe(AS_TRAINED) == AS_TRAINED and native.recipe_words(AS_TRAINED) == "with the references"
    )
