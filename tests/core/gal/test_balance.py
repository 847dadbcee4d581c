"""Eq. G8, and the expected draws of Eq. G9."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gal_studio.core.gal.balance import effective_draws, example_weight, mean_entropy
from gal_studio.core.types import TrainingExample
from tests.core.builders import margins, pool_of


def test_the_mean_entropy_is_over_the_whole_pool():
    _, _, scores = pool_of(margins(5, 10), margins(0, 10), margins(10, 10), margins(5, 10))
    assert mean_entropy(scores) == pytest.approx(math.log(2) / 2)
    assert mean_entropy([]) == 0.0


@pytest.mark.parametrize(("balance_lambda", "weight"), [(0.005, 0.002), (1.0, 0.4), (0.0, 0.0)])
def test_the_weight_by_hand(balance_lambda, weight):
    assert example_weight(True, balance_lambda, 0.4) == pytest.approx(weight)


def test_without_balance_every_picture_weighs_one():
    assert example_weight(False, 0.005, 0.4) == 1.0


@given(st.lists(st.integers(0, 10), min_size=1, max_size=18), st.randoms(use_true_random=False))
def test_the_mean_entropy_is_bounded_and_ignores_the_order(copies, shuffle):
    scores = list(pool_of(*[margins(number, 10) for number in copies])[2])
    before = mean_entropy(scores)
    shuffle.shuffle(scores)
    assert mean_entropy(scores) == before
    assert 0.0 <= before <= math.log(2)


def test_by_round_four_one_reference_is_one_of_ten_pictures():
    examples = [TrainingExample("ref", "A cat", 1.0, True)] + [
        TrainingExample(f"{n}", "A tie", 0.4, False) for n in range(9)
    ]
    draws = effective_draws(examples, steps=500, batch_size=2)
    assert [each.draws for each in draws] == [100.0] * 10
    assert draws[0].weighted == 100.0
    assert draws[1].weighted == pytest.approx(40.0)
    assert effective_draws([], 500, 2) == ()
