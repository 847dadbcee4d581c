"""Decode latents to pictures, and detect failed pictures."""

import numpy as np
import torch
from PIL import Image

from gal_studio.core.errors import StudioError
from gal_studio.engine.models.image_model import ImageModel

FLAT = 2
"""Largest range of a flat picture's 8-bit values, in each channel."""


def decode(model: ImageModel, latent: torch.Tensor) -> Image.Image | None:
    """Decode one latent (1, c, h, w) to a picture; None if a value is not finite.

    Latents are not batched here, so that a picture does not depend on the others.
    """
    with torch.no_grad():
        pixels = model.family.decode(latent)
    if not torch.isfinite(pixels).all():
        return None
    array = ((pixels[0] / 2 + 0.5).clamp(0, 1) * 255).round().permute(1, 2, 0).cpu().numpy()
    return Image.fromarray(array.astype(np.uint8))


def is_flat(picture: Image.Image) -> bool:
    """Whether a picture is one flat color."""
    pixels = np.asarray(picture.convert("RGB"), dtype=np.int16).reshape(-1, 3)
    return bool((pixels.max(axis=0) - pixels.min(axis=0) <= FLAT).all())


def not_finite_error() -> StudioError:
    """The error for a picture that is not finite even in full precision."""
    return StudioError(
        "The model's output is not an image (non-finite values): "
        "train again with a lower learning rate, or check the model's files."
    )
