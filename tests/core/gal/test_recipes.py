"""Eq. G13 and G18: the recipes of an anchor's candidates, and the best one."""

from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from gal_studio.core.gal.recipe_rates import best_recipe, recipe_advice, recipe_rates, unlike_references
from gal_studio.core.gal.recipes import LEVELS, candidate_recipe
from gal_studio.core.recipe import AS_TRAINED, Recipe
from gal_studio.core.records.candidate import Candidate
from gal_studio.core.settings import GenerationSettings, Settings
from gal_studio.core.types import ASKED, CARRIES
from gal_studio.core.utility import KEPT_FROM
from tests.core.builders import anchor, candidates_of

SHARES = st.floats(0, 1)


def recipes(lowest: float, latest: float, turn: int = 0) -> list[Recipe]:
    settings = Settings(generation=GenerationSettings(lowest_strength=lowest, latest_switch=latest))
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
    assert drawn[0] == AS_TRAINED
    assert all(later <= earlier + 1e-9 for earlier, later in pairwise(means))
    assert {recipe.late for recipe in drawn} == {1.0}
    assert drawn[-1] == Recipe(lowest, 1.0, latest)
    assert drawn == recipes(lowest, latest)


@given(SHARES, st.integers(0, 1000))
def test_full_strength_for_the_lowest_draws_all_as_published(latest: float, turn: int) -> None:
    assert set(recipes(1.0, latest, turn)) == {AS_TRAINED}


def test_the_case_by_hand() -> None:
    assert recipes(0.4, 0.8)[3] == Recipe(0.4, 1.0, 0.8 * 3 / 4)
    assert recipes(0.4, 0.0)[3] == Recipe.constant(1 - 0.6 * 3 / 4)


FULL, LATE, LATER, WEAK = AS_TRAINED, Recipe(0.0, 1.0, 0.3), Recipe(0.0, 1.0, 0.5), Recipe(0.0, 1.0, 0.7)


def drawn(recipe: Recipe, asked: float, carries: float, count: int = 4, **more: object) -> list[Candidate]:
    """Pictures of one prompt that are no copies; full strength carries 1."""
    made = candidates_of(anchor(0), [0.25] * count)
    scores = {ASKED: asked, CARRIES: carries}
    return [replace(one, recipe=recipe, more_scores=scores, full=1.0, **more) for one in made]


def test_the_best_recipe_is_clean_as_asked_and_has_the_style() -> None:
    pictures = [
        *drawn(FULL, 0.9, 1.0, marked_copy=True),
        *drawn(LATE, 0.25, 1.0),  # not yet recognised
        *drawn(LATER, 0.75, KEPT_FROM),
        *drawn(WEAK, 1.0, 0.0),  # nothing of the style
    ]
    rates = recipe_rates(pictures)
    assert [rate.recipe for rate in rates] == [FULL, LATE, LATER, WEAK]
    assert [rate.pictures for rate in rates] == [4] * 4
    assert [rate.copies for rate in rates] == [1.0, 0.0, 0.0, 0.0]
    assert [rate.asked for rate in rates] == [0.9, 0.25, 0.75, 1.0]
    assert [round(rate.carried, 2) for rate in rates] == [0.99, 0.99, 0.5, 0.0]
    assert [round(rate.good, 3) for rate in rates] == [0.0, 0.249, 0.375, 0.0]
    assert best_recipe(pictures) == LATER
    advice = recipe_advice("Round 2", LATER, pictures, "style")
    assert advice.startswith("Best setting for Round 2: LoRA strength 0 for 50% of steps, then 1")
    assert "(fewer copies, most of the style kept)" in advice
    assert "most of the likeness kept" in recipe_advice("Round 2", LATER, pictures, "object")
    assert not any(sign in advice for sign in ("clean", "good so"))


def test_without_copies_the_best_recipe_is_said_to_keep_more() -> None:
    """So a second round was whose accepted images had thinned the likeness at full strength."""
    pictures = [*drawn(FULL, 0.75, 0.6), *drawn(LATE, 0.75, 1.0)]
    assert best_recipe(pictures) == LATE
    assert "(more of the likeness kept)" in recipe_advice("Round 2", LATE, pictures, "object")


def test_a_recipe_that_drew_few_pictures_is_not_the_best_one() -> None:
    pictures = [*drawn(LATER, 0.5, 1.0, count=6), *drawn(WEAK, 1.0, 1.0, count=2)]
    assert best_recipe(pictures) == LATER
    assert best_recipe([*pictures, *drawn(WEAK, 1.0, 1.0, count=1)]) == WEAK


def test_a_recipe_that_mostly_lacks_the_style_is_not_the_best_one() -> None:
    """Raters saw it at full strength in such third rounds, and not at the weak ones of larger utility."""
    faint = [*drawn(FULL, 0.25, 0.55), *drawn(LATER, 0.5, 0.55), *drawn(WEAK, 1.0, 0.6)]
    assert max(recipe_rates(faint), key=lambda rate: rate.good).recipe == WEAK
    assert best_recipe(faint) == AS_TRAINED
    assert best_recipe([*faint, *drawn(LATE, 0.25, 1.0)]) == LATE


def test_a_lora_that_copies_nothing_is_drawn_as_trained() -> None:
    pictures = [*drawn(FULL, 0.75, 0.75), *drawn(LATER, 0.75, 0.75), *drawn(WEAK, 0.75, 0.25)]
    assert best_recipe(pictures) == FULL, "the strongest of equal ones"
    for best, shown in ((FULL, pictures), (LATER, drawn(LATER, 0.25, 0.75)), (LATER, [])):
        assert recipe_advice("Round 1", best, shown, "style") == "", (
            "it is the strongest one, or nothing is known"
        )


def test_without_pictures_or_anything_good_it_is_drawn_as_trained() -> None:
    assert recipe_rates([]) == () and best_recipe([]) == AS_TRAINED
    blank = drawn(LATER, 0.25, 0.5, remark="flat")
    assert recipe_rates(blank) == ()
    copies = drawn(WEAK, 1.0, 1.0, marked_copy=True)
    assert best_recipe(copies) == AS_TRAINED
    unchanged = [replace(one, full=0.0) for one in [*drawn(FULL, 0.5, 0.0), *drawn(WEAK, 0.5, 0.0)]]
    assert best_recipe(unchanged) == FULL, "of a LoRA that changes nothing any strength is as good"


@given(st.lists(st.tuples(st.sampled_from([FULL, LATE, LATER, WEAK]), SHARES, SHARES), max_size=30))
def test_rates_are_shares(rows: list[tuple[Recipe, float, float]]) -> None:
    pictures = [picture for row in rows for picture in drawn(*row, count=1)]
    rates = recipe_rates(pictures)
    assert sum(rate.pictures for rate in rates) == len(rows)
    for rate in rates:
        assert all(0 <= share <= 1 for share in (rate.copies, rate.asked, rate.carried, rate.good))
        assert rate.good <= min(rate.asked, rate.carried) + 1e-9
    assert best_recipe(pictures) in {AS_TRAINED, *(rate.recipe for rate in rates)}


def test_images_that_a_lora_was_not_trained_on_are_told() -> None:
    other = [*drawn(FULL, 0.75, 0.05), *drawn(LATER, 0.75, -0.5)]
    said = unlike_references("ink", other)
    assert said.startswith("ink doesn’t reproduce your images at any strength. If it")
    fits = drawn(WEAK, 0.75, 0.4)
    copies = drawn(WEAK, 0.75, 0.0, marked_copy=True)
    unknown = [replace(one, more_scores={}) for one in other]
    own = [replace(one, own=True) for one in other]
    for shown in ([*other, *fits], [*other, *copies], other[:3], unknown, own, []):
        assert unlike_references("ink", shown) == ""
