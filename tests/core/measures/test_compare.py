"""Figures of a test set are paired by prompt and seed, and copies gain nothing."""

from dataclasses import replace

import pytest

from gal_studio.core.intervals import is_down, is_up
from gal_studio.core.measures.compare import change, gain, gains, mean
from gal_studio.core.types import ASKED
from tests.core.measures.arms import arm, drawn, picture


def test_what_is_neither_a_copy_nor_blank_is_no_copy() -> None:
    kinds = [picture(0.5), picture(0.5, copy=True), picture(0.5, blank=True)]
    assert [each.figures["no_copy"] for each in kinds] == [1.0, 0.0, 0.0]
    assert [each.copies for each in kinds] == [False, True, False]
    assert [each.figures["clip_t"] for each in kinds] == [0.5, 0.5, None]
    assert [each.figures["clip_i"] for each in kinds] == [0.5, 0.5, None]


@pytest.mark.parametrize(("asked", "recognised"), [(0.5, True), (0.9, True), (0.49, False), (0.0, False)])
def test_a_thing_is_recognised_where_its_prompt_match_is_one_half(asked: float, recognised: bool) -> None:
    """Whatever the margins are: the prompt match of candidates and of the benchmark are one rule."""
    seen = replace(picture(0.7, margin=0.01).candidate, more_scores={ASKED: asked})
    found = replace(picture(0.7), candidate=seen, base=picture(0.3, 0.6, margin=0.5).candidate)
    assert found.recognised is recognised
    assert found.as_asked is recognised
    assert found.figures["as_asked"] == float(recognised)


def test_a_recognised_copy_is_not_as_asked() -> None:
    seen = picture(0.9).candidate
    copy = replace(picture(0.9), candidate=replace(seen, marked_copy=True), base=picture(0.3).candidate)
    assert (copy.recognised, copy.as_asked) == (True, False)


def test_nothing_is_as_asked_or_not_without_a_prompt_match_nor_of_the_base_model() -> None:
    known = replace(picture(0.5), base=picture(0.3).candidate)
    assert known.figures["as_asked"] == 1.0
    for unknown in (replace(known, base=None), known.without([ASKED])):
        assert unknown.figures["as_asked"] is None


def test_a_mean_leaves_out_what_has_no_figure() -> None:
    found = mean(drawn([picture(0.2), picture(0.4), picture(0.9, blank=True)]), "clip_i")
    assert found is not None
    assert (found.value, found.pictures, found.prompts) == (pytest.approx(0.3), 2, 1)
    assert mean({}, "clip_i") is None


def test_a_change_is_paired_by_prompt_and_seed() -> None:
    before = drawn([picture(0.1), picture(0.5), picture(0.3), picture(0.2)] * 3)
    after = drawn([picture(0.2), picture(0.6), picture(0.4), picture(0.3)] * 3)
    found = change(before, after, "clip_i")
    assert found is not None
    assert found.value == pytest.approx(0.1)
    assert is_up(found) and not is_down(found)
    assert found.high - found.low < 1e-9, "every pair differs by the same, however much pictures differ"


def test_what_only_one_of_them_drew_is_not_compared() -> None:
    before = drawn([picture(0.1), picture(0.5)])
    after = {("p0", 0): picture(0.2), ("other", 0): picture(0.9)}
    found = change(before, after, "clip_i")
    assert found is not None
    assert (found.value, found.pictures) == (pytest.approx(0.1), 1)
    assert change(before, {("other", 0): picture(0.9)}, "clip_i") is None


def test_the_utility_of_a_picture_by_hand() -> None:
    base = picture(0.3, margin=0.2).candidate
    good = replace(picture(0.5, carries=0.7), base=base, round_id="r")
    lost = replace(picture(0.5, margin=0.1, carries=0.7), base=base, round_id="r")
    assert (good.utility, lost.utility) == (0.7, 0.0)
    assert replace(picture(0.9, copy=True, carries=1.0), round_id="r").utility == 0.0
    assert replace(picture(0.9, blank=True), round_id="r").utility == 0.0
    assert replace(picture(0.5), round_id="r").utility == 1.0, "what is not known counts as 1"
    assert picture(0.5, carries=0.3).utility == 0.0, "the base model carries nothing of what is learned"


def test_what_a_person_marked_counts() -> None:
    seen = replace(picture(0.5, carries=0.7), round_id="r")
    copy, no_copy = (
        replace(seen, candidate=replace(seen.candidate, marked_copy=marked)) for marked in (True, False)
    )
    assert (copy.utility, no_copy.utility, seen.utility) == (0.0, 0.7, 0.7)
    found = mean(drawn([copy, no_copy, seen, seen]), "no_copy")
    assert found is not None and found.value == 0.75


def test_a_rate_has_an_interval_also_where_no_picture_counts() -> None:
    found = mean(drawn([picture(0.5, copy=True)] * 24), "no_copy")
    assert found is not None and found.low == 0.0 and 0.1 < found.high < 0.2
    fall = change(drawn([picture(0.5)] * 24), drawn([picture(0.5, copy=True)] * 24), "no_copy")
    assert fall is not None and (fall.value, fall.low) == (-1.0, -1.0) and fall.high > -0.8


def test_a_gain_is_the_mean_paired_difference_of_u() -> None:
    base = drawn([picture(0.3, carries=0.1)] * 12)
    first, second = (
        arm("Round 1", [picture(0.5, carries=each)] * 12).part("held_out") for each in (0.5, 0.4)
    )
    found = gain({(key, 0): one for (key, _), one in second.items()}, first)
    assert found is not None and found.value == pytest.approx(0.1) and is_up(found)
    assert gain(first, {}) is None
    assert gains(base, base) == dict.fromkeys(base, 0.0)
