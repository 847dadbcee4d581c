"""The optimizer Muon (Jordan et al. 2024) for inner matrices and kernels, AdamW for the other weights."""

from __future__ import annotations

from collections.abc import Iterable

import torch

MOMENTUM = 0.95
SIZE = 0.2  # root mean square of an update per unit of the learning rate, as of Adam
BETAS = (0.9, 0.98)


def orthogonal(matrix: torch.Tensor, rounds: int = 5) -> torch.Tensor:
    """Approximate the nearest orthogonal matrix by Newton-Schulz iteration; same shape."""
    tall = matrix.shape[0] > matrix.shape[1]
    x = (matrix.T if tall else matrix).bfloat16()
    x = x / (x.norm() + 1e-7)
    for _ in range(rounds):
        square = x @ x.T
        x = 3.4445 * x + (-4.7750 * square + 2.0315 * (square @ square)) @ x
    return (x.T if tall else x).to(matrix.dtype)


def is_inner(name: str, weight: torch.Tensor) -> bool:
    """Whether a weight is an inner matrix: not of the first or last layer, no norm, bias or embedding."""
    ends = ("conv_in", "conv_out", "quant", "embed")
    return weight.ndim >= 2 and not any(end in name for end in ends)


class Muon(torch.optim.Optimizer):
    """Muon for inner matrices and kernels, AdamW without weight decay for everything else."""

    def __init__(self, named: Iterable[tuple[str, torch.Tensor]], inner_rate: float, rate: float) -> None:
        known = list(named)
        inner = [weight for name, weight in known if is_inner(name, weight)]
        others = [weight for name, weight in known if not is_inner(name, weight)]
        groups = [
            {"params": inner, "lr": inner_rate, "inner": True, "decay": 0.01},
            {"params": others, "lr": rate, "inner": False, "decay": 0.0},
        ]
        super().__init__(groups, {})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:
        """Update every weight that has a gradient."""
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is not None:
                    update = self._inner(weight) if group["inner"] else self._outer(weight)
                    weight.mul_(1 - group["lr"] * group["decay"]).sub_(update, alpha=group["lr"])

    def _inner(self, weight: torch.Tensor) -> torch.Tensor:
        state = self.state[weight]
        if not state:
            state["mean"] = torch.zeros_like(weight)
        state["mean"].lerp_(weight.grad, 1 - MOMENTUM)
        ahead = weight.grad.lerp(state["mean"], MOMENTUM).flatten(1)
        return (orthogonal(ahead) * (SIZE * max(ahead.shape) ** 0.5)).view_as(weight)

    def _outer(self, weight: torch.Tensor) -> torch.Tensor:
        state = self.state[weight]
        if not state:
            state["mean"], state["square"] = torch.zeros_like(weight), torch.zeros_like(weight)
            state["step"] = 0
        state["step"] += 1
        first, second = BETAS
        state["mean"].lerp_(weight.grad, 1 - first)
        state["square"].mul_(second).addcmul_(weight.grad, weight.grad, value=1 - second)
        spread = (state["square"] / (1 - second ** state["step"])).sqrt() + 1e-8
        return state["mean"] / (1 - first ** state["step"]) / spread
