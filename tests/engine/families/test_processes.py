"""Noise processes worked by hand."""

import pytest
import torch

from gal_studio.core.errors import StudioError
from gal_studio.engine.families.processes import AlphaBarProcess, FlowProcess, add_noise, prediction_target


def rows(*values: float) -> torch.Tensor:
    return torch.tensor(values).view(-1, 1, 1, 1)


def test_noise_is_added_by_the_schedule() -> None:
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


def test_a_diffusion_uses_integer_times_and_its_schedule() -> None:
    process = AlphaBarProcess(torch.tensor([1.0, 0.36, 0.0]), "v_prediction")
    times = process.times(100, torch.Generator().manual_seed(0))
    assert set(times.tolist()) == {0, 1, 2}
    assert times.tolist() == torch.randint(3, (100,), generator=torch.Generator().manual_seed(0)).tolist()
    at = torch.tensor([1, 0])
    torch.testing.assert_close(process.mix(rows(5.0, 5.0), rows(10.0, 10.0), at), rows(11.0, 5.0))
    torch.testing.assert_close(process.target(rows(5.0, 5.0), rows(10.0, 10.0), at), rows(2.0, 10.0))


def test_timesteps_are_drawn_from_a_part_of_the_range() -> None:
    process, generator = AlphaBarProcess(torch.linspace(1, 0, 1000), "epsilon"), torch.Generator()
    times = process.times(20_000, generator.manual_seed(0), 0.2, 0.6)
    assert (int(times.min()), int(times.max())) == (200, 599)
    assert abs(float(times.float().mean()) - 399.5) < 3
    torch.testing.assert_close(process.share(torch.tensor([0, 500, 999])), torch.tensor([0.0, 0.5, 0.999]))
    whole = process.times(50, generator.manual_seed(0), 0.0, 1.0)
    assert whole.tolist() == process.times(50, generator.manual_seed(0)).tolist()
    few = AlphaBarProcess(torch.tensor([1.0, 0.5]), "epsilon")
    assert set(few.times(9, generator, 0.9, 0.95).tolist()) == {1}


@pytest.mark.parametrize("shift", [1.0, 3.0])
@pytest.mark.parametrize(("low", "high"), [(0.0, 0.6), (0.3, 0.7), (0.8, 1.0), (0.0, 0.01)])
def test_times_of_a_flow_in_a_part_are_those_that_fall_there_without_limits(
    shift: float, low: float, high: float
) -> None:
    process = FlowProcess(shift)
    part = process.share(process.times(4000, torch.Generator().manual_seed(0), low, high))
    assert low <= part.min() and part.max() <= high
    everywhere = process.share(process.times(400_000, torch.Generator().manual_seed(1)))
    fallen = everywhere[(everywhere > low) & (everywhere < high)]
    if len(fallen) > 2000:
        for quantile in (0.1, 0.5, 0.9):
            assert abs(float(part.quantile(quantile) - fallen[:10_000].quantile(quantile))) < 0.02


def test_a_flow_interpolates_linearly() -> None:
    process, times = FlowProcess(), torch.tensor([0.0, 250.0, 1000.0])
    clean, noise = rows(4.0, 4.0, 4.0), rows(8.0, 8.0, 8.0)
    torch.testing.assert_close(process.mix(clean, noise, times), rows(4.0, 5.0, 8.0))
    torch.testing.assert_close(process.target(clean, noise, times), rows(4.0, 4.0, 4.0))


def test_flow_times_are_shifted_towards_the_noise() -> None:
    plain, shifted = (FlowProcess(s).times(1000, torch.Generator().manual_seed(0)) / 1000 for s in (1.0, 3.0))
    assert plain.min() > 0 and shifted.max() < 1
    assert abs(float(plain.median()) - 0.5) < 0.03
    torch.testing.assert_close(shifted, 3 * plain / (1 + 2 * plain))


def test_the_share_of_a_noise_by_hand() -> None:
    # sqrt((1 - a) / a): 0, 0.75, 3 and 7
    process = AlphaBarProcess(torch.tensor([1.0, 0.64, 0.1, 0.02], dtype=torch.float64), "epsilon")
    assert [process.share_of(noise) for noise in (0.0, 0.7, 0.8, 2.9, 3.1, 6.9)] == [
        0,
        0.25,
        0.5,
        0.5,
        0.75,
        0.75,
    ]
    assert process.share_of(7.1) == 1.0  # there is none
    # sigma / (1 - sigma)
    assert [FlowProcess(3.0).share_of(noise) for noise in (0.0, 1.0, 3.0)] == [0.0, 0.5, 0.75]
