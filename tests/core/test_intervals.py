"""Intervals hold what they promise, and what is called clear is hardly chance."""

from functools import cache
from itertools import product
from math import comb, exp, lgamma

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gal_studio.core.intervals import (
    Interval,
    difference_from_zero,
    flip_p,
    is_down,
    is_up,
    mean_interval,
    outcome,
    paired_difference,
    rate_below,
    rate_interval,
    wilson_interval,
)

PROMPTS, TRIALS = 12, 4000
RATES = (0.05, 0.1, 0.3, 0.5, 0.7, 0.9, 0.95)


def test_wilson_by_hand():
    """5 of 10 with z = 1.96: 0.5 ± 0.2634 (Wilson 1927; Newcombe 1998)."""
    assert wilson_interval(5, 10) == pytest.approx((0.236593, 0.763407), abs=1e-6)
    assert wilson_interval(0, 10) == pytest.approx((0.0, 0.277533), abs=1e-6)
    assert wilson_interval(0, 0) == (0.0, 1.0)


@given(st.integers(1, 500), st.data())
def test_wilson_contains_the_rate_and_is_symmetric(number, data):
    successes = data.draw(st.integers(0, number))
    low, high = wilson_interval(successes, number)
    assert 0.0 <= low <= successes / number <= high <= 1.0
    assert wilson_interval(number - successes, number) == pytest.approx((1 - high, 1 - low))


@given(st.integers(0, 10))
def test_more_candidates_narrow_the_interval_of_an_overfit_rate(copies):
    few, many = wilson_interval(copies, 10), wilson_interval(copies * 10, 100)
    assert many[1] - many[0] < few[1] - few[0]


def test_wilson_refuses_invalid_counts():
    with pytest.raises(ValueError, match="11 of 10"):
        wilson_interval(11, 10)


def by_prompt(values):
    return {str(place): list(row) for place, row in enumerate(values)}


@cache
def rate_of(none: int, one: int, both: int) -> Interval:
    """The interval of so many prompts of which none, one or both of two pictures have the flag."""
    return rate_interval(by_prompt([(0, 0)] * none + [(0, 1)] * one + [(1, 1)] * both))


def chances(rate: float, alike: float) -> list[float]:
    """How probable it is that 0, 1 and 2 pictures of a prompt have the flag, of prompts of equal rate or with
    rates from a beta distribution of this intraclass correlation."""
    if alike == 0:
        return [comb(2, found) * rate**found * (1 - rate) ** (2 - found) for found in range(3)]
    a, b = (share * (1 - alike) / alike for share in (rate, 1 - rate))
    logs = [
        lgamma(a + found) + lgamma(b + 2 - found) - lgamma(a + b + 2) - lgamma(a) - lgamma(b) + lgamma(a + b)
        for found in range(3)
    ]
    return [comb(2, found) * exp(log) for found, log in enumerate(logs)]


@pytest.mark.parametrize(("rate", "alike"), [*product(RATES, (0.0, 0.3))])
def test_intervals_of_rates_hold_of_12_prompts_with_two_pictures(rate, alike):
    """The coverage itself, without a simulation: the sum over all that can be counted."""
    chance, covered = chances(rate, alike), 0.0
    for none in range(PROMPTS + 1):
        for one in range(PROMPTS + 1 - none):
            both = PROMPTS - none - one
            ways = comb(PROMPTS, none) * comb(PROMPTS - none, one)
            found = rate_of(none, one, both)
            if found.low <= rate <= found.high:
                covered += ways * chance[0] ** none * chance[1] ** one * chance[2] ** both
    assert 0.93 <= round(covered, 2) <= 0.97


def test_no_picture_of_24_is_not_certainly_none():
    none = rate_interval(by_prompt([(0, 0)] * 12))
    assert (none.value, none.low, none.high) == pytest.approx((0.0, 0.0, 0.138), abs=1e-3)
    every = rate_interval(by_prompt([(1, 1)] * 12))
    assert (every.low, every.high) == pytest.approx((0.862, 1.0), abs=1e-3)
    assert rate_below(by_prompt([(0, 0)] * 12)) == pytest.approx(0.101, abs=1e-3)
    assert rate_below(by_prompt([(0,)] * 12)) > 0.18


def test_pictures_of_one_prompt_that_agree_say_little_more_than_one():
    apart = rate_interval(by_prompt([(0, 1)] * 12))
    alike = rate_interval(by_prompt([(0, 0), (1, 1)] * 6))
    single = rate_interval(by_prompt([(0,), (1,)] * 6))
    assert apart.high - apart.low < alike.high - alike.low <= single.high - single.low + 1e-9
    assert (alike.pictures, alike.prompts) == (24, 12)


@pytest.mark.parametrize("skewed", [False, True])
def test_intervals_of_means_hold(skewed):
    rng, covered = numpy.random.default_rng(0), 0
    for _ in range(TRIALS // 4):
        prompts = rng.beta(2, 3, (PROMPTS, 1)) - 0.4 if skewed else rng.normal(0, 1, (PROMPTS, 1))
        found = mean_interval(by_prompt(prompts + rng.normal(0, 0.3, (PROMPTS, 2))))
        covered += found.low <= 0.0 <= found.high
    assert 0.93 <= round(covered / (TRIALS // 4), 2) <= 0.97


@pytest.mark.parametrize(("before", "after"), [(0.1, 0.1), (0.3, 0.5), (0.5, 0.95), (0.9, 0.95)])
def test_intervals_of_differences_of_rates_hold(before, after):
    """They may be too wide where nearly nothing changes, and never say more than is known."""
    rng, covered = numpy.random.default_rng(1), 0
    for _ in range(TRIALS // 4):
        change = (rng.random((PROMPTS, 2)) < after) * 1.0 - (rng.random((PROMPTS, 2)) < before)
        found = difference_from_zero(by_prompt(change), of_rates=True)
        covered += found.low <= after - before <= found.high
    assert round(covered / (TRIALS // 4), 2) >= 0.93


def test_that_all_change_alike_is_no_certainty():
    found = difference_from_zero(by_prompt([(-1, -1)] * 12), of_rates=True)
    assert (found.value, found.low) == (-1.0, -1.0) and found.high > -0.8 and is_down(found)


def test_a_mean_weighs_pictures_alike_and_its_interval_is_of_prompts():
    found = mean_interval({"a": [0.0, 1.0, 2.0], "b": [5.0], "c": []})
    assert (found.value, found.pictures, found.prompts) == (2.0, 4, 2)
    single = mean_interval({str(place): [float(place % 2)] for place in range(20)})
    doubled = mean_interval({str(place): [float(place % 2)] * 50 for place in range(20)})
    assert doubled.high - doubled.low == pytest.approx(single.high - single.low)


def test_the_t_interval_by_hand():
    """0, 1 and 2 have the standard error 1 / sqrt(3), and t of two degrees of freedom is 4.3027."""
    found = mean_interval({"a": [0.0], "b": [1.0], "c": [2.0]})
    assert (found.low, found.high) == pytest.approx((1 - 4.3027 / 3**0.5, 1 + 4.3027 / 3**0.5), abs=1e-4)
    twelve = mean_interval(by_prompt([(0.0,), (2.0,)] * 6))
    assert (twelve.high - 1) / (1 / 11**0.5) == pytest.approx(2.201, abs=2e-3)


def test_one_prompt_or_none():
    assert mean_interval({"a": [0.25]}).low == 0.25
    assert rate_interval({"a": [0.0, 0.0]}).high > 0.7
    with pytest.raises(ValueError, match="no values"):
        mean_interval({"a": []})


def test_a_paired_difference_cancels_what_the_pairs_share():
    before = {(f"p{n}", seed): float(n) + seed for n in range(10) for seed in (0, 1)}
    after = {key: value + 0.5 for key, value in before.items()}
    result = paired_difference(before, after)
    assert (result.value, result.low, result.high) == pytest.approx((0.5, 0.5, 0.5))
    assert (result.pictures, result.prompts, result.p) == (20, 10, 2 / 2**10)


def test_pairs_must_match():
    with pytest.raises(ValueError, match="cannot be paired"):
        paired_difference({("a", 0): 1.0}, {("a", 1): 1.0})


@pytest.mark.parametrize(
    ("difference", "is_clear", "sense", "says"),
    [(0.2, False, 1, "unclear"), (0.2, True, 1, "better"), (0.2, True, -1, "worse"),
     (-0.2, True, -1, "better"), (0.2, True, 0, "more"), (-0.2, True, 0, "less")],
)  # fmt: skip
def test_what_a_difference_says(difference: float, is_clear: bool, sense: int, says: str) -> None:
    assert outcome(difference, is_clear, sense) == says


def test_fewer_than_six_prompts_make_nothing_clear():
    def agreeing(prompts: int, value: float):
        return difference_from_zero({str(n): [value] for n in range(prompts)})

    assert is_up(agreeing(6, 0.1)) and is_down(agreeing(6, -0.1))
    assert not is_up(agreeing(5, 0.1)) and not is_down(agreeing(5, -0.1))
    assert not is_up(None) and not is_down(None)


def test_signs_are_flipped_by_hand():
    assert flip_p(numpy.array([1.0, 2.0])) == 0.5, "3 and -3 of 3, 1, -1, -3"
    assert flip_p(numpy.zeros(4)) == 1.0
    assert flip_p(numpy.ones(13)) == pytest.approx(1e-4, abs=5e-4), "one of 9999 ways at least"


def test_clear_is_said_by_chance_once_in_twenty_at_most():
    rng, clear = numpy.random.default_rng(2), 0
    for _ in range(TRIALS // 10):
        clear += difference_from_zero(by_prompt(rng.normal(0, 1, (8, 2)))).is_clear
    assert clear / (TRIALS // 10) <= 0.075
