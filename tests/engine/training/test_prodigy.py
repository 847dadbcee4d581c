"""Prodigy's estimate of the learning rate is part of a checkpoint."""

import pytest
import torch

from gal_studio.core.settings import TuneSettings
from gal_studio.engine.training.checkpoints import optimizer_state, restore_state
from gal_studio.engine.training.trainer import make_optimizer

pytest.importorskip("prodigyopt")
STEPS = 60
State = dict[str, torch.Tensor]


def fit(state: State | None = None, begin: int = 0) -> tuple[list[float], list[State]]:
    """The losses of a low-rank least squares problem, and the state after each step."""
    seeded = torch.Generator().manual_seed(0)
    inputs, wanted, first = (torch.randn(shape, generator=seeded) for shape in ((64, 8), (8, 8), (8, 4)))
    weights = {"down": torch.nn.Parameter(first), "up": torch.nn.Parameter(torch.zeros(4, 8))}
    optimizer = make_optimizer(
        list(weights.values()), TuneSettings(learning_rate=1.0), "prodigy", torch.device("cpu")
    )
    if state is not None:
        restore_state(weights, optimizer, state)
    losses, states = [], []
    for _ in range(begin, STEPS):
        loss = (inputs @ weights["down"] @ weights["up"] - inputs @ wanted).square().mean()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
        states.append(optimizer_state(weights, optimizer))
    return losses, states


@pytest.mark.parametrize("kept", [2, 50])
def test_a_training_goes_on_bit_for_bit(kept: int) -> None:
    losses, states = fit()
    again, others = fit(states[kept - 1], kept)
    assert again == losses[kept:]
    assert all(torch.equal(states[-1][name], tensor) for name, tensor in others[-1].items())


def test_the_rate_grows_until_something_is_learned() -> None:
    losses, states = fit()
    assert float(states[-1]["estimated.d"]) > 10 * float(states[0]["estimated.d"]) > 0
    assert losses[-1] < losses[0]
