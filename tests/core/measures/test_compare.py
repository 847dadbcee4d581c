"""Figures of a test set are paired by prompt and seed, and copies gain nothing."""

from dataclasses import replace

import pytest

from gal_studio.core.intervals import is_down, is_up
from gal_studio.core.measures.compare import change, gains, lead, mean, mean_gain
from tests.core.measures.arms import drawn, picture, rng


def test_what_is_neither_a_copy_nor_blank_is_no_copy() -> None:
    kinds = [picture(0.5), picture(0.5, copy=True), picture(0.5, blank=True)]
    assert [each.figure("no_copy") for each in kinds] == [1.0, 0.0, 0.0]
    assert [each.copies for each in kinds] == [False, True, False]
    assert [each.figure("clip_t") for each in kinds] == [0.5, 0.5, None]
    assert [each.figure("clip_i") for each in kinds] == [0.5, 0.5, None]


@pytest.mark.parametrize(
    ("margin", "recognised"), [(0.5, True), (0.31, True), (0.29, False), (0.9, True), (0.05, False)]
)
def test_a_thing_is_recognised_from_0_6_of_the_base_models_margin(margin: float, recognised: bool) -> None:
    """The base model's picture is nearer to its prompt than to the reference's by 0.5: 0.3 will do."""
    found = replace(picture(0.7, 0.4, margin=margin), base=picture(0.3, 0.6, margin=0.5).candidate)
    assert found.recognised is recognised
    assert found.as_asked is recognised
    assert found.figure("as_asked") == float(recognised)


def test_a_recognised_copy_is_not_as_asked() -> None:
    seen = picture(0.9).candidate
    copy = replace(picture(0.9), candidate=replace(seen, marked_copy=True), base=picture(0.3).candidate)
    assert (copy.recognised, copy.as_asked) == (True, False)


def test_nothing_is_as_asked_or_not_where_the_base_model_does_not_show_the_thing_itself() -> None:
    for base in (None, picture(0.3, blank=True).candidate, picture(0.3, copy=True).candidate):
        assert replace(picture(0.5), base=base).figure("as_asked") is None


def test_a_mean_leaves_out_what_has_no_figure() -> None:
    found = mean(drawn([picture(0.2), picture(0.4), picture(0.9, blank=True)]), "clip_i", rng)
    assert found is not None
    assert (found.value, found.pictures, found.prompts) == (pytest.approx(0.3), 2, 1)
    assert mean({}, "clip_i", rng) is None


def test_a_change_is_paired_by_prompt_and_seed() -> None:
    before = drawn([picture(0.1), picture(0.5), picture(0.3), picture(0.2)] * 3)
    after = drawn([picture(0.2), picture(0.6), picture(0.4), picture(0.3)] * 3)
    found = change(before, after, "clip_i", rng)
    assert found is not None
    assert found.value == pytest.approx(0.1)
    assert is_up(found) and not is_down(found)
    assert found.high - found.low < 1e-9, "every pair differs by the same, however much pictures differ"


def test_what_only_one_of_them_drew_is_not_compared() -> None:
    before = drawn([picture(0.1), picture(0.5)])
    after = {("p0", 0): picture(0.2), ("other", 0): picture(0.9)}
    found = change(before, after, "clip_i", rng)
    assert found is not None
    assert (found.value, found.pictures) == (pytest.approx(0.1), 1)
    assert change(before, {("other", 0): picture(0.9)}, "clip_i", rng) is None


def test_a_copy_gains_nothing_however_close_to_the_reference_it_is() -> None:
    base = drawn([picture(0.3), picture(0.3), picture(0.3), picture(0.3, blank=True)])
    round_ = drawn([picture(0.5), picture(0.95, copy=True), picture(0.9, blank=True), picture(0.5)])
    assert gains(base, round_) == {("p0", 0): pytest.approx(0.2), ("p0", 1): 0.0, ("p1", 0): 0.0}
    found = mean_gain(base, round_, rng("gain"))
    assert found is not None
    assert found.value == pytest.approx(0.2 / 3)


def test_a_picture_in_which_the_thing_is_lost_gains_nothing() -> None:
    base = drawn([picture(0.3)] * 2)
    lost, kept = (replace(picture(0.9, margin=m), base=picture(0.3).candidate) for m in (0.1, 0.2))
    assert gains(base, drawn([lost, kept])) == {("p0", 0): 0.0, ("p0", 1): pytest.approx(0.6)}


def test_the_lead_of_a_round_is_the_mean_difference_of_gains() -> None:
    base = drawn([picture(0.3)] * 12)
    first, second = drawn([picture(0.5)] * 12), drawn([picture(0.4)] * 12)
    found = lead((base, first, second), rng("lead"))
    assert found is not None
    assert found.value == pytest.approx(0.1)
    assert is_up(found)
    assert lead((base, first, {}), rng("lead")) is None
