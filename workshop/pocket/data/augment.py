"""Augmentations of batches of pictures that keep their contents, for training the vision towers."""

import numpy as np
import torch
from torch.nn import functional


def chosen(rng: np.random.Generator, count: int, rate: float) -> torch.Tensor:
    """Indices of a random share of a batch."""
    return torch.from_numpy(np.flatnonzero(rng.random(count) < rate))


def recolour(x: torch.Tensor, rng: np.random.Generator, strength: float) -> torch.Tensor:
    """Channel swaps (30 %), grey (8 %), inversion (4 %), contrast and tint; x in [0, 1]."""
    for i in chosen(rng, len(x), 0.30 * strength):
        x[i] = x[i][torch.from_numpy(rng.permutation(3))]
    for i in chosen(rng, len(x), 0.08 * strength):
        x[i] = x[i].mean(0, keepdim=True)
    for i in chosen(rng, len(x), 0.04 * strength):
        x[i] = 1 - x[i]
    gain = torch.from_numpy(1 + strength * rng.uniform(-0.25, 0.25, (len(x), 3, 1, 1))).float()
    lift = torch.from_numpy(strength * rng.uniform(-0.12, 0.12, (len(x), 3, 1, 1))).float()
    return ((x - 0.5) * gain + 0.5 + lift).clamp(0, 1)


def move(x: torch.Tensor, rng: np.random.Generator, size: int, strength: float) -> torch.Tensor:
    """Shift, scale, mirror and slightly shear while resampling to `size` px."""
    n = len(x)
    scale = 1 + strength * rng.uniform(-0.2, 0.2, n)
    stretch = 1 + strength * rng.uniform(-0.1, 0.1, n)
    flip = np.where(rng.random(n) < 0.5, -1.0, 1.0)
    shear = strength * rng.normal(0, 0.08, (n, 2))
    shift = strength * rng.uniform(-0.15, 0.15, (n, 2))
    theta = np.zeros((n, 2, 3), np.float32)
    theta[:, 0, 0], theta[:, 0, 1], theta[:, 0, 2] = scale * stretch * flip, shear[:, 0], shift[:, 0]
    theta[:, 1, 0], theta[:, 1, 1], theta[:, 1, 2] = shear[:, 1], scale / stretch, shift[:, 1]
    grid = functional.affine_grid(torch.from_numpy(theta), [n, 3, size, size], align_corners=False)
    return functional.grid_sample(x, grid, padding_mode="reflection", align_corners=False)


def soften(x: torch.Tensor, rng: np.random.Generator, rate: float = 0.25) -> torch.Tensor:
    """Blur a share of the batch by going through half or a third of the size."""
    rows = chosen(rng, len(x), rate)
    if len(rows):
        size = x.shape[-1]
        small = functional.interpolate(x[rows], size=int(size * rng.uniform(0.3, 0.6)), mode="area")
        x[rows] = functional.interpolate(small, size=size, mode="bilinear", align_corners=False)
    return x


def blend(
    x: torch.Tensor, targets: list[torch.Tensor], rng: np.random.Generator, rate: float
) -> torch.Tensor:
    """Mixup: cross-fade a share of the batch with other pictures, and mix the soft targets in place."""
    rows = chosen(rng, len(x), rate)
    if not len(rows):
        return x
    others = torch.from_numpy(rng.integers(len(x), size=len(rows)))
    share = torch.from_numpy(rng.uniform(0.3, 1.0, len(rows))).float()
    originals = x.clone()
    x[rows] = (
        share[:, None, None, None] * originals[rows] + (1 - share[:, None, None, None]) * originals[others]
    )
    for target in targets:
        before = target.clone()
        target[rows] = share[:, None] * before[rows] + (1 - share[:, None]) * before[others]
    return x


def prepare(pictures: np.ndarray, rng: np.random.Generator, size: int, strength: float = 1.0) -> torch.Tensor:
    """uint8 (n, 128, 128, 3) to augmented float (n, 3, size, size) in [0, 1]."""
    x = torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 255
    return soften(move(recolour(x, rng, strength), rng, size, strength), rng, 0.25 * strength)


class Lessons:
    """The curriculum: first objects on plain grounds, then more and more of everything."""

    def __init__(self, labels: np.ndarray) -> None:
        self.easy = np.flatnonzero((labels["place"] < 0) & (labels["second"] < 0))
        self.count = len(labels)

    def rows(self, rng: np.random.Generator, batch: int, share: float) -> np.ndarray:
        """Indices of a batch; `share` of the training is done."""
        easy = rng.random(batch) < 1 - share / 0.25
        return np.where(easy, rng.choice(self.easy, batch), rng.integers(self.count, size=batch))

    def weights(self, share: float) -> dict[str, float]:
        """Weights of the losses; styles come later, since they are learned fast and would hide the shapes."""
        others = 0.5 * min(1.0, max(0.0, (share - 0.12) / 0.1))
        told = {"concept": 1.0, "style": others, "place": others}
        return {**told, **{f"plain_{name}": weight for name, weight in told.items()}, "contrast": others}

    def strength(self, share: float) -> float:
        """The strength of the augmentations, in [0, 1]."""
        return min(1.0, share / 0.2)
