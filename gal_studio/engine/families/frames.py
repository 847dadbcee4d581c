"""Autoencoders of videos, for which a picture is one frame: (n, c, 1, h, w) in place of (n, c, h, w)."""

from typing import Any

import torch

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


def given_to(autoencoder: Any, tensor: torch.Tensor) -> torch.Tensor:
    """Pixels or latents (n, c, h, w) as the autoencoder takes them."""
    return tensor.unsqueeze(2) if is_of_videos(autoencoder) else tensor


def taken_from(autoencoder: Any, tensor: torch.Tensor) -> torch.Tensor:
    """Pixels or latents of the autoencoder as (n, c, h, w)."""
    return tensor.squeeze(2) if is_of_videos(autoencoder) else tensor


def tile_sizes(autoencoder: Any, side: int) -> dict[str, int]:
    """The attributes that set the tiles of an autoencoder to this side, in positions of its latents.

    Neighbours overlap by a quarter.
    """
    pixels = side * scale_of(autoencoder)
    if not is_of_videos(autoencoder):
        return {"tile_latent_min_size": side, "tile_sample_min_size": pixels}
    sizes = {"tile_sample_min": pixels, "tile_sample_stride": pixels // 4 * 3}
    return {f"{name}_{way}": size for name, size in sizes.items() for way in ("height", "width")}
