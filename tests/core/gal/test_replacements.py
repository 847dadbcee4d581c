"""The next best suggestion after one was left out."""

from collections.abc import Collection

from gal_studio.core.gal.policies.uncertainty import UNCERTAINTY
from gal_studio.core.gal.reasons import explain_next_best
from gal_studio.core.gal.selection import SuggestionSet
from tests.core.builders import pool_of, snapshot_of

# similarities to the own prompt grow with the margin: candidate 3 of each anchor is its best
EVEN = (-0.5, -0.25, 0.25, 0.5)
LESS = (-0.25, 0.125, 0.25, 0.5)
SURE = (0.125, 0.25, 0.375, 0.5)


def after(
    *by_anchor: tuple[float, ...],
    rejected: Collection[str] = (),
    accepted_anchors: Collection[str] = (),
    top_k: int = 1,
) -> SuggestionSet:
    _, candidates, scores = pool_of(*by_anchor)
    decided = {"rejected": frozenset(rejected), "accepted_anchors": frozenset(accepted_anchors)}
    return UNCERTAINTY.suggest(snapshot_of(candidates, scores, top_k, **decided))


def pictures(made: SuggestionSet) -> list[str]:
    return [suggestion.candidate_id for suggestion in made.suggestions]


def test_nothing_changes_while_nothing_is_left_out() -> None:
    assert pictures(after(EVEN, LESS)) == ["anchor-0-3"]


def test_the_next_picture_of_the_same_prompt_follows_and_no_copy() -> None:
    made = after(EVEN, LESS, rejected={"anchor-0-3"})
    assert pictures(made) == ["anchor-0-2"]
    assert made.suggestions[0].rank == 1


def test_then_the_next_prompt_follows_and_says_in_whose_place() -> None:
    made = after(EVEN, LESS, rejected={"anchor-0-3", "anchor-0-2"})
    assert pictures(made) == ["anchor-1-3"]
    assert made.suggestions[0].reason == (
        "1 of 4 is a copy: the next most uncertain, in place of “tie”, whose good images you rejected."
    )


def test_two_places_never_get_the_same_prompt_and_rejected_pictures_are_passed_over() -> None:
    rejected = {"anchor-0-3", "anchor-0-2", "anchor-1-3", "anchor-1-2", "anchor-2-3"}
    assert pictures(after(EVEN, EVEN, LESS, LESS, SURE, rejected=rejected, top_k=2)) == [
        "anchor-2-2", "anchor-3-3",
    ]  # fmt: skip


def test_a_place_without_a_replacement_is_dropped() -> None:
    assert pictures(after(EVEN, SURE, rejected={"anchor-0-3", "anchor-0-2"})) == []


def test_a_prompt_that_was_answered_needs_no_other_in_its_place() -> None:
    rejected = {"anchor-0-3", "anchor-0-2"}
    assert pictures(after(EVEN, LESS, rejected=rejected, accepted_anchors={"anchor-0"})) == []
    assert pictures(after(EVEN, LESS, EVEN, rejected=rejected, accepted_anchors={"anchor-2"})) == [
        "anchor-1-3"
    ]


def test_reasons_of_the_next_best() -> None:
    assert explain_next_best(1, 5) == "the best one after the one you rejected."
    assert explain_next_best(2, 5) == "the best one after the 2 you rejected."
    assert explain_next_best(2, 0) == "the last usable image for this prompt."
