"""Eq. G9 and P7 worked by hand."""

import pytest
import torch

from gal_studio.engine.families.processes import add_noise, prediction_target
from gal_studio.engine.training.losses import (
    as_maps,
    prior_weights,
    share_noise,
    weighted_loss,
)


def rows(*values: float) -> torch.Tensor:
    return torch.tensor(values).view(-1, 1, 1, 1)


def test_loss_is_the_plain_mean_of_weighted_squares() -> None:
    # (1 * 2^2 + 0.25 * 4^2) / 2 = (4 + 4) / 2, not divided by the sum of the weights
    loss = weighted_loss(rows(2.0, 4.0), rows(0.0, 0.0), torch.tensor([1.0, 0.25]))
    assert loss.item() == pytest.approx(4.0)


def test_loss_averages_over_channels_and_positions() -> None:
    prediction = torch.zeros(1, 2, 1, 2)
    prediction[0, 0, 0, 0] = 2.0
    assert weighted_loss(prediction, torch.zeros(1, 2, 1, 2), torch.ones(1)).item() == pytest.approx(1.0)


def test_an_example_of_weight_zero_has_no_gradient() -> None:
    prediction = torch.tensor([[[[1.0]]], [[[1.0]]]], requires_grad=True)
    weighted_loss(prediction, torch.zeros(2, 1, 1, 1), torch.tensor([1.0, 0.0])).backward()
    assert prediction.grad is not None
    assert prediction.grad[1].item() == 0.0


def test_the_prior_weight_does_not_depend_on_the_paired_example() -> None:
    weights = torch.tensor([1.0, 0.002])
    assert prior_weights(weights, 0.5, as_published=False).tolist() == [0.5, 0.5]
    assert prior_weights(weights, 0.5, as_published=True).tolist() == pytest.approx([0.5, 0.001])


def test_a_map_weighs_each_position() -> None:
    # (1 * 2^2 + 0.5 * 4^2 + 0 * 9^2 + 0.25 * 4^2) / 4, over the positions and not over the sum of the weights
    prediction = torch.tensor([[[[2.0, 4.0], [9.0, 4.0]]]])
    weights = torch.tensor([[[[1.0, 0.5], [0.0, 0.25]]]])
    assert weighted_loss(prediction, torch.zeros(1, 1, 2, 2), weights).item() == pytest.approx(16 / 4)


def test_a_map_weighs_all_channels_equally() -> None:
    prediction = torch.tensor([[[[1.0, 0.0]], [[3.0, 5.0]]]])
    weights = torch.tensor([[[[0.5, 0.0]]]])
    assert weighted_loss(prediction, torch.zeros(1, 2, 1, 2), weights).item() == pytest.approx(0.5 * 10 / 4)


def test_constant_maps_equal_plain_weights() -> None:
    generator = torch.Generator().manual_seed(0)
    prediction = torch.randn(2, 3, 4, 4, generator=generator)
    weights, target = torch.tensor([1.0, 0.3]), torch.zeros(2, 3, 4, 4)
    maps = as_maps(weights, torch.zeros(2, 3, 4, 4))
    assert maps.shape == (2, 1, 4, 4)
    torch.testing.assert_close(
        weighted_loss(prediction, target, maps), weighted_loss(prediction, target, weights)
    )
    assert as_maps(maps, torch.zeros(2, 3, 4, 4)) is maps


@pytest.mark.parametrize(("kind", "expected"), [("epsilon", 1.8125), ("v_prediction", 3.9125)])
def test_the_loss_of_a_pair_by_hand(kind: str, expected: float) -> None:
    """Eq. P7 on one pair of two positions: alpha_bar = 0.36, so sqrt(a) = 0.6 and sqrt(1 - a) = 0.8."""
    reference, generated = torch.tensor([[[[1.0, 2.0]]]]), torch.tensor([[[[1.0, -1.0]]]])
    noise, alpha_bar = share_noise(torch.tensor([[[[1.0, -1.0]]]])), share_noise(torch.tensor([0.36]))
    clean = torch.cat([reference, generated])
    noisy = add_noise(clean, noise, alpha_bar)
    torch.testing.assert_close(noisy, torch.tensor([[[[1.4, 0.4]]], [[[1.4, -1.4]]]]))
    target = prediction_target(kind, clean, noise, alpha_bar)
    # r(y) = (1, 0.25) and q(x) = (0.5, 0): y is learned at its second position, and x at its first by half
    weights = torch.tensor([[[[0.0, 0.75]]], [[[0.5, 0.0]]]])
    prediction = torch.tensor([[[[5.0, 2.0]]], [[[2.0, 7.0]]]])
    # epsilon: the targets are (1, -1) twice: (0.75 * 3^2 + 0.5 * 1^2) / 4 = 7.25 / 4 = 1.8125
    # velocity: y (-0.2, -2.2), x (-0.2, 0.2): (0.75 * 4.2^2 + 0.5 * 2.2^2) / 4 = (13.23 + 2.42) / 4
    assert weighted_loss(prediction, target, weights).item() == pytest.approx(expected)
