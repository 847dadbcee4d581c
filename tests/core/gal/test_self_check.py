"""What a round says of itself: whether copies can be told, and whether there is anything to mend."""

from collections.abc import Sequence
from dataclasses import replace

from gal_studio.core.gal.selection import in_style, preferred
from gal_studio.core.gal.self_check import self_check
from gal_studio.core.gal.uncertainty import score_pool
from gal_studio.core.recipe import Recipe
from gal_studio.core.types import CARRIES, CHANCE, Candidate
from tests.core.builders import anchor, candidate

RECIPES = (Recipe.constant(1.0), Recipe.constant(0.4))


def row(order: int, full: Sequence[float], weak: Sequence[float]) -> list[Candidate]:
    """A prompt's pictures with these chances, at full strength and with the weakest recipe."""
    made = [(chance, RECIPES[0]) for chance in full] + [(chance, RECIPES[1]) for chance in weak]
    return [
        replace(candidate(anchor(order), index, 0.4, 0.1), more_scores={CHANCE: chance}, recipe=recipe)
        for index, (chance, recipe) in enumerate(made)
    ]


def said(*rows: list[Candidate]) -> str:
    drawn = [one for each in rows for one in each]
    return self_check(drawn, score_pool([anchor(order) for order in range(len(rows))], drawn))


def test_a_round_that_copies_less_at_less_strength_has_nothing_to_say() -> None:
    assert said(row(0, [0.9, 0.8], [0.1, 0.2]), row(1, [0.9, 0.3], [0.1, 0.1])) == ""


def test_most_prompts_locked_means_that_the_reference_is_not_seen() -> None:
    found = said(row(0, [0.9] * 2, [0.8] * 2), row(1, [0.9] * 2, [0.8] * 2), row(2, [0.9] * 2, [0.1] * 2))
    assert found.startswith("All pictures of 2 of 3 test prompts count as copies")


def test_copies_that_do_not_get_fewer_are_doubted() -> None:
    assert said(row(0, [0.9, 0.1], [0.9, 0.1]), row(1, [0.8, 0.2], [0.8, 0.2])).startswith("As many pictures")


def test_a_round_without_copies_at_full_strength_has_nothing_to_mend() -> None:
    found = said(row(0, [0.1] * 6, [0.1] * 2), row(1, [0.2] * 5 + [0.7], [0.1] * 2))
    assert found == "Nothing to mend: 1 of 12 pictures at full strength copy. Take this round."


def test_nobody_knows_without_chances() -> None:
    assert said([replace(one, more_scores={}) for one in row(0, [0.9], [0.9])]) == ""


def carrying(values: Sequence[float]) -> list[Candidate]:
    return [
        replace(candidate(anchor(0), index, 0.9 - index / 10, 0.1), more_scores={CARRIES: value})
        for index, value in enumerate(values)
    ]


def test_what_carries_enough_comes_first_whatever_is_closer_to_the_prompt() -> None:
    drawn = carrying([0.2, 0.6, 0.7, 0.1])
    assert [one.index for one in preferred(drawn, 0.5)] == [1, 2, 0, 3]


def test_where_none_carries_enough_the_least_is_passed_over() -> None:
    drawn = carrying([0.1, 0.2, 0.3, 0.4])
    assert in_style(drawn, 0.9) == {one.id for one in drawn[1:]}
