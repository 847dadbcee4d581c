"""Patch features of pictures (Eq. P2): a network's feature maps, normalised and concatenated."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch.nn.functional import adaptive_avg_pool2d, interpolate, normalize

from gal_studio.core.errors import StudioError
from gal_studio.core.patchdpo.patch_quality import Limits
from gal_studio.engine.patches.backbones import Network

BATCH = 32


class VisionTower(Protocol):
    """Computes patch features (Eq. P2); `limits` are those of Eq. P6, None until they are measured.

    `shows_from` is the likeness from which on a picture shows a reference; None where it was not measured.
    """

    name: str
    limits: Limits | None
    shows_from: float | None

    def patches(self, pictures: Sequence[Image.Image]) -> NDArray[np.float32]:
        """F of n pictures, (n, h, w, d), unit length along d."""


@dataclass
class PatchTower:
    """A network whose feature maps are normalised, weighted, and concatenated for each patch.

    `mixture` holds each map's share of a patch's cosine, finest map first; `limits` is None until measured
    (`measure_limits`), and `shows_from` until `workshop.benchmarks.quality.copy_detectors` was run.
    """

    name: str
    network: Network
    device: torch.device
    mixture: tuple[float, ...]
    grid: int
    limits: Limits | None = None
    shows_from: float | None = None

    def patches(self, pictures: Sequence[Image.Image]) -> NDArray[np.float32]:
        """F of n pictures, resized to squares: (n, h, w, d), unit length along d."""
        rows = []
        for first in range(0, len(pictures), BATCH):
            batch = pictures[first : first + BATCH]
            self._check_sizes(batch)
            pixels = to_pixels(batch, self.network.side)
            with torch.inference_mode():
                rows.append(self.features(pixels.to(self.device)).permute(0, 2, 3, 1).cpu().numpy())
        if not rows:
            return np.zeros((0, self.grid, self.grid, 0), dtype=np.float32)
        found = np.concatenate(rows)
        if not np.isfinite(found).all():
            raise StudioError(
                f"The vision model {self.name} gave features that are not finite: its files may be damaged."
            )
        return found.astype(np.float32, copy=False)

    def features(self, pixels: torch.Tensor) -> torch.Tensor:
        """F of pixels (n, 3, side, side) in [0, 1]: (n, d, h, w), unit length along d."""
        mean, std = (
            torch.tensor(values, device=pixels.device).view(1, 3, 1, 1)
            for values in (self.network.mean, self.network.std)
        )
        levels = self.network.maps((pixels - mean) / std)
        parts = [
            share**0.5 * normalize(self._on_grid(level.float()), dim=1)
            for share, level in zip(self.mixture, levels, strict=True)
            if share
        ]
        return normalize(torch.cat(parts, dim=1), dim=1)

    def _on_grid(self, level: torch.Tensor) -> torch.Tensor:
        if level.shape[-1] > self.grid:
            return adaptive_avg_pool2d(level, self.grid)
        if level.shape[-1] < self.grid:
            return interpolate(level, size=(self.grid, self.grid), mode="bilinear")
        return level

    def _check_sizes(self, pictures: Sequence[Image.Image]) -> None:
        smallest = self.network.side // self.grid
        for picture in pictures:
            if min(picture.size) < smallest:
                raise StudioError(
                    f"An image of {picture.width} x {picture.height} pixels is smaller than one patch of "
                    f"the vision model ({smallest} pixels): use a larger one."
                )


def to_pixels(pictures: Sequence[Image.Image], side: int) -> torch.Tensor:
    """Resize pictures to squares, (n, 3, side, side) in [0, 1], ignoring the aspect ratio."""
    resized = [picture.convert("RGB").resize((side, side), Image.Resampling.BICUBIC) for picture in pictures]
    pixels = np.stack([np.asarray(picture, dtype=np.float32) for picture in resized])
    return torch.from_numpy(pixels).permute(0, 3, 1, 2) / 255
