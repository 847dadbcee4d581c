"""The image token of a DINO-like model: a unit vector for each picture, which the DINO metric compares."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from gal_studio.core.errors import StudioError
from gal_studio.engine.features.clip import unit_rows
from gal_studio.engine.features.pretrained_vision import PretrainedVision, load_pretrained_vision
from gal_studio.engine.models.devices import choose_device

DINO = "timm/vit_small_patch16_224.dino"
"""DINO v1, ViT-S/16, which both papers' tables are measured with; its repository has safetensors."""
MARGIN = 256 / 224
"""The shorter side before the crop, relative to it, if the model says none; published: 256 and 224 pixels."""
BATCH = 32


@dataclass(frozen=True)
class ImageTokenEmbedder:
    """A loaded model; features are float64 unit rows."""

    vision: PretrainedVision
    device: torch.device

    def images(self, pictures: Sequence[Image.Image]) -> NDArray[np.float64]:
        """The image tokens of n pictures, (n, d)."""
        rows = []
        for first in range(0, len(pictures), BATCH):
            pixels = torch.stack([self._pixels(picture) for picture in pictures[first : first + BATCH]])
            with torch.inference_mode():
                tokens = self.vision.tokens(pixels.to(self.device))
            assert tokens is not None  # as `load_image_token` made sure
            rows.append(tokens[:, 0])
        return unit_rows(rows, f"vision model {self.vision.name}")

    def _pixels(self, picture: Image.Image) -> torch.Tensor:
        """Resize the shorter side bicubically, crop the middle, normalise: (3, side, side)."""
        from torchvision.transforms import functional as change

        side = self.vision.own_side
        shorter = self.vision.shorter_side or round(side * MARGIN)
        resized = change.resize(
            picture.convert("RGB"), [shorter], interpolation=change.InterpolationMode.BICUBIC
        )
        cropped = change.to_tensor(change.center_crop(resized, [side, side]))
        return change.normalize(cropped, list(self.vision.mean), list(self.vision.std))


def load_image_token(name: str, device: str | torch.device | None = None) -> ImageTokenEmbedder:
    """Load a DINO-like model from a directory or the hub; one without an image token is refused."""
    chosen = choose_device(device)
    vision = load_pretrained_vision(name, chosen, {})
    side = vision.own_side
    blank = torch.zeros(1, 3, side, side, device=chosen)
    try:
        with torch.inference_mode():
            tokens = vision.tokens(blank) if vision.patch else None
    except (TypeError, ValueError, RuntimeError):
        tokens = None
    if tokens is None or tokens.shape[1] <= (side // vision.patch) ** 2:
        raise StudioError(
            f"The vision model {name} has no image token, which the DINO metric compares: use a DINO or "
            f"DINOv2 model, such as {DINO}."
        )
    return ImageTokenEmbedder(vision, chosen)
