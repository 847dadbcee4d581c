"""Eq. G8, and the expected draws of Eq. G9."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gal_studio.core.gal.balance import effective_draws, example_weight, mean_entropy, plan_draws
from gal_studio.core.settings import TuneSettings
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
    draws = effective_draws(examples, TuneSettings(steps=500, batch_size=2))
    assert [each.draws for each in draws] == [100.0] * 10
    assert draws[0].weighted == 100.0
    assert draws[1].weighted == pytest.approx(40.0)
    assert effective_draws([], TuneSettings()) == ()


def example(name: str, is_reference: bool) -> TrainingExample:
    return TrainingExample(name, "A tie", 1.0 if is_reference else 0.4, is_reference)


@given(
    *(st.integers(1, high) for high in (12, 30, 500, 16)),
    st.floats(0.01, 0.9),
)
def test_matched_draws_give_the_references_as_many_as_without_accepted_pictures(
    references: int, accepted: int, steps: int, batch_size: int, share: float
) -> None:
    tune = TuneSettings(steps=steps, batch_size=batch_size, accepted_share=share)
    alone = [example(f"r{number}", True) for number in range(references)]
    others = [example(f"a{number}", False) for number in range(accepted)]
    first, later = effective_draws(alone, tune), effective_draws([*alone, *others], tune)
    assert sum(each.draws for each in first) == pytest.approx(steps * batch_size)
    assert [each.draws for each in later[:references]] == pytest.approx([each.draws for each in first])
    plan = plan_draws(tune, True, True)
    assert sum(each.draws for each in later) == pytest.approx(plan.steps * batch_size)
    assert plan.steps * (1 - share) == pytest.approx(steps, abs=1)
    assert len({each.draws for each in later[references:]}) == 1


def test_matched_draws_by_hand() -> None:
    tune = TuneSettings(steps=100, batch_size=8, accepted_share=0.5)
    draws = effective_draws([example("r", True), *(example(f"{n}", False) for n in range(4))], tune)
    assert [each.draws for each in draws] == [800.0, 200.0, 200.0, 200.0, 200.0]
    assert draws[1].weighted == pytest.approx(80.0)
    assert plan_draws(tune, True, False).steps == 100
