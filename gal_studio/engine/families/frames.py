"""Autoencoders of videos, for which a picture is one frame: (n, c, 1, h, w) in place of (n, c, h, w).

One whose pictures have an opacity is given opaque ones, and what it gives is taken as opaque.
"""

from typing import Any

import torch

OPAQUE = 4
"""Channels of pictures with an opacity."""
_LEVELS = (0,) * 4
"""Of an autoencoder whose configuration names none."""


def is_of_videos(autoencoder: Any) -> bool:
    """Whether an autoencoder is one of videos: these call their channels otherwise."""
    return "z_dim" in autoencoder.config


def scale_of(autoencoder: Any) -> int:
    """Pixels per position of an autoencoder's latents along a side."""
    if is_of_videos(autoencoder):
        return int(autoencoder.spatial_compression_ratio)
    return int(2 ** (len(autoencoder.config.get("block_out_channels", _LEVELS)) - 1))


def channels_of(autoencoder: Any) -> int:
    """Channels of an autoencoder's latents."""
    config = autoencoder.config
    return int(config.z_dim if is_of_videos(autoencoder) else config.latent_channels)


def given_to(autoencoder: Any, latents: torch.Tensor) -> torch.Tensor:
    """Latents (n, c, h, w) as the autoencoder takes them."""
    return latents.unsqueeze(2) if is_of_videos(autoencoder) else latents


def taken_from(autoencoder: Any, latents: torch.Tensor) -> torch.Tensor:
    """Latents of the autoencoder as (n, c, h, w)."""
    return latents.squeeze(2) if is_of_videos(autoencoder) else latents


def pixels_for(autoencoder: Any, pixels: torch.Tensor) -> torch.Tensor:
    """Pixels (n, 3, h, w) in [-1, 1] as the autoencoder takes them."""
    if autoencoder.config.get("in_channels") == OPAQUE:
        pixels = torch.cat([pixels, torch.ones_like(pixels[:, :1])], dim=1)
    return given_to(autoencoder, pixels)


def pixels_of(autoencoder: Any, pixels: torch.Tensor) -> torch.Tensor:
    """Pixels of the autoencoder as (n, 3, h, w)."""
    return taken_from(autoencoder, pixels)[:, :3]


def tile_sizes(autoencoder: Any, side: int) -> dict[str, int]:
    """The attributes that set the tiles of an autoencoder to this side, in positions of its latents.

    Neighbours overlap by a quarter.
    """
    pixels = side * scale_of(autoencoder)
    if not is_of_videos(autoencoder):
        return {"tile_latent_min_size": side, "tile_sample_min_size": pixels}
    sizes = {"tile_sample_min": pixels, "tile_sample_stride": pixels // 4 * 3}
    return {f"{name}_{way}": size for name, size in sizes.items() for way in ("height", "width")}
