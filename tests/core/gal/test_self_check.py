"""What a round says of itself: whether copies can be told, and whether there is anything to mend."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from gal_studio.core.gal.policies.registry import find_policy
from gal_studio.core.gal.self_check import SelfCheck, self_check
from gal_studio.core.gal.uncertainty import score_pool
from gal_studio.core.recipe import Recipe
from gal_studio.core.records.candidate import Candidate
from gal_studio.core.types import CARRIES, CHANCE, SHOWN
from tests.core.builders import anchor, candidate, snapshot_of

RECIPES = (Recipe.constant(1.0), Recipe.constant(0.4))


def row(order: int, full: Sequence[float], weak: Sequence[float]) -> list[Candidate]:
    """A prompt's pictures with these chances, at full strength and with the weakest recipe."""
    made = [(chance, RECIPES[0]) for chance in full] + [(chance, RECIPES[1]) for chance in weak]
    return [
        replace(candidate(anchor(order), index, 0.4, 0.1), more_scores={CHANCE: chance}, recipe=recipe)
        for index, (chance, recipe) in enumerate(made)
    ]


def check(*rows: list[Candidate]) -> SelfCheck:
    return self_check([one for each in rows for one in each])


def said(*rows: list[Candidate]) -> str:
    return check(*rows).sentence


def test_a_round_that_copies_less_at_less_strength_has_nothing_to_say() -> None:
    assert said(row(0, [0.9, 0.8], [0.1, 0.2]), row(1, [0.9, 0.3], [0.1, 0.1])) == ""


def test_most_prompts_locked_means_that_the_reference_is_not_seen() -> None:
    found = said(row(0, [0.9] * 2, [0.8] * 2), row(1, [0.9] * 2, [0.8] * 2), row(2, [0.9] * 2, [0.1] * 2))
    assert found.startswith("All images of 2 of 3 test prompts count as copies")


def test_copies_that_do_not_get_fewer_are_doubted() -> None:
    assert said(row(0, [0.9, 0.1], [0.9, 0.1]), row(1, [0.8, 0.2], [0.8, 0.2])).startswith("As many images")


def test_where_copies_cannot_be_told_a_person_is_asked_whatever_one_detector_alone_would_say() -> None:
    rows = [row(order, [0.9] * 2, [0.9] * 2) for order in range(3)]
    seen = [replace(one, more_scores={**one.more_scores, SHOWN: 0.0}) for each in rows for one in each]
    found = self_check(seen)
    assert not found.is_final and found.sentence.endswith("press L on those that are not copies.")


DRAWN = (row(0, [0.1] * 6, [0.1] * 3), row(1, [0.2] * 5 + [0.7], [0.1] * 3))
"""A round of which a picture at full strength of twelve is a copy."""


def held_out(copies: int = 0, prompts: int = 12, pictures: int = 2, **scores: float) -> list[Candidate]:
    """Benchmark pictures, the first ones copies."""
    made = [one for place in range(prompts) for one in row(place, [0.1] * pictures, [])]
    return [
        replace(one, more_scores={CHANCE: 0.9 if place < copies else 0.1, **scores})
        for place, one in enumerate(made)
    ]


def measured(number: int = 1, is_full: bool = False, of: Sequence[Candidate] = ()) -> SelfCheck:
    drawn = [one for each in DRAWN for one in each]
    return self_check(drawn, number, is_full=is_full, held_out=of)


def test_a_round_whose_benchmark_has_no_copies_has_nothing_to_mend() -> None:
    assert measured(of=held_out()) == SelfCheck(
        "No further round needed: none of 24 benchmark images are copies. Best setting for this one: "
        "LoRA strength 0.4.",
        is_final=True,
    )
    assert measured(is_full=True, of=held_out()).sentence.endswith(
        "needed: none of 24 benchmark images are copies."
    )
    assert measured(2, of=held_out()).sentence.endswith(
        "See Results for the best round. Best setting for this one: LoRA strength 0.4."
    )


@pytest.mark.parametrize(
    "of",
    [
        (),  # not measured
        held_out(prompts=6),
        held_out(pictures=1),  # none of 12 may be 18 %
        held_out(copies=1),
        held_out(copies=3, prompts=20),
        held_out(**{CARRIES: -0.1}),  # it has learned nothing yet
    ],
)
def test_without_enough_of_a_benchmark_nobody_knows_whether_there_is_anything_to_mend(
    of: Sequence[Candidate],
) -> None:
    assert measured(of=of) == SelfCheck()


def test_a_mark_of_a_person_enters_the_benchmark() -> None:
    marked = held_out(copies=1)
    assert measured(of=[replace(marked[0], marked_copy=False), *marked[1:]]).is_final
    assert not measured(of=[replace(one, marked_copy=True) for one in held_out()]).is_final


def test_many_pictures_allow_a_few_copies() -> None:
    assert measured(of=held_out(copies=2, prompts=40)).is_final


def test_round_zero_without_copies_says_how_much_it_carries() -> None:
    rest = "Accept images to train on, or use Round 0 as it is."
    assert measured(0, of=held_out()).sentence == f"None of 24 benchmark images are copies. {rest}"
    assert measured(0, of=held_out(**{CARRIES: 0.29})).sentence == (
        "None of 24 benchmark images are copies; half of them show less than half of your references’ look. "
        f"{rest}"
    )


def test_where_nothing_is_to_mend_nothing_is_suggested_and_the_run_ends() -> None:
    drawn = [one for each in DRAWN for one in each]
    scores = score_pool([anchor(0), anchor(1)], drawn)
    made = find_policy("uncertainty").suggest(snapshot_of(drawn, scores, held_out=tuple(held_out())))
    assert made.suggestions == () and made.exhausted and made.ends
    assert made.sentence == (
        "No further round needed: none of 24 benchmark images are copies. Best setting for this one: "
        "LoRA strength 0.4. You can still accept any images you like."
    )
    assert not find_policy("uncertainty").suggest(snapshot_of(drawn, scores)).ends, (
        "without a benchmark it goes on"
    )


def test_nobody_knows_without_chances() -> None:
    assert said([replace(one, more_scores={}) for one in row(0, [0.9], [0.9])]) == ""
