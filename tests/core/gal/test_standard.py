"""Eq. G6: a suggested picture is no copy, as asked, in the style, and as useful as most prompts' best one."""

from collections.abc import Sequence
from dataclasses import replace
from statistics import median

from hypothesis import given
from hypothesis import strategies as st

from gal_studio.core.gal.policies.registry import find_policy
from gal_studio.core.gal.selection import explain_all, preferred
from gal_studio.core.gal.standard import ASKED_FROM, KEPT_ENOUGH, Standard
from gal_studio.core.gal.uncertainty import score_pool
from gal_studio.core.records.candidate import Candidate
from gal_studio.core.types import ASKED, CARRIES, CHANCE, OBJECT
from tests.core.builders import anchor, candidate, snapshot_of

FULL = 0.8  # what full strength carries
PICTURES = st.tuples(st.sampled_from([0.1, 0.9]), st.floats(0, 1), st.floats(-1, 1.5))
ROUNDS = st.lists(st.lists(PICTURES, min_size=1, max_size=6), min_size=1, max_size=5)


def picture(order: int, index: int, chance: float, asked: float, carries: float) -> Candidate:
    scores = {CHANCE: chance, ASKED: asked, CARRIES: carries}
    return replace(candidate(anchor(order), index, 0.6, 0.3), more_scores=scores, full=FULL)


def drawn_in(rows: Sequence[Sequence[tuple[float, float, float]]]) -> list[Candidate]:
    return [picture(order, index, *one) for order, row in enumerate(rows) for index, one in enumerate(row)]


def test_the_first_lack_of_a_picture_keeps_it_from_being_suggested() -> None:
    copy, other, weak, good = drawn_in(
        [[(0.9, 0.9, 0.8), (0.1, 0.4, 0.8), (0.1, 0.9, 0.4), (0.1, 0.9, 0.6)]],
    )
    assert [Standard().lacks(one) for one in (copy, other, weak, good)] == ["clean", "asked", "carries", ""]
    assert preferred([copy, other, weak, good]) == (good,)
    found = {word: replace(good, more_scores={**good.more_scores, **seen}) for word, seen in {
        "both": {f"{OBJECT}<tiko>": 1.0, f"{OBJECT}<mugo>": 9.0},
        "one": {f"{OBJECT}<tiko>": 0.9, f"{OBJECT}<mugo>": 9.0},
    }.items()}  # fmt: skip
    assert [Standard().lacks(one) for one in found.values()] == ["", "object"]
    assert [(one.missing, one.kept, one.utility) for one in found.values()] == [
        ((), good.kept, good.utility),
        (("<tiko>",), 0.0, 0.0),
    ]


def test_the_most_useful_picture_comes_first_whatever_matches_its_prompt_best() -> None:
    closest = replace(picture(0, 0, 0.4, 0.9, 0.8), similarity_anchor=0.9)
    best = picture(0, 1, 0.1, 0.9, 0.8)
    assert preferred([closest, best], Standard()) == (best, closest)


def test_where_nobody_knows_what_is_asked_or_carried_the_chance_of_a_copy_decides() -> None:
    plain = [replace(one, more_scores={CHANCE: chance}) for one, chance in zip(
        drawn_in([[(0.1, 1.0, 1.0)] * 3]), (0.3, 0.2, 0.6), strict=True)]  # fmt: skip
    assert [one.index for one in preferred(plain, Standard())] == [1, 0]


def test_prompts_whose_best_picture_is_less_useful_than_most_are_not_suggested_and_say_why() -> None:
    rows = [
        [(0.9, 1.0, 1.0), (0.1, 0.9, 0.45), (0.1, 0.9, 0.46)],
        [(0.1, 0.9, 0.8), (0.9, 0.8, 0.8), (0.1, 0.2, 0.7)],
    ]
    drawn = drawn_in(rows)
    scores = score_pool([anchor(0), anchor(1)], drawn)
    made = find_policy("uncertainty").suggest(snapshot_of(drawn, scores))
    assert [one.candidate_id for one in made.suggestions] == ["anchor-1-0"]
    assert "No image to suggest" in explain_all(scores, 3)["anchor-0"]


@given(ROUNDS, ROUNDS)
def test_what_a_picture_should_be_worth_never_falls_from_round_to_round(before: list, after: list) -> None:
    first = Standard.of(drawn_in(before))
    later = Standard.of(drawn_in(after), first)
    assert later.min_utility == max(first.min_utility, Standard.of(drawn_in(after)).min_utility)
    assert Standard.of(drawn_in(after), later) == later


@given(ROUNDS)
def test_whatever_is_suggested_is_clean_as_asked_in_the_style_and_useful(rows: list) -> None:
    drawn = drawn_in(rows)
    anchors = [anchor(order) for order in range(len(rows))]
    made = find_policy("uncertainty").suggest(snapshot_of(drawn, score_pool(anchors, drawn)))
    by_id = {one.id: one for one in drawn}
    best = [max(one.utility for one in drawn if one.anchor_id == each.id) for each in anchors]
    for each in made.suggestions:
        chosen = by_id[each.candidate_id]
        assert not chosen.overfit
        assert (chosen.asked or 0.0) >= ASKED_FROM
        assert (chosen.kept or 0.0) >= KEPT_ENOUGH
        assert chosen.utility >= median(best)
