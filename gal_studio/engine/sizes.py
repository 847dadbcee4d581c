"""How large what a training makes will be, known before it starts."""

import torch

from gal_studio.core.settings import TuneSettings
from gal_studio.engine.models.adapters import target_modules
from gal_studio.engine.models.image_model import ImageModel

FLOAT32 = 4
"""Bytes of a trained weight, of its gradient, and of each of AdamW's two averages."""


def trained_weights(model: ImageModel, settings: TuneSettings) -> int:
    """How many numbers a training changes: those of the LoRA's layers, or the whole denoiser's."""
    if settings.method == "full":
        return sum(weight.numel() for weight in model.unet.parameters())
    targets = target_modules(model.family, settings.target)
    return sum(
        settings.rank * (_inputs(layer) + int(layer.weight.shape[0]))
        for name, layer in model.unet.named_modules()
        if isinstance(layer, torch.nn.Linear | torch.nn.Conv2d)
        and any(name == target or name.endswith(f".{target}") for target in targets)
    )


def _inputs(layer: torch.nn.Linear | torch.nn.Conv2d) -> int:
    """Inputs of one output: a LoRA's convolution A has the kernel, its B is 1 x 1."""
    return int(layer.weight[0].numel())


def adapter_bytes(model: ImageModel, settings: TuneSettings) -> int:
    """The saved adapter, without its header."""
    return FLOAT32 * trained_weights(model, settings)


def checkpoint_bytes(model: ImageModel, settings: TuneSettings) -> int:
    """A checkpoint: the weights and AdamW's two averages of each."""
    return 3 * adapter_bytes(model, settings)
