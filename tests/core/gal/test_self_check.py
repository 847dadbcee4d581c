"""What a round says of itself: whether copies can be told, and whether there is anything to mend."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from gal_studio.core.gal.policies.registry import find_policy
from gal_studio.core.gal.self_check import SelfCheck, as_heard, self_check
from gal_studio.core.gal.uncertainty import score_pool
from gal_studio.core.recipe import AS_TRAINED, Recipe
from gal_studio.core.types import CARRIES, CHANCE, SHOWN, SUBJECT, Candidate
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
    assert found.startswith("All pictures of 2 of 3 test prompts count as copies")


def test_copies_that_do_not_get_fewer_are_doubted() -> None:
    assert said(row(0, [0.9, 0.1], [0.9, 0.1]), row(1, [0.8, 0.2], [0.8, 0.2])).startswith("As many pictures")


def seen(one: Candidate, by_prompts: bool, by_picture: bool) -> Candidate:
    """The same picture with what each detector alone says of it."""
    to_anchor = 0.0 if by_prompts else 0.4
    more = {**one.more_scores, SHOWN: 1.0 if by_picture else 0.0}
    return replace(one, similarity_anchor=to_anchor, similarity_reference=0.1, more_scores=more)


def test_where_one_detector_locks_most_prompts_the_other_decides_and_it_says_so() -> None:
    rows = [row(order, [0.9] * 2, [0.9] * 2) for order in range(3)]
    blind = [[seen(one, place < 2, True) for place, one in enumerate(each)] for each in rows]
    found = check(*blind)
    assert found.heard == "prompts" and not found.mended
    assert found.sentence == (
        "The vision model cannot tell this reference from its style (all pictures of 3 of 3 test prompts "
        "count as copies), so the prompts alone decide what is a copy."
    )
    judged = as_heard([one for each in blind for one in each])
    assert [one.overfit_by for one in judged] == ["prompts", "prompts", "", ""] * 3
    assert self_check(judged) == found, "it does not depend on who was heard before"

    deaf = [[seen(one, True, place < 2) for place, one in enumerate(each)] for each in rows]
    found = check(*deaf)
    assert found.heard == "pictures" and found.sentence.startswith("The prompts cannot tell")
    judged = as_heard([one for each in deaf for one in each])
    assert [one.overfit_by for one in judged] == ["pictures", "pictures", "", ""] * 3


def test_a_person_s_marks_count_whoever_is_heard() -> None:
    rows = [row(order, [0.9] * 2, [0.9] * 2) for order in range(3)]
    blind = [seen(one, place < 2, True) for each in rows for place, one in enumerate(each)]
    marked = [
        replace(blind[0], marked_copy=False),
        *blind[1:3],
        replace(blind[3], marked_copy=True),
        *blind[4:],
    ]
    judged = as_heard(marked)
    assert {one.heard for one in judged} == {"prompts"}
    assert [one.overfit_by for one in judged[:4]] == ["", "prompts", "", "person"]


def test_where_both_are_blind_or_all_recipes_are_the_same_a_person_is_asked() -> None:
    rows = [row(order, [0.9] * 2, [0.9] * 2) for order in range(3)]
    both = [[seen(one, True, True) for one in each] for each in rows]
    assert check(*both).heard is None and check(*both).sentence.endswith("mark some that are none.")
    silent = [[seen(one, False, True) for one in each] for each in rows]
    assert check(*silent).heard is None, "who never says copy sees nothing"
    full = [row(order, [0.9] * 4, []) for order in range(3)]
    alike = [[seen(one, place < 2, True) for place, one in enumerate(each)] for each in full]
    assert check(*alike).heard is None and check(*alike).sentence.endswith("mark some that are none.")


def test_a_round_without_copies_at_full_strength_has_nothing_to_mend() -> None:
    found = check(row(0, [0.1] * 6, [0.1] * 2), row(1, [0.2] * 5 + [0.7], [0.1] * 2))
    assert found == SelfCheck(
        "Nothing to mend: 1 of 12 pictures at full strength copy. No further round is needed; this one draws "
        "best with LoRA × 0.4.",
        mended=True,
    )
    assert said(row(0, [0.1] * 6, [0.1] * 2)) == (
        "Nothing to mend: 0 of 6 pictures at full strength copy. No further round is needed."
    )
    rows = [*row(0, [0.1] * 6, [0.1] * 2), *row(1, [0.2] * 5 + [0.7], [0.1] * 2)]
    assert self_check(rows, is_full=True).sentence.endswith("copy. No further round is needed.")
    later = self_check(row(0, [0.1] * 6, [0.1] * 2), number=2)
    assert later.mended and later.sentence.endswith(
        "at full strength copy. Results says which round to take."
    )


def test_round_zero_without_copies_says_how_much_it_carries() -> None:
    rest = "Accept what a round is to learn, or use this one without training."
    assert self_check(row(0, [0.1] * 6, []), number=0).sentence == (
        f"0 of 6 pictures at full strength copy. {rest}"
    )
    full = [one for one in carrying(0.3) if one.recipe == AS_TRAINED]
    assert self_check(full, number=0).sentence == (
        "0 of 8 pictures at full strength copy, and half of them carry at most 29 % of your references. "
        f"{rest}"
    )


@pytest.mark.parametrize(
    ("scores", "said"),
    [
        ({SUBJECT: 0.1}, "4 of 4 do not show the object"),
        ({CARRIES: -0.1}, "most carry no more of it than the base"),
    ],
)
def test_a_round_that_lost_what_it_should_carry_is_not_taken(scores: dict[str, float], said: str) -> None:
    full = row(0, [0.1] * 4, [])
    lost = [replace(one, more_scores={**one.more_scores, **scores}) for one in full]
    found = self_check(lost, number=2)
    assert found.mended and found.sentence.startswith(f"0 of 4 pictures at full strength copy, but {said}")
    assert found.sentence.endswith(": it has lost what the rounds before carry: go back.")
    assert self_check(lost).sentence.endswith(": train longer.")
    assert self_check(lost, number=0).sentence.endswith(": raise the reference strength, or train a round.")
    half = [*lost[:2], *full[2:]]
    assert self_check(half).sentence.startswith("Nothing to mend: 0 of 4")


def carrying(carries: float, chance: float = 0.1, prompts: int = 8) -> list[Candidate]:
    """A picture at full strength and one of the weakest recipe for each prompt."""
    rows = [row(order, [chance], [chance]) for order in range(prompts)]
    return [
        replace(one, more_scores={**one.more_scores, CARRIES: carries + 0.01 * (one.index - place % 3)})
        for place, each in enumerate(rows)
        for one in each
    ]


def test_a_later_round_that_carries_less_than_the_first_one_has_lost_it() -> None:
    found = self_check(carrying(0.5), number=2, first=carrying(0.8))
    assert found.lost == "those drawn alike carry 30 points less of it than the first round’s"
    assert found.sentence == (
        "0 of 8 pictures at full strength copy, but those drawn alike carry 30 points less of it than the "
        "first round’s: it has lost what the rounds before carry: go back."
    )
    assert self_check(carrying(0.75), number=2, first=carrying(0.8)).lost == "", "that little is no loss"
    assert self_check(carrying(0.5), number=2, first=carrying(0.8, chance=0.9)).lost == "", "copies carry all"


def test_the_first_round_chooses_who_decides_in_all_later_ones() -> None:
    rows = [row(order, [0.9] * 2, [0.9] * 2) for order in range(3)]
    blind = [seen(one, place < 2, True) for each in rows for place, one in enumerate(each)]
    plain = [one for order in range(3) for one in row(order, [0.9, 0.8], [0.1, 0.2])]
    assert {one.heard for one in as_heard(plain, blind)} == {"prompts"}
    assert {one.heard for one in as_heard(blind, plain)} == {None}
    assert self_check(as_heard(blind, plain), 2, plain).sentence.endswith("mark some that are none.")


@pytest.mark.parametrize("name", ["uncertainty", "margin"])
def test_where_nothing_is_to_mend_nothing_is_suggested_and_the_run_ends(name: str) -> None:
    rows = [row(0, [0.1] * 6, [0.1] * 2), row(1, [0.2] * 5 + [0.7], [0.1] * 2)]
    drawn = [one for each in rows for one in each]
    scores = score_pool([anchor(0), anchor(1)], drawn)
    made = find_policy(name).suggest(snapshot_of(drawn, scores))
    assert made.suggestions == () and made.exhausted and made.ends
    assert made.sentence == (
        "Nothing to mend: 1 of 12 pictures at full strength copy. No further round is needed; this one draws "
        "best with LoRA × 0.4. You can still accept what you like."
    )
    marked = [replace(one, marked_copy=True) if one.anchor_id == "anchor-1" else one for one in drawn]
    marked[-1] = replace(marked[-1], marked_copy=None)
    again = find_policy(name).suggest(snapshot_of(marked, score_pool([anchor(0), anchor(1)], marked)))
    assert again.suggestions and not again.ends, "a person sees copies"


def test_nobody_knows_without_chances() -> None:
    assert said([replace(one, more_scores={}) for one in row(0, [0.9], [0.9])]) == ""
