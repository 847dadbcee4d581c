"""What all families share."""

import torch

from gal_studio.engine.families.family import dtype_of
from gal_studio.engine.models.image_model import ImageModel


def test_the_type_of_a_part_is_that_which_diffusers_finds(model: ImageModel) -> None:
    for part in (model.denoiser, model.autoencoder):
        assert dtype_of(part) == part.dtype == torch.float32
    assert dtype_of(torch.nn.LayerNorm(2, dtype=torch.bfloat16)) == torch.bfloat16
