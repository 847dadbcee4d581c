"""What a LoRA or a LoKr adds to each layer: factors, whose product is multiplied by alpha / rank."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch

DOWN, UP = ".lora_A.weight", ".lora_B.weight"
FIRST, SECOND = ".lokr_w1", ".lokr_w2"
HALVES = ("_a", "_b")
LEAST_CHANGE = 2.0**-24
"""What is added to weights of at most about 1 must exceed this, or float32 rounds it away."""


@dataclass(frozen=True)
class Factors:
    """What a LoRA adds to a layer's weight: `up @ down`.

    `down` is (rank, in) or (rank, in, height, width), `up` is (out, rank) or (out, rank, 1, 1).
    """

    down: torch.Tensor
    up: torch.Tensor

    @property
    def rank(self) -> int:
        """The number of rows of `down`."""
        return int(self.down.shape[0])

    @property
    def change(self) -> torch.Tensor:
        """What is added to the weight, in the weight's shape."""
        product = self.up.float().flatten(1) @ self.down.float().flatten(1)
        return product.view(self.up.shape[0], *self.down.shape[1:])

    def on(self, device: torch.device) -> "Factors":
        """The factors on this device, where their product is computed."""
        return Factors(self.down.to(device), self.up.to(device))

    def times(self, scale: float) -> "Factors":
        """The factors of `scale` times this change."""
        return self if scale == 1.0 else Factors(self.down, self.up * scale)


@dataclass(frozen=True)
class Kronecker:
    """What a LoKr adds to a layer's weight: the Kronecker product of `first` with `second`.

    `first` is (out 1, in 1). `second` is (out 2, in 2) or (out 2, in 2, height, width); or two halves (out 2,
    rank) and (rank, in 2 height width), whose product it is.
    """

    first: torch.Tensor
    second: tuple[torch.Tensor, ...]

    @property
    def rank(self) -> int:
        """The rank of the halves, which is the alpha; 1 without halves, when nothing is multiplied."""
        return int(self.second[0].shape[1]) if len(self.second) == 2 else 1

    @property
    def change(self) -> torch.Tensor:
        """What is added to the weight: (out, in), or (out, in, height, width), or (out, in height width)."""
        second = self.second[0].float()
        if len(self.second) == 2:
            second = second @ self.second[1].float()
        return torch.kron(self.first.float().view(*self.first.shape, *(1,) * (second.ndim - 2)), second)

    def on(self, device: torch.device) -> "Kronecker":
        """The factors on this device, where their product is computed."""
        return Kronecker(self.first.to(device), tuple(one.to(device) for one in self.second))

    def times(self, scale: float) -> "Kronecker":
        """The factors of `scale` times this change."""
        return self if scale == 1.0 else Kronecker(self.first * scale, self.second)

    def tensors(self, layer: str) -> dict[str, torch.Tensor]:
        """The factors by their names in files."""
        ends = HALVES if len(self.second) == 2 else ("",)
        second = {f"{layer}{SECOND}{end}": one for end, one in zip(ends, self.second, strict=True)}
        return {f"{layer}{FIRST}": self.first, **second}


Change = Factors | Kronecker


def read_factors(tensors: Mapping[str, torch.Tensor], part: str) -> dict[str, Factors]:
    """The factors in a LoRA of the studio, by the names of their layers in the pipeline's `part`."""
    return {
        name.removeprefix(f"{part}.").removesuffix(DOWN): Factors(down, tensors[name.removesuffix(DOWN) + UP])
        for name, down in tensors.items()
        if name.endswith(DOWN)
    }


def read_changes(tensors: Mapping[str, torch.Tensor], part: str) -> Mapping[str, Change]:
    """What a LoRA or a LoKr of the studio adds, by the names of its layers in the pipeline's `part`."""
    found: dict[str, Change] = dict(read_factors(tensors, part))
    for name, first in tensors.items():
        if name.endswith(FIRST):
            layer = name.removesuffix(FIRST)
            names = [f"{layer}{SECOND}{end}" for end in ("", *HALVES)]
            second = tuple(tensors[one] for one in names if one in tensors)
            found[layer.removeprefix(f"{part}.")] = Kronecker(first, second)
    return found


def changes_nothing(layers: Mapping[str, Change]) -> bool:
    """Whether a LoRA adds 0 to every weight of its layers, or no more than `LEAST_CHANGE`."""
    return not any(_is_more(one) for one in layers.values())


def _is_more(one: Change) -> bool:
    factors = (one.down, one.up) if isinstance(one, Factors) else (one.first, *one.second)
    return all(factor.any() for factor in factors) and float(one.change.abs().max()) > LEAST_CHANGE


def alpha_ratio(configuration: Mapping[str, Any]) -> float:
    """What a LoRA's or a LoKr's product is multiplied by, from its configuration: alpha / rank."""
    rank = float(configuration.get("r", 1))
    return float(configuration.get("lora_alpha", configuration.get("alpha", rank))) / rank
