"""Eq. G6: a suggested picture is no copy, as asked, and carries what full strength carries."""

from collections.abc import Sequence
from dataclasses import replace
from statistics import fmean, median

from hypothesis import given
from hypothesis import strategies as st

from gal_studio.core.gal.policies.registry import find_policy
from gal_studio.core.gal.selection import explain_all, preferred
from gal_studio.core.gal.standard import Standard
from gal_studio.core.gal.uncertainty import score_pool
from gal_studio.core.recipe import AS_TRAINED, Recipe
from gal_studio.core.types import CARRIES, CHANCE, SUBJECT, Candidate
from tests.core.builders import anchor, candidate, snapshot_of

WEAK = Recipe.constant(0.4)
PICTURES = st.tuples(
    st.sampled_from([0.1, 0.9]), st.floats(-1, 1.5), st.sampled_from([AS_TRAINED, WEAK]), st.floats(0, 0.5)
)
ROUNDS = st.lists(st.lists(PICTURES, min_size=1, max_size=6), min_size=1, max_size=5)


def picture(
    order: int, index: int, chance: float, carries: float, recipe: Recipe, margin: float = 0.3
) -> Candidate:
    scores = {CHANCE: chance, CARRIES: carries}
    return replace(candidate(anchor(order), index, 0.3 + margin, 0.3), more_scores=scores, recipe=recipe)


def drawn_in(rows: Sequence[Sequence[tuple[float, float, Recipe, float]]]) -> list[Candidate]:
    return [picture(order, index, *one) for order, row in enumerate(rows) for index, one in enumerate(row)]


def test_pictures_of_less_than_the_median_at_full_strength_are_not_suggested() -> None:
    full = [picture(0, index, 0.1, value, AS_TRAINED) for index, value in enumerate((0.6, 0.7, 0.8))]
    weak = [picture(0, 3 + index, 0.1, value, WEAK) for index, value in enumerate((0.69, 0.7, 0.1))]
    assert Standard.of([*full, *weak]).carried == 0.7
    assert {one.index for one in preferred([*full, *weak])} == {1, 2, 4}


def test_copies_carry_the_reference_and_say_nothing_of_the_style() -> None:
    copies = [picture(0, index, 0.9, 1.0, AS_TRAINED) for index in range(5)]
    weak = [picture(0, 5 + index, 0.1, value, WEAK) for index, value in enumerate((0.4, 0.5, 0.6))]
    assert Standard.of([*copies, *weak]).carried == 0.5
    assert Standard.of(copies).carried is None
    few = [*copies, picture(1, 0, 0.1, 0.95, AS_TRAINED), *weak]
    assert Standard.of(few).carried == 0.5, "one of six is too few to say what full strength carries"


def test_what_the_weakest_recipe_draws_better_is_not_as_asked() -> None:
    lost = picture(0, 0, 0.1, 1.0, AS_TRAINED, margin=0.1)
    kept = picture(0, 1, 0.1, 1.0, AS_TRAINED, margin=0.2)
    weak = picture(0, 2, 0.1, 0.0, WEAK, margin=0.3)
    standard = Standard.of([lost, kept, weak])
    assert [standard.lacks(one) for one in (lost, kept, weak)] == ["asked", "", "carries"]


def test_a_prompt_without_a_good_picture_gives_way_and_says_why() -> None:
    rows = [
        [(0.9, 1.0, AS_TRAINED, 0.3), (0.1, 0.2, WEAK, 0.3), (0.1, 0.3, WEAK, 0.3)],
        [(0.1, 0.8, AS_TRAINED, 0.3), (0.9, 0.8, WEAK, 0.3), (0.1, 0.7, AS_TRAINED, 0.1)],
    ]  # fmt: skip
    drawn = drawn_in(rows)
    scores = score_pool([anchor(0), anchor(1)], drawn)
    made = find_policy("margin").suggest(snapshot_of(drawn, scores))
    assert [one.candidate_id for one in made.suggestions] == ["anchor-1-0"]
    assert explain_all(scores, 3)["anchor-0"] == (
        "1 of 3 is a copy; the others carry too little of what is to be learned: there is no good picture to "
        "learn from yet."
    )


@given(ROUNDS, ROUNDS)
def test_what_a_picture_should_carry_never_falls_from_round_to_round(before: list, after: list) -> None:
    first = Standard.of(drawn_in(before))
    later = Standard.of(drawn_in(after), first)
    again = Standard.of(drawn_in(after), later)
    if first.carried is not None:
        assert later.carried is not None and later.carried >= first.carried >= 0.0
    assert again.carried == later.carried
    own = Standard.of(drawn_in(after))
    assert own.carried is None or (later.carried or 0.0) >= own.carried >= 0.0


def test_a_later_round_that_carries_less_suggests_less() -> None:
    first = [picture(0, index, 0.1, 0.8, AS_TRAINED) for index in range(3)]
    later = [picture(0, index, 0.1, value, AS_TRAINED) for index, value in enumerate((0.3, 0.3, 0.85))]
    later += [picture(0, 3, 0.9, 0.3, AS_TRAINED)]
    scores = score_pool([anchor(0)], later, standard=Standard.of(later, Standard.of(first)))
    assert (scores[0].faint, scores[0].good) == (2, 1)
    made = find_policy("margin").suggest(snapshot_of(later, scores, first=tuple(first)))
    assert [one.candidate_id for one in made.suggestions] == ["anchor-0-2"]


def test_a_weakest_recipe_that_lost_the_object_does_not_say_what_is_as_asked() -> None:
    lost = picture(0, 1, 0.1, 0.0, WEAK, margin=0.5)
    lost = replace(lost, more_scores={**lost.more_scores, SUBJECT: 0.1})
    shown = picture(0, 0, 0.1, 1.0, AS_TRAINED, margin=0.1)
    assert Standard.of([shown, lost]).lacks(shown) == ""


@given(ROUNDS)
def test_whatever_is_suggested_is_clean_as_asked_and_carries_enough(rows: list) -> None:
    drawn = drawn_in(rows)
    anchors = [anchor(order) for order in range(len(rows))]
    made = find_policy("uncertainty").suggest(snapshot_of(drawn, score_pool(anchors, drawn)))
    by_id, both = {one.id: one for one in drawn}, len({one.recipe for one in drawn}) == 2

    def right(one: Candidate) -> bool:
        weak = [each.margin for each in drawn if each.anchor_id == one.anchor_id and each.recipe == WEAK]
        usual = fmean(weak) if both and weak else 0.0
        return not one.overfit and (usual <= 0 or one.margin >= 0.6 * usual)

    full = [one for one in drawn if one.recipe == AS_TRAINED]
    shown = [one.carries or 0.0 for one in full if right(one)]
    for each in made.suggestions:
        chosen = by_id[each.candidate_id]
        assert right(chosen)
        if len(shown) * 3 >= len(full) > 0:
            assert (chosen.carries or 0.0) >= median(shown)
