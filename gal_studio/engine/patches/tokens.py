"""The tokens that an image adapter reads from a vision tower: its maps, the colours and the place."""

import math

import torch
from torch.nn.functional import adaptive_avg_pool2d, pixel_unshuffle

from gal_studio.engine.patches.tower import PatchTower

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
