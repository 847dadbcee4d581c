"""Tiles of an autoencoder meet, and the picture keeps its size."""

import pytest
import torch
from diffusers import AutoencoderKL

from gal_studio.engine.memory.slicing import tile_side


@pytest.mark.parametrize("side", [8, 9, 10, 15, 20])
def test_a_picture_keeps_its_size_in_tiles(side: int) -> None:
    """As the context `tiling` sets them, for a picture of any multiple of 8 pixels."""
    with torch.random.fork_rng():
        model = AutoencoderKL(
            down_block_types=("DownEncoderBlock2D",) * 4,
            up_block_types=("UpDecoderBlock2D",) * 4,
            block_out_channels=(4, 4, 4, 4),
            norm_num_groups=2,
        ).eval()
    model.enable_tiling()
    model.tile_latent_min_size, model.tile_sample_min_size = tile_side(side), 8 * tile_side(side)
    with torch.no_grad():
        assert model.decode(torch.zeros(1, 4, side, side)).sample.shape[-2:] == (8 * side, 8 * side)
        assert model.encode(torch.zeros(1, 3, 8 * side, 8 * side)).latent_dist.mean.shape[-1] == side
