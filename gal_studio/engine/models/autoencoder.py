"""A model's autoencoder alone: what it gives back of a picture. Nothing is ever downloaded for it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from gal_studio.core.errors import StudioError, first_line
from gal_studio.engine.families.frames import pixels_for, pixels_of, scale_of
from gal_studio.engine.families.registry import FAMILIES
from gal_studio.engine.hub.models import is_directory
from gal_studio.engine.models.devices import choose_device
from gal_studio.json_files import read_json

PART = "vae"
_USUAL_SIDE = 512  # pixels, where no configuration names one
_LARGEST_WHOLE = 512  # pixels; a longer side is encoded and decoded in tiles


@dataclass(frozen=True)
class Autoencoder:
    """A loaded autoencoder, its pixels per latent position, and the side in pixels that its model draws."""

    module: Any
    scale: int
    resolution: int

    def returned(self, picture: Image.Image) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """A picture as training gets it, and as it comes back; both (h, w, 3).

        Its shorter side becomes the model's resolution, as in `encode_picture`.
        """
        factor = self.resolution / min(picture.size)
        grid = [max(self.resolution, round(side * factor / self.scale) * self.scale) for side in picture.size]
        given = np.array(picture.convert("RGB").resize((grid[0], grid[1]), Image.Resampling.LANCZOS))
        if max(grid) > _LARGEST_WHOLE and hasattr(self.module, "enable_tiling"):
            self.module.enable_tiling()
        weight = next(self.module.parameters())
        pixels = torch.from_numpy(given.astype(np.float32)).permute(2, 0, 1)[None] / 127.5 - 1
        with torch.no_grad():
            given_pixels = pixels_for(self.module, pixels.to(weight.device, weight.dtype))
            made = pixels_of(self.module, self.module(given_pixels, return_dict=False)[0]).float()
        if made.shape != pixels.shape or not torch.isfinite(made).all():
            raise StudioError("The autoencoder of this model gives no image back.")
        array = ((made[0] / 2 + 0.5).clamp(0, 1) * 255).round().permute(1, 2, 0).cpu().numpy()
        return given, array.astype(np.uint8)


def load_autoencoder(name: str) -> Autoencoder:
    """Load the autoencoder of a model from a directory, or from the hub's cache on this machine.

    Refused if it is not there: a picture is looked at before its project exists, and no download may start
    without anybody having asked for one.
    """
    from diffusers import AutoModel

    options = {"local_files_only": True, "use_safetensors": True, "torch_dtype": torch.float32}
    try:
        module: Any = AutoModel.from_pretrained(name, subfolder=PART, **options)
        scale = scale_of(module)
        side = _side(name, scale)
    except Exception as error:  # the libraries raise many types for a model that is not there or damaged
        raise StudioError(
            f"The autoencoder of {name} is not on this machine ({first_line(error)})."
        ) from error
    module.requires_grad_(False).eval().to(choose_device())
    return Autoencoder(module, scale, side)


def _side(name: str, scale: int) -> int:
    """The side of the model's pictures in pixels, by the configuration of its denoiser."""
    usual = {family.part: family.usual_side for family in FAMILIES}
    for part, side in sorted(usual.items()):
        path = _file(name, f"{part}/config.json")
        if path is not None:
            size = read_json(path).get("sample_size")  # of latents
            named = size if isinstance(size, int) else (size or [0])[0]
            return int(named) * scale or side
    return _USUAL_SIDE


def _file(name: str, file: str) -> Path | None:
    """A file of a model directory, or of the hub's cache; None if it is not on this machine."""
    if is_directory(name):
        path = Path(name) / file
        return path if path.is_file() else None
    from huggingface_hub import try_to_load_from_cache

    cached = try_to_load_from_cache(name, file)
    return Path(cached) if isinstance(cached, str) else None
