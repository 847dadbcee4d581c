"""The ladder: first all rungs are drawn, then those that draw best, then each prompt's own turn."""

import math
from collections import Counter

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gal_studio.core.gal.ladder import (
    BEST,
    LADDER,
    MORE,
    Ladder,
    Seen,
    at_turn,
    noise_of,
    rung_of,
    rungs_drawn,
)
from gal_studio.core.recipe import AS_TRAINED

Pictures = dict[str, dict[int, Seen | None]]


def ladder(prompts: int, most: int = 10, steps: int = 10) -> Ladder:
    return Ladder({f"p{order}": order for order in range(prompts)}, most, steps)


def seen(turn: float, index: int) -> Seen:
    """A prompt that turns at this strength; the look grows with the strength."""
    strength = rung_of(index).mean
    chance = 1.0 / (1.0 + math.exp((turn - strength) / 0.03))
    return Seen(chance, (1.0 - chance) * strength)


def drawn_whole(plan: Ladder, turns: dict[str, float]) -> Pictures:
    drawn: Pictures = {}
    while places := plan.next(drawn):
        for anchor, index in places:
            assert index not in drawn.get(anchor, {})
            drawn.setdefault(anchor, {})[index] = seen(turns[anchor], index)
    return drawn


@given(
    st.integers(1, 20), st.integers(1, 12), st.sampled_from([1, 10]), st.lists(st.floats(0, 1), min_size=20)
)
@settings(max_examples=40)
@example(6, 7, 10, [1.0, *[0.0] * 19])  # the second part is smaller than it could be, so the last is larger
def test_what_is_left_is_at_least_what_will_be_drawn(
    prompts: int, most: int, steps: int, turns: list[float]
) -> None:
    plan = ladder(prompts, most, steps)
    drawn: Pictures = {}
    told: list[tuple[int, int]] = []
    while places := plan.next(drawn):
        told.append((sum(map(len, drawn.values())), plan.at_most(drawn)))
        for anchor, index in places:
            drawn.setdefault(anchor, {})[index] = seen(turns[int(anchor[1:])], index)
    whole = sum(map(len, drawn.values()))
    assert plan.at_most(drawn) == 0
    assert all(there + left >= whole for there, left in told)


def test_eighteen_prompts_are_told_to_have_126_images_at_most_until_the_last_part_is_known() -> None:
    plan = ladder(18)
    turns = {anchor: 0.4 + 0.02 * order for anchor, order in plan.orders.items()}
    drawn: Pictures = {}
    totals = []
    while places := plan.next(drawn):
        totals.append(sum(map(len, drawn.values())) + plan.at_most(drawn))
        for anchor, index in places:
            drawn.setdefault(anchor, {})[index] = seen(turns[anchor], index)
    assert totals == [126, 126, sum(map(len, drawn.values()))]


def test_the_rungs_go_from_the_lora_as_trained_to_the_weakest() -> None:
    means = [recipe.mean for recipe in LADDER]
    assert LADDER[0] == AS_TRAINED
    assert means == sorted(means, reverse=True)
    assert len(set(LADDER)) == len(LADDER)
    assert (rung_of(len(LADDER) + 2), noise_of(len(LADDER) + 2)) == (LADDER[2], 1)


def test_rungs_that_draw_the_same_are_drawn_once() -> None:
    assert rungs_drawn(10) == tuple(range(9))
    assert [LADDER[rung].is_constant for rung in rungs_drawn(1)] == [True] * 5


@pytest.mark.parametrize("prompts", [9, 12, 15, 18, 30])
def test_first_each_prompt_has_three_rungs_and_each_rung_as_many_pictures(prompts: int) -> None:
    places = ladder(prompts).first()
    assert set(Counter(anchor for anchor, _ in places).values()) == {4 if prompts == 9 else 3}
    numbers = Counter(rung for _, rung in places).values()
    assert max(numbers) - min(numbers) <= 3
    assert len(numbers) == len(LADDER)


def test_few_prompts_are_drawn_at_more_rungs() -> None:
    assert len(ladder(2).first()) == 18
    assert len(ladder(2, most=4).first()) == 8


def test_all_prompts_share_the_best_rungs_and_the_one_at_which_the_reference_turns() -> None:
    plan = ladder(18)
    turns = {anchor: 0.75 + 0.001 * order for anchor, order in plan.orders.items()}
    drawn = drawn_whole(plan, turns)
    shared = plan.shared(drawn)
    assert len(shared) == BEST + 1
    assert max(LADDER[rung].mean for rung in shared[:BEST]) == pytest.approx(0.7)
    assert LADDER[shared[-1]].mean == pytest.approx(
        0.7
    )  # nearest to 0.75, of those that are not among the best
    assert all(set(shared) <= set(drawn[anchor]) for anchor in plan.orders)


def test_where_every_picture_is_a_copy_the_weakest_are_drawn() -> None:
    plan = ladder(12)
    drawn = {anchor: dict.fromkeys(range(9), Seen(1.0, 0.0)) for anchor in plan.orders}
    assert plan.shared(drawn) == (8, 7, 6)


def test_where_no_picture_is_a_copy_the_strongest_are_drawn() -> None:
    plan = ladder(12)
    drawn = drawn_whole(plan, dict.fromkeys(plan.orders, 1.5))
    assert plan.shared(drawn)[0] == 0


def test_a_prompt_without_a_good_picture_gets_more_at_its_own_turn() -> None:
    plan = ladder(18)
    turns = dict.fromkeys(plan.orders, 0.8)
    turns["p0"] = 0.5
    drawn = drawn_whole(plan, turns)
    further = [index for index in drawn["p0"] if noise_of(index) > 0]
    assert len(further) == MORE
    assert [rung_of(index).mean for index in further] == [0.55, 0.4]


def test_blank_pictures_are_of_no_use_and_end_nothing() -> None:
    plan, drawn = ladder(3), Pictures()
    while places := plan.next(drawn):
        for anchor, index in places:
            drawn.setdefault(anchor, {})[index] = None
    assert max(map(len, drawn.values())) <= 10


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 8), st.integers(1, 12), st.integers(1, 20))
def test_a_prompt_never_gets_more_than_its_number_and_parts_do_not_depend_on_their_order(
    prompts: int, most: int, steps: int
) -> None:
    plan = ladder(prompts, most, steps)
    turns = {anchor: 0.3 + 0.05 * order for anchor, order in plan.orders.items()}
    whole = drawn_whole(plan, turns)
    assert all(1 <= len(pictures) <= most for pictures in whole.values())
    # interrupted after any picture, the rest of a part is what was left of it
    drawn: Pictures = {}
    while places := plan.next(drawn):
        anchor, index = places[len(places) // 2]
        drawn.setdefault(anchor, {})[index] = seen(turns[anchor], index)
    assert {anchor: set(pictures) for anchor, pictures in drawn.items()} == {
        anchor: set(pictures) for anchor, pictures in whole.items()
    }


def test_a_prompt_that_has_all_its_images_gets_no_further_ones() -> None:
    assert at_turn({}, range(9), 0) == at_turn({}, range(9), -1) == []
