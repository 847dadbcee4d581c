"""Eq. G9 worked by hand."""

import pytest
import torch

from gal_studio.core.errors import StudioError
from gal_studio.engine.losses import add_noise, prediction_target, prior_weights, weighted_loss


def rows(*values: float) -> torch.Tensor:
    return torch.tensor(values).view(-1, 1, 1, 1)


def test_noise_mixes_by_the_schedule() -> None:
    # sqrt(.36) * 5 + sqrt(.64) * 10 = 3 + 8
    noisy = add_noise(rows(5.0), rows(10.0), torch.tensor([0.36]))
    torch.testing.assert_close(noisy, rows(11.0))


def test_epsilon_target_is_the_noise() -> None:
    assert prediction_target("epsilon", rows(5.0), rows(10.0), torch.tensor([0.36])).item() == 10.0


def test_velocity_target_by_hand() -> None:
    # sqrt(.36) * 10 - sqrt(.64) * 5 = 6 - 4
    target = prediction_target("v_prediction", rows(5.0), rows(10.0), torch.tensor([0.36]))
    torch.testing.assert_close(target, rows(2.0))


def test_unknown_prediction_type_is_refused() -> None:
    with pytest.raises(StudioError, match="sample"):
        prediction_target("sample", rows(1.0), rows(1.0), torch.tensor([0.5]))


def test_loss_is_the_plain_mean_of_weighted_squares() -> None:
    # (1 * 2^2 + 0.25 * 4^2) / 2 = (4 + 4) / 2, not divided by the sum of the weights
    loss = weighted_loss(rows(2.0, 4.0), rows(0.0, 0.0), torch.tensor([1.0, 0.25]))
    assert loss.item() == pytest.approx(4.0)


def test_loss_averages_over_channels_and_places() -> None:
    prediction = torch.zeros(1, 2, 1, 2)
    prediction[0, 0, 0, 0] = 2.0
    assert weighted_loss(prediction, torch.zeros(1, 2, 1, 2), torch.ones(1)).item() == pytest.approx(1.0)


def test_a_sample_of_weight_zero_has_no_gradient() -> None:
    prediction = torch.tensor([[[[1.0]]], [[[1.0]]]], requires_grad=True)
    weighted_loss(prediction, torch.zeros(2, 1, 1, 1), torch.tensor([1.0, 0.0])).backward()
    assert prediction.grad is not None
    assert prediction.grad[1].item() == 0.0


def test_prior_weighs_the_same_whatever_its_pair_weighs() -> None:
    weights = torch.tensor([1.0, 0.002])
    assert prior_weights(weights, 0.5, as_published=False).tolist() == [0.5, 0.5]
    assert prior_weights(weights, 0.5, as_published=True).tolist() == pytest.approx([0.5, 0.001])
