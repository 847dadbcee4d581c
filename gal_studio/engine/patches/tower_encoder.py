"""A vision tower of the studio as the image encoder of an adapter, in place of a CLIP vision transformer."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from PIL import Image
from torch.nn.functional import adaptive_avg_pool2d, pixel_unshuffle

from gal_studio.engine.patches.loading import load_vision
from gal_studio.engine.patches.tower import PatchTower, to_pixels

GRID = 8
"""Tokens per side of a picture."""
COLOURS = 4
"""Means of the colours per side of a token: the tower was trained to see things in whatever colour."""
WAVES = 4
"""Frequencies of each of a place's two coordinates."""


def patch_tokens(tower: PatchTower, normalised: torch.Tensor) -> torch.Tensor:
    """Tokens (n, 64, d) in float32 of pictures (n, 3, side, side), normalised for the tower's network.

    A token has the means of the network's maps over its part of the picture, 4 x 4 mean colours, and the
    sine and cosine of its position.
    """
    levels = [adaptive_avg_pool2d(level.float(), GRID) for level in tower.network.maps(normalised)]
    colours = pixel_unshuffle(adaptive_avg_pool2d(normalised.float(), GRID * COLOURS), COLOURS)
    places = _places(normalised.device).expand(len(normalised), -1, -1, -1)
    return torch.cat([*levels, colours, places], dim=1).flatten(2).transpose(1, 2)


def _places(device: torch.device) -> torch.Tensor:
    """Sine and cosine of the positions at four frequencies, (1, 16, 8, 8)."""
    along = (torch.arange(GRID, device=device) + 0.5) / GRID
    both = torch.stack(torch.meshgrid(along, along, indexing="ij"))
    angles = torch.cat([math.pi * 2.0**wave * both for wave in range(WAVES)])
    return torch.cat([angles.sin(), angles.cos()])[None]


@dataclass(frozen=True)
class _Pixels:
    pixel_values: torch.Tensor


@dataclass(frozen=True)
class _Hidden:
    """Its last but one state is what a pipeline gives to an adapter."""

    hidden_states: tuple[torch.Tensor, torch.Tensor]


class TowerEncoder(torch.nn.Module):
    """The parts of a pipeline that encode pictures, by a tower's tokens (`patch_tokens`)."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.tower: PatchTower = load_vision(str(folder), "", "cpu")
        self.network = self.tower.network.module

    @property
    def device(self) -> torch.device:
        """Where its weights are; pipelines ask."""
        return next(self.parameters()).device

    @property
    def dtype(self) -> torch.dtype:
        """Of its weights; pipelines ask."""
        return next(self.parameters()).dtype

    @property
    def width(self) -> int:
        """The width of a token."""
        return int(self(self.prepare([Image.new("RGB", (8, 8))]).pixel_values).hidden_states[0].shape[-1])

    def prepare(self, pictures: Sequence[Image.Image], return_tensors: str = "pt") -> _Pixels:
        """Squares as the network wants them; a `feature_extractor`."""
        pixels = to_pixels(pictures, self.tower.network.side)
        mean, std = (
            torch.tensor(each).view(1, 3, 1, 1) for each in (self.tower.network.mean, self.tower.network.std)
        )
        return _Pixels((pixels - mean) / std)

    @torch.no_grad()
    def forward(self, pixels: torch.Tensor, output_hidden_states: bool = True) -> _Hidden:
        """The tokens (n, 64, d) of prepared pictures, in the weights' precision."""
        tokens = patch_tokens(self.tower, pixels).to(pixels.dtype)
        return _Hidden((tokens, tokens))
