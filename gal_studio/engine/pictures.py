"""The pictures of a training as the denoiser sees them: latents and text features, computed once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image

from gal_studio.core.settings import TuneSettings
from gal_studio.engine.denoiser import Sizes
from gal_studio.engine.model import ImageModel
from gal_studio.engine.text import TextFeatures, check_prompts, encode_prompts, stack_texts


@dataclass(frozen=True)
class TrainingPicture:
    """A picture of a training set with its prompt and its weight w_i (Eq. G8; a reference weighs 1)."""

    image: Image.Image
    prompt: str
    weight: float = 1.0
    is_reference: bool = False


@dataclass(frozen=True)
class CachedPictures:
    """Latents (c, h, w) that may be larger than the crop, text features and weights, one row a picture."""

    latents: tuple[torch.Tensor, ...]
    originals: tuple[tuple[int, int], ...]
    text: TextFeatures
    weights: torch.Tensor
    scale: int
    side: int

    def __len__(self) -> int:
        """How many pictures there are."""
        return len(self.latents)

    def crops(
        self, index: Sequence[int], random: bool, generator: torch.Generator
    ) -> tuple[torch.Tensor, list[Sizes]]:
        """Crops (n, c, side, side) of some latents with SDXL's size condition of each."""
        parts, sizes = [], []
        for row in index:
            latent, spare = self.latents[row], [length - self.side for length in self.latents[row].shape[1:]]
            drawn = torch.rand(2, generator=generator).tolist() if random else (0.5, 0.5)
            top, left = (min(int(part * (room + 1)), room) for part, room in zip(drawn, spare, strict=True))
            if not random:
                top, left = spare[0] // 2, spare[1] // 2
            parts.append(latent[:, top : top + self.side, left : left + self.side])
            pixels = self.side * self.scale
            sizes.append((*self.originals[row], top * self.scale, left * self.scale, pixels, pixels))
        return torch.stack(parts), sizes


def cache_pictures(
    model: ImageModel, pictures: Sequence[TrainingPicture], settings: TuneSettings
) -> CachedPictures:
    """Encode every picture and every distinct prompt once.

    A picture's latent is the mode of the autoencoder's posterior, not a draw from it: the draw's spread is
    far below the training noise, and with the mode the same picture is the same latent in every round.
    Random crops are taken from the latent of the whole picture, on the autoencoder's grid.
    """
    check_prompts(model, (picture.prompt for picture in pictures))
    texts = encode_prompts(model, (picture.prompt for picture in pictures))
    resolution = settings.resolution or model.resolution
    return CachedPictures(
        latents=tuple(encode_picture(model, picture.image, resolution) for picture in pictures),
        originals=tuple((picture.image.height, picture.image.width) for picture in pictures),
        text=stack_texts([texts[picture.prompt] for picture in pictures]),
        weights=torch.tensor([picture.weight for picture in pictures], dtype=torch.float32),
        scale=model.scale,
        side=resolution // model.scale,
    )


def encode_picture(model: ImageModel, image: Image.Image, resolution: int) -> torch.Tensor:
    """The latent (c, h, w) on the CPU of a picture whose shorter side becomes `resolution`."""
    factor = resolution / min(image.size)
    grid = [max(resolution, round(side * factor / model.scale) * model.scale) for side in image.size]
    resized = image.convert("RGB").resize((grid[0], grid[1]), Image.Resampling.LANCZOS)
    pixels = torch.from_numpy(np.array(resized, dtype=np.float32)).permute(2, 0, 1)[None] / 127.5 - 1
    config = model.vae.config
    with torch.no_grad():
        latent = model.vae.encode(pixels.to(model.device, model.vae.dtype)).latent_dist.mode().float()
    return ((latent - (config.shift_factor or 0.0)) * config.scaling_factor)[0].cpu()
