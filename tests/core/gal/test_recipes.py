"""Eq. G13: the recipes of an anchor's candidates."""

from hypothesis import given
from hypothesis import strategies as st

from gal_studio.core.gal.recipes import LEVELS, candidate_recipe
from gal_studio.core.recipe import AS_TRAINED, Recipe
from gal_studio.core.settings import GenerationSettings

SHARES = st.floats(0, 1)


def recipes(lowest: float, latest: float, turn: int = 0) -> list[Recipe]:
    settings = GenerationSettings(lowest_strength=lowest, latest_switch=latest)
    return [candidate_recipe(settings, turn * LEVELS + place) for place in range(LEVELS)]


@given(SHARES, st.integers(0, 1000))
def test_without_a_switch_constant_strengths_fall_from_one_to_the_lowest(lowest: float, turn: int) -> None:
    drawn = [recipe.late for recipe in recipes(lowest, 0.0, turn)]
    assert drawn == sorted(drawn, reverse=True)
    assert drawn[0] == 1 and abs(drawn[-1] - lowest) < 1e-12
    assert all(recipe.is_constant for recipe in recipes(lowest, 0.0, turn))
    assert recipes(lowest, 0.0, turn) == recipes(lowest, 0.0)


@given(SHARES, SHARES.filter(bool), st.integers(0, 1000))
def test_with_one_the_full_strength_begins_later_and_later(lowest: float, latest: float, turn: int) -> None:
    drawn = recipes(lowest, latest, turn)
    means = [recipe.mean for recipe in drawn]
    assert drawn[0] == AS_TRAINED and means == sorted(means, reverse=True)
    assert {recipe.late for recipe in drawn} == {1.0}
    assert drawn[-1] == Recipe(lowest, 1.0, latest)
    assert drawn == recipes(lowest, latest)


@given(SHARES, st.integers(0, 1000))
def test_full_strength_for_the_lowest_draws_all_as_published(latest: float, turn: int) -> None:
    assert set(recipes(1.0, latest, turn)) == {AS_TRAINED}


def test_the_case_by_hand() -> None:
    assert recipes(0.4, 0.8)[3] == Recipe(0.4, 1.0, 0.8 * 3 / 4)
    assert recipes(0.4, 0.0)[3] == Recipe.constant(1 - 0.6 * 3 / 4)
