"""Estimates over references: worked by hand, of the nominal coverage, and nothing below six."""

import numpy
import pytest

from gal_studio.core.estimates import estimate, speaks_for


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
    assert speaks_for(few) == ""
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


def test_over_prompts_every_reference_counts_equally() -> None:
    """Six prompts of one reference at +1 and twelve of another at -1 cancel out."""
    values = {"cat": {str(n): [1.0] for n in range(6)}, "drum": {str(n): [-1.0] for n in range(12)}}
    assert estimate(values, rng()).value == 0.0


def test_there_must_be_values() -> None:
    with pytest.raises(ValueError, match="no values"):
        estimate({}, rng())
