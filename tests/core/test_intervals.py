import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gal_studio.core.intervals import (
    bootstrap_interval,
    is_down,
    is_up,
    outcome,
    paired_difference,
    wilson_interval,
)


def rng(seed=0):
    return numpy.random.default_rng(seed)


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


def test_the_bootstrap_averages_pictures_and_counts_them():
    result = bootstrap_interval({"a": [0.0, 1.0, 2.0], "b": [5.0]}, rng())
    assert (result.value, result.pictures, result.prompts) == (2.0, 4, 2)
    assert result.low == pytest.approx(1.0) and result.high == pytest.approx(5.0)


def test_the_bootstrap_resamples_whole_prompts():
    """Agreeing pictures of one prompt are not independent: the interval stays wide."""
    single = bootstrap_interval({str(n): [float(n % 2)] for n in range(20)}, rng())
    doubled = bootstrap_interval({str(n): [float(n % 2)] * 50 for n in range(20)}, rng())
    assert doubled.high - doubled.low == pytest.approx(single.high - single.low)


def test_the_bootstrap_has_about_the_nominal_coverage():
    hits = 0
    for trial in range(200):
        draws = rng(trial).normal(size=40)
        result = bootstrap_interval({str(n): [value] for n, value in enumerate(draws)}, rng(trial + 1), 400)
        hits += result.low <= 0.0 <= result.high
    assert 0.88 <= hits / 200 <= 0.99


def test_one_prompt_or_none():
    assert bootstrap_interval({"a": [0.25]}, rng()).low == 0.25
    with pytest.raises(ValueError, match="no values"):
        bootstrap_interval({"a": []}, rng())


def test_a_paired_difference_cancels_what_the_pairs_share():
    before = {(f"p{n}", seed): float(n) + seed for n in range(10) for seed in (0, 1)}
    after = {key: value + 0.5 for key, value in before.items()}
    result = paired_difference(before, after, rng())
    assert (result.value, result.low, result.high) == pytest.approx((0.5, 0.5, 0.5))
    assert (result.pictures, result.prompts) == (20, 10)


def test_pairs_must_match():
    with pytest.raises(ValueError, match="cannot be paired"):
        paired_difference({("a", 0): 1.0}, {("a", 1): 1.0}, rng())


@pytest.mark.parametrize(
    ("difference", "is_clear", "sense", "says"),
    [(0.2, False, 1, "unclear"), (0.2, True, 1, "better"), (0.2, True, -1, "worse"),
     (-0.2, True, -1, "better"), (0.2, True, 0, "more"), (-0.2, True, 0, "less")],
)  # fmt: skip
def test_what_a_difference_says(difference: float, is_clear: bool, sense: int, says: str) -> None:
    assert outcome(difference, is_clear, sense) == says


def test_fewer_than_six_prompts_make_nothing_clear():
    def agreeing(prompts: int, value: float):
        return bootstrap_interval({str(n): [value] for n in range(prompts)}, rng())

    assert is_up(agreeing(6, 0.1)) and is_down(agreeing(6, -0.1))
    assert not is_up(agreeing(5, 0.1)) and not is_down(agreeing(5, -0.1))
    assert not is_up(None) and not is_down(None)
