"""One call of the denoiser, the same for drawing and for training, whatever the family."""

import torch

from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.models.text import TextFeatures

Sizes = tuple[int, int, int, int, int, int]


def whole_picture(resolution: int) -> Sizes:
    """SDXL's size condition of an uncropped picture: original size, crop's corner, target size."""
    return (resolution, resolution, 0, 0, resolution, resolution)


def predict(
    model: ImageModel,
    latents: torch.Tensor,
    timesteps: torch.Tensor,
    text: TextFeatures,
    sizes: list[Sizes],
) -> torch.Tensor:
    """eps_hat or v_hat in float32 for latents (n, c, h, w), timesteps (n,) and the text of each row."""
    dtype = model.unet.dtype
    added = None
    if text.pooled is not None:
        ids = torch.tensor(sizes, device=latents.device, dtype=dtype)
        added = {"text_embeds": text.pooled.to(dtype), "time_ids": ids}
    return model.unet(
        latents.to(dtype),
        timesteps,
        encoder_hidden_states=text.hidden.to(dtype),
        added_cond_kwargs=added,
        return_dict=False,
    )[0].float()
