"""Blind pairs: what a count of choices says, how pairs are dealt, and what outranks the computed order."""

from collections import Counter
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gal_studio.core.measures.blind import (
    LEVELS,
    MOST,
    PAIRS,
    Agreement,
    Answer,
    Choice,
    Setting,
    agreement,
    chance,
    choices,
    deal,
    hardly_chance_from,
    in_order,
    shared,
)
from gal_studio.core.recipe import AS_TRAINED, Recipe

ONE, TWO, WEAK = ("1", AS_TRAINED), ("2", AS_TRAINED), ("1", Recipe.constant(0.4))
NAMES: dict[Setting, str] = {ONE: "Round 1", TWO: "Round 2"}


def test_chance_by_hand() -> None:
    """Of the 2 ** 12 ways in which 12 coins fall, 66 + 12 + 1 have ten heads or more."""
    assert chance(10, 12) == chance(2, 12) == 2 * 79 / 4096
    assert chance(9, 12) == 2 * (220 + 79) / 4096
    assert chance(12, 12) == 2 / 4096
    assert chance(6, 12) == chance(0, 0) == 1
    with pytest.raises(ValueError, match="13 of 12 is no number of pairs"):
        chance(13, 12)


def test_ten_of_twelve_are_hardly_chance_and_nineteen_of_twenty_four() -> None:
    assert [hardly_chance_from(number, number) for number in range(5, 13)] == [None, 6, 7, 8, 8, 9, 10, 10]
    assert hardly_chance_from(24, 24) == 19
    assert hardly_chance_from(12, 24) == 11, "that one went on is paid for"


def test_to_look_twice_is_no_way_to_a_result_by_chance() -> None:
    """Of all ways in which 24 coins fall, so few are said to be hardly chance at 12 or at 24."""
    first, second = (hardly_chance_from(number, number) or 0 for number in (PAIRS, MOST))
    found = 0.0
    for one in range(PAIRS + 1):
        for other in range(MOST - PAIRS + 1):
            if max(one, PAIRS - one) >= first or max(one + other, MOST - one - other) >= second:
                found += comb(PAIRS, one) * comb(MOST - PAIRS, other) / 2**MOST
    assert 0.04 < found <= sum(LEVELS.values())


@pytest.mark.parametrize(
    ("wins", "neither", "said"),
    [
        ((3, 9), 0, "You chose Round 2 over Round 1 in 9 of 12 blind pairs, which may be chance; from 10 on "
                    "it hardly is."),
        ((10, 2), 0, "You chose Round 1 over Round 2 in 10 of 12 blind pairs, which is hardly chance."),
        ((1, 8), 3, "You chose Round 2 over Round 1 in 8 of 9 blind pairs (neither in 3), which is hardly "
                    "chance."),
        ((0, 5), 0, "You chose Round 2 over Round 1 in 5 of 5 blind pairs, which may be chance; with "
                    "so few pairs, it always may be."),
        ((6, 6), 0, "You chose Round 1 and Round 2 equally often, in 6 of 12 blind pairs."),
        ((0, 0), 12, "You wanted neither Round 1 nor Round 2 in 12 of 12 blind pairs."),
    ],
)  # fmt: skip
def test_what_was_chosen_is_said_as_it_is(wins: tuple[int, int], neither: int, said: str) -> None:
    made = Choice((ONE, TWO), wins, neither)
    assert made.sentence(NAMES) == said
    other = said.replace("You chose Round 2 over", "Round 2 was chosen over")
    assert made.fact(NAMES) == (other.replace("You chose Round 1 over", "Round 1 was chosen over")
                                if made.order else "")  # fmt: skip
    assert made.asked == sum(wins) + neither


def test_answers_are_counted_for_the_settings_that_made_the_images() -> None:
    drawn = {
        ONE: {("p", 0): "a", ("p", 1): "b", ("q", 0): "same"},
        TWO: {("p", 0): "c", ("p", 1): "d", ("q", 0): "same"},
        WEAK: {("p", 0): "e"},
    }
    assert shared(drawn[ONE], drawn[TWO]) == {("p", 0): ("a", "c"), ("p", 1): ("b", "d")}, (
        "equal images are no pair"
    )
    answers = [Answer("c", "a", "left"), Answer("b", "d", "neither"), Answer("e", "gone", "left")]
    assert choices(drawn, {one.pair: one for one in answers}) == (Choice((ONE, TWO), (0, 1), 1),)
    assert choices(drawn, {}) == ()


PAIRED = {
    (f"p{prompt}", seed): (f"{prompt} {seed} one", f"{prompt} {seed} two")
    for prompt in range(12)
    for seed in (0, 1)
}


def test_every_prompt_comes_once_before_one_comes_twice() -> None:
    dealt = list(deal(PAIRED, (), seed=3))
    assert len(set(dealt)) == MOST
    assert {prompt for prompt, _ in dealt[:PAIRS]} == {f"p{number}" for number in range(12)}
    assert dealt[:PAIRS] != list(deal(PAIRED, (), seed=4))[:PAIRS]
    rest = deal(PAIRED, {frozenset(PAIRED[key]) for key in dealt[:11]}, seed=4)
    assert next(iter(rest))[0] == dealt[11][0], "the prompt that is still to come, also by another seed"
    assert len(rest) == 13


@given(st.integers(0, 2**53 - 1), st.sets(st.sampled_from(sorted(PAIRED)), max_size=20))
def test_what_was_answered_changes_no_side(seed: int, answered: set[tuple[str, int]]) -> None:
    whole, rest = (deal(PAIRED, {frozenset(PAIRED[key]) for key in done}, seed) for done in ((), answered))
    assert rest.keys() == PAIRED.keys() - answered
    assert all(whole[key] == side for key, side in rest.items())


def test_sides_are_by_chance() -> None:
    """Of 2,400 sides, each is half within four standard deviations."""
    sides = Counter(side for seed in range(100) for side in deal(PAIRED, (), seed).values())
    assert abs(sides["left"] - 1200) < 4 * 600**0.5


def test_what_was_chosen_comes_before_what_it_was_chosen_over() -> None:
    assert in_order("abc", ()) == ["a", "b", "c"]
    assert in_order("abc", {("c", "a")}) == ["c", "a", "b"]
    assert in_order("abc", {("c", "b")}) == ["a", "c", "b"], "nothing was chosen over the first"
    assert in_order("abcd", {("b", "a"), ("d", "b")}) == ["d", "b", "a", "c"]
    circle = {("b", "a"), ("c", "b"), ("a", "c")}
    assert in_order("abc", circle)[0] == "a", "the computed order decides in a circle"
    assert in_order("xabc", {*circle, ("b", "x")})[0] == "a"


@given(st.permutations("abcdef"), st.sets(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef"))))
def test_an_order_has_everything_once_and_what_beats_the_first_was_beaten_by_it(
    computed: list[str], better: set[tuple[str, str]]
) -> None:
    order = in_order(computed, better)
    assert sorted(order) == sorted(computed)
    over, under = {order[0]}, {order[0]}
    for _ in computed:
        over |= {one for one, other in better if other in over}
        under |= {other for one, other in better if one in under}
    assert over <= under, "if by others between them"


def test_the_studio_says_how_often_its_figures_agreed() -> None:
    made = [
        Answer("a", "b", "left", "left"),
        Answer("c", "d", "left", "right"),
        Answer("e", "f", "neither", "left"),
    ]
    assert agreement([*made, Answer("g", "h", "left")]) == Agreement(1, 2)
    said = "So far, the studio’s figures favored the image you chose in 1 of 2 pairs."
    assert agreement(made).sentence == said and agreement(()).sentence == ""
