"""What a LoRA adds to each layer: two factors, whose product is multiplied by alpha / rank."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch

DOWN, UP = ".lora_A.weight", ".lora_B.weight"
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


def read_factors(tensors: Mapping[str, torch.Tensor], part: str) -> dict[str, Factors]:
    """The factors in a file of the studio, by the names of their layers in the pipeline's `part`."""
    return {
        name.removeprefix(f"{part}.").removesuffix(DOWN): Factors(down, tensors[name.removesuffix(DOWN) + UP])
        for name, down in tensors.items()
        if name.endswith(DOWN)
    }


def changes_nothing(layers: Mapping[str, Factors]) -> bool:
    """Whether a LoRA adds 0 to every weight of its layers, or no more than `LEAST_CHANGE`."""
    return not any(
        one.down.any() and one.up.any() and float(one.change.abs().max()) > LEAST_CHANGE
        for one in layers.values()
    )


def alpha_ratio(configuration: Mapping[str, Any]) -> float:
    """What a LoRA's product is multiplied by, from its configuration: alpha / rank."""
    rank = float(configuration.get("r", 1))
    return float(configuration.get("lora_alpha", rank)) / rank
