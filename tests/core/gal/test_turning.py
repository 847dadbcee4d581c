"""Eq. G15: a prompt's curve of p(copy) along the LoRA's strength."""

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gal_studio.core.gal.turning import (
    SHARPNESS,
    TURNS,
    Observed,
    curves,
    entropies,
    posteriors,
)
from gal_studio.core.gal.uncertainty import entropy

LEVELS = (1.0, 0.85, 0.7, 0.55, 0.4)
PICTURES = st.lists(st.builds(Observed, st.sampled_from(LEVELS), st.floats(0, 1)), max_size=12)


def expected(observed: list[Observed], strengths: tuple[float, ...] = LEVELS) -> numpy.ndarray:
    return posteriors([observed])[0] @ curves(strengths)


@given(st.floats(0, 1))
def test_entropies_are_those_of_eq_g4(rate: float) -> None:
    assert entropies(rate) == pytest.approx(entropy(rate), abs=1e-12)


def test_a_curve_rises_with_the_strength_and_is_one_half_where_it_turns() -> None:
    for place, (turn, sharp) in enumerate((t, v) for t in TURNS for v in SHARPNESS):
        row = curves((turn - sharp, turn, turn + sharp))[place]
        assert row[0] < row[1] < row[2]
        assert row[1] == pytest.approx(0.5)


def test_three_clean_and_two_copies_turn_between_them() -> None:
    seen = [
        Observed(1.0, 1.0),
        Observed(0.85, 1.0),
        Observed(0.7, 0.0),
        Observed(0.55, 0.0),
        Observed(0.4, 0.0),
    ]
    rates = expected(seen)
    assert rates[1] > 0.6 and rates[2] < 0.4
    assert rates[0] > 0.8 and rates[4] < 0.1


@settings(deadline=None, max_examples=40)
@given(PICTURES)
def test_posteriors_are_probabilities_whatever_was_seen(observed: list[Observed]) -> None:
    rows = posteriors([observed, []])
    assert rows.min() >= 0.0
    assert rows.sum(axis=1) == pytest.approx(1.0)


@settings(deadline=None, max_examples=40)
@given(PICTURES, st.randoms(use_true_random=False))
def test_the_order_of_pictures_says_nothing(observed: list[Observed], random) -> None:
    turned = list(observed)
    random.shuffle(turned)
    assert posteriors([turned])[0] == pytest.approx(posteriors([observed])[0], abs=1e-9)


@settings(deadline=None, max_examples=40)
@given(PICTURES, st.sampled_from(LEVELS))
def test_a_further_copy_never_lowers_the_rate_there(observed: list[Observed], strength: float) -> None:
    before, after = (
        expected(seen, (strength,))[0] for seen in (observed, [*observed, Observed(strength, 1.0)])
    )
    assert after >= before - 1e-3  # the pool's prior moves with it


@settings(deadline=None, max_examples=20)
@given(PICTURES, st.sampled_from(LEVELS))
def test_a_picture_of_one_half_says_nothing(observed: list[Observed], strength: float) -> None:
    said = posteriors([[*observed, Observed(strength, 0.5)]])[0]
    assert said == pytest.approx(posteriors([observed])[0], abs=1e-9)


def test_the_pool_is_the_prior_of_a_prompt_without_pictures() -> None:
    late = [Observed(strength, float(strength > 0.6)) for strength in LEVELS]
    pool = posteriors([late] * 12 + [[]])
    alone = posteriors([[]])
    levels = curves((1.0, 0.4))
    assert (pool[-1] @ levels)[0] > (alone[0] @ levels)[0]
    assert (pool[-1] @ levels)[1] < (alone[0] @ levels)[1]
