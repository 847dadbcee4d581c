"""A running average of the trained weights (EMA), with which a training ends."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch

NAME = "average"  # before the names of the weights in checkpoints


def kept_share(decay: float, step: int) -> float:
    """The share of the average that a step keeps, the first step being 1: it rises to `decay`.

    So the first weights, which have learned nothing, do not stay in the average of a short training.
    """
    return min(decay, (1.0 + step) / (10.0 + step))


class WeightAverage:
    """The average of trained weights over the steps, in float32: a <- d a + (1 - d) w after each step."""

    def __init__(self, weights: Mapping[str, torch.nn.Parameter], decay: float) -> None:
        self._weights, self._decay = weights, decay
        self._means = {name: weight.detach().float().clone() for name, weight in weights.items()}

    def update(self, step: int) -> None:
        """Take in the weights after a step, which is counted from 1."""
        new = 1.0 - kept_share(self._decay, step)
        for name, mean in self._means.items():
            mean.lerp_(self._weights[name].detach().float(), new)

    def put_in_place(self) -> None:
        """Replace the weights by their average."""
        _copy(self._weights, self._means)

    def state(self) -> dict[str, torch.Tensor]:
        """What a checkpoint keeps, on the CPU."""
        return {f"{NAME}.{name}": mean.cpu().clone() for name, mean in self._means.items()}

    def restore(self, tensors: Mapping[str, torch.Tensor]) -> None:
        """Go on from what a checkpoint kept."""
        for name, mean in self._means.items():
            mean.copy_(tensors[f"{NAME}.{name}"])


@contextmanager
def as_at_the_end(
    weights: Mapping[str, torch.nn.Parameter], tensors: Mapping[str, torch.Tensor]
) -> Iterator[None]:
    """Let the weights be for a while what a training that ended at this checkpoint would leave.

    `tensors` are those of the checkpoint. Without an average, the weights stay as they are.
    """
    means = {name: tensors[f"{NAME}.{name}"] for name in weights if f"{NAME}.{name}" in tensors}
    before = {name: weights[name].detach().clone() for name in means}
    try:
        _copy(weights, means)
        yield
    finally:
        _copy(weights, before)


def _copy(weights: Mapping[str, torch.nn.Parameter], values: Mapping[str, torch.Tensor]) -> None:
    with torch.no_grad():
        for name, value in values.items():
            weights[name].copy_(value)
