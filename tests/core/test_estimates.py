"""Estimates over references: worked by hand, of the nominal coverage, and nothing below six."""

import itertools

import numpy
import pytest
from scipy import stats

from gal_studio.core.estimates import estimate, holm, sign_flip_p, speaks_for


def rng(seed: int = 0) -> numpy.random.Generator:
    return numpy.random.default_rng(seed)


def one_prompt(*values: float) -> dict[str, dict[str, list[float]]]:
    return {f"reference {place}": {"a prompt": [value]} for place, value in enumerate(values)}


def test_the_mean_is_over_references_of_prompts_of_pictures() -> None:
    found = estimate({"cat": {"a": [0.0, 1.0], "b": [1.0]}, "drum": {"a": [3.0]}}, rng())
    assert found.value == pytest.approx(((0.5 + 1.0) / 2 + 3.0) / 2)
    assert (found.references, found.prompts, found.pictures) == (2, 3, 4)


def test_nothing_is_said_below_six_references_and_six_prompts() -> None:
    few = {"cat": {str(n): [float(n)] for n in range(5)}, "drum": {str(n): [float(n)] for n in range(9)}}
    assert speaks_for(few) == "" and sign_flip_p(few, rng()) is None
    assert (estimate(few, rng()).low, estimate(few, rng()).over) == (None, "")
    enough = {"cat": {str(n): [float(n)] for n in range(6)}}
    assert speaks_for(enough) == "prompts" and estimate(enough, rng()).low is not None
    assert speaks_for(one_prompt(*range(6))) == "references"
    assert speaks_for(one_prompt(*range(5))) == ""


def test_references_are_resampled_from_six_on() -> None:
    """Prompts that agree within a reference do not make an interval narrow."""
    values = {str(n): {str(m): [float(n % 2)] for m in range(30)} for n in range(6)}
    found = estimate(values, rng())
    assert found.low is not None and found.high is not None and found.high - found.low > 0.5
    fewer = {name: values[name] for name in list(values)[:5]}
    assert estimate(fewer, rng()).low == estimate(fewer, rng()).high == pytest.approx(0.4)


def test_the_bootstrap_over_references_has_about_the_nominal_coverage() -> None:
    hits = 0
    for trial in range(100):
        draws = rng(trial)
        values = {
            str(n): {str(m): [float(centre + draws.normal())] for m in range(6)}
            for n, centre in enumerate(draws.normal(size=15))
        }
        found = estimate(values, rng(trial + 1))
        assert found.low is not None and found.high is not None
        hits += found.low <= 0.0 <= found.high
    assert 88 <= hits <= 100


def test_the_sign_flip_test_is_exact_for_few_units() -> None:
    """Six that agree: 2 of the 64 ways are as far from 0."""
    assert sign_flip_p(one_prompt(1, 2, 3, 4, 5, 6), rng()) == pytest.approx(2 / 64)
    values = (0.3, -0.1, 0.8, 0.2, -0.4, 0.9, 0.5)
    sums = [abs(sum(s * v for s, v in zip(signs, values, strict=True)))
            for signs in itertools.product((-1, 1), repeat=7)]  # fmt: skip
    expected = sum(one >= abs(sum(values)) - 1e-12 for one in sums) / len(sums)
    assert sign_flip_p(one_prompt(*values), rng()) == pytest.approx(expected)
    assert sign_flip_p(one_prompt(*[0.0] * 8), rng()) == 1.0


def test_the_sign_flip_test_of_many_units_is_that_of_scipy() -> None:
    values = rng(3).normal(0.25, 1.0, size=40)
    known = stats.permutation_test(
        (values,), numpy.mean, permutation_type="samples", n_resamples=20000, rng=rng(1)
    )
    assert sign_flip_p(one_prompt(*values), rng(2)) == pytest.approx(known.pvalue, abs=0.015)


def test_over_prompts_every_reference_counts_equally() -> None:
    """Six prompts of one reference at +1 and twelve of another at -1 cancel out."""
    values = {"cat": {str(n): [1.0] for n in range(6)}, "drum": {str(n): [-1.0] for n in range(12)}}
    assert estimate(values, rng()).value == 0.0
    assert sign_flip_p(values, rng()) == 1.0


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.5, 0.9]) == pytest.approx([1.0, 1.0])
    assert holm([]) == []


def test_there_must_be_values() -> None:
    with pytest.raises(ValueError, match="no values"):
        estimate({}, rng())
