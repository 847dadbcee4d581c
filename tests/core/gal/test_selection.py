"""Eq. G5 to G7: ranking, suggestions, and when to stop."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gal_studio.core.gal.policies.registry import find_policy
from gal_studio.core.gal.selection import explain_all, preferred, rank_anchors
from gal_studio.core.gal.uncertainty import score_pool
from gal_studio.core.records.candidate import Candidate
from tests.core.builders import anchor, candidate, candidates_of, margins, pool_of, snapshot_of

# sixteenths are exact in binary, so that equal margins happen as they do in half precision
MARGIN = st.integers(-8, 8).map(lambda value: value / 16)
POOL = st.integers(1, 12).flatmap(
    lambda number: st.lists(st.lists(MARGIN, min_size=number, max_size=number), min_size=1, max_size=8)
)


def propose(candidates, scores, top_k=3):
    return find_policy("uncertainty").suggest(snapshot_of(candidates, scores, top_k))


def best_candidate(candidates, rejected=()):
    return next((one for one in preferred(candidates) if one.id not in rejected), None)


def orders(scores):
    return [score.anchor.order for score in scores]


def test_the_highest_entropy_comes_first():
    _, _, scores = pool_of(margins(1, 10), margins(5, 10), margins(10, 10), margins(3, 10))
    assert orders(rank_anchors(scores))[:3] == [1, 3, 0]


def test_three_and_seven_of_ten_tie_and_the_smaller_mean_margin_wins():
    _, _, scores = pool_of(margins(3, 10, 0.5), margins(7, 10, 0.125))
    assert scores[0].entropy == scores[1].entropy
    assert orders(rank_anchors(scores)) == [1, 0]


def test_equal_margins_are_ordered_as_in_the_pool():
    _, _, scores = pool_of(margins(3, 10), margins(7, 10), margins(3, 10))
    assert orders(rank_anchors(reversed(scores))) == [0, 1, 2]


def test_rates_of_different_numbers_tie_exactly():
    """1 of 3 and 2 of 6 can differ in floating point; exact counts do not."""
    _, _, scores = pool_of(margins(2, 6, 0.5), margins(1, 3, 0.125), margins(6, 9, 0.0625))
    assert orders(rank_anchors(scores)) == [2, 1, 0]


def test_the_picture_is_the_closest_to_its_prompt_among_non_copies():
    tie = anchor(0)
    copy = candidate(tie, 0, 0.5, 0.6)
    good, better = candidate(tie, 1, 0.3, 0.1), candidate(tie, 2, 0.4, 0.39)
    assert best_candidate([copy, good, better]) == better
    assert best_candidate([copy]) is None


def test_equal_candidates_are_taken_in_the_order_of_their_seeds():
    tie = anchor(0)
    twins = [candidate(tie, index, 0.4, 0.1) for index in (4, 2, 7)]
    assert best_candidate(twins).index == 2


def test_a_proposal_by_hand():
    _, candidates, scores = pool_of(
        margins(10, 10), margins(5, 10), margins(0, 10), margins(4, 10), margins(1, 10), margins(8, 10)
    )
    proposal = propose(candidates, scores)
    assert [(made.anchor_id, made.rank) for made in proposal.suggestions] == [
        ("anchor-1", 1),
        ("anchor-3", 2),
        ("anchor-5", 3),
    ]
    assert [made.candidate_id for made in proposal.suggestions] == ["anchor-1-5", "anchor-3-4", "anchor-5-8"]
    assert not proposal.exhausted
    assert proposal.sentence == (
        "4 of the 6 test prompts gave both copies and good images. The 3 most uncertain are suggested."
    )
    assert proposal.suggestions[1].reason == ("2nd most uncertain. 4 of 10 are copies; all others are good.")


def test_fewer_than_k_informative_anchors_are_suggested_and_it_says_so():
    _, candidates, scores = pool_of(margins(5, 10), margins(10, 10), margins(0, 10))
    proposal = propose(candidates, scores)
    assert [made.anchor_id for made in proposal.suggestions] == ["anchor-0"]
    assert proposal.exhausted
    assert proposal.sentence == (
        "Only 1 suggestion this time: no other test prompt gave both copies and good images."
    )


@pytest.mark.parametrize("copies", [[0, 0, 0], [10, 10, 10], [0, 10, 0]])
def test_at_zero_and_one_nothing_is_suggested(copies):
    _, candidates, scores = pool_of(*[margins(number, 10) for number in copies])
    proposal = propose(candidates, scores)
    assert proposal.suggestions == ()
    assert proposal.exhausted
    none, some = "no test prompt gave a copy. ", "every prompt is either all copies or none. "
    assert proposal.sentence.startswith(f"Nothing to suggest: {some if any(copies) else none}Accept any")


def test_an_empty_pool_says_so():
    proposal = propose([], [])
    assert proposal.suggestions == () and proposal.exhausted
    assert proposal.sentence.startswith("Every test prompt has an accepted image")


@settings(max_examples=150)
@given(POOL, st.integers(1, 5), st.randoms(use_true_random=False))
def test_a_permutation_of_candidates_or_anchors_changes_no_decision(rows, top_k, shuffle):
    anchors, candidates, scores = pool_of(*rows)
    first, reasons = propose(candidates, scores, top_k), explain_all(scores, top_k)
    shuffle.shuffle(anchors)
    shuffle.shuffle(candidates)
    mixed = list(score_pool(anchors, candidates))
    shuffle.shuffle(mixed)
    assert propose(candidates, mixed, top_k) == first
    assert explain_all(mixed, top_k) == reasons
    assert rank_anchors(mixed) == rank_anchors(scores)


@settings(max_examples=150)
@given(POOL, st.integers(1, 5))
def test_invariants_of_every_proposal(rows, top_k):
    _, candidates, scores = pool_of(*rows)
    proposal = propose(candidates, scores, top_k)
    by_id = {each.id: each for each in candidates}
    unsure = [score for score in scores if score.entropy > 0]
    assert len(proposal.suggestions) == min(top_k, len(unsure))
    assert proposal.exhausted == (len(unsure) < top_k)
    assert [made.rank for made in proposal.suggestions] == list(range(1, len(proposal.suggestions) + 1))
    suggested = {made.anchor_id for made in proposal.suggestions}
    lowest = min((score.entropy for score in scores if score.anchor.id in suggested), default=0.0)
    assert all(score.entropy <= lowest for score in unsure if score.anchor.id not in suggested)
    for made in proposal.suggestions:
        picture = by_id[made.candidate_id]
        rivals = [each for each in candidates if each.anchor_id == made.anchor_id and not each.overfit]
        assert picture.anchor_id == made.anchor_id and not picture.overfit
        assert picture.similarity_anchor == max(each.similarity_anchor for each in rivals)


@settings(max_examples=100)
@given(POOL, st.integers(1, 5))
def test_every_anchor_has_one_or_two_plain_sentences_and_no_two_suggested_the_same(rows, top_k):
    _, candidates, scores = pool_of(*rows)
    reasons = explain_all(scores, top_k)
    assert reasons.keys() == {score.anchor.id for score in scores}
    for sentence in reasons.values():
        assert re.fullmatch(r"[A-Z0-9][^.]*\.( [A-Z0-9][^.]*\.)?", sentence), sentence
        assert "overfit" not in sentence and "None" not in sentence and "  " not in sentence
    suggested = [made.reason for made in propose(candidates, scores, top_k).suggestions]
    assert len(set(suggested)) == len(suggested)


def blank(made: Candidate) -> Candidate:
    return replace(made, remark="flat")


def test_a_blank_picture_is_neither_copy_nor_success_and_never_suggested():
    """CLIP may find a flat colour most similar to any prompt."""
    one = anchor(0)
    drawn = candidates_of(one, margins(2, 5))
    flat = [blank(candidate(one, 5, 0.9, 0.25)), blank(candidate(one, 6, 0.1, 0.25))]
    assert not any(candidate.overfit for candidate in flat)
    (score,) = score_pool([one], [*flat, *drawn])
    assert score == replace(score_pool([one], drawn)[0], blank=2)
    for policy in ("uncertainty", "random"):
        made = find_policy(policy).suggest(snapshot_of([*flat, *drawn], [score], 1))
        assert made.suggestions[0].candidate_id in {candidate.id for candidate in drawn}
    made = propose([*flat, *drawn], [score])
    assert made.suggestions[0].reason.endswith("2 blank images are not counted.")


def test_an_anchor_with_only_blank_pictures_has_no_score():
    one, other = anchor(0), anchor(1)
    flat = [blank(candidate) for candidate in candidates_of(one, margins(1, 3))]
    assert [score.anchor for score in score_pool([one, other], flat + candidates_of(other, [0.1]))] == [other]
