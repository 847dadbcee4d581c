"""Fuse an adapter into the denoiser for sampling, and restore the base exactly afterwards."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch

from gal_studio.core.errors import StudioError
from gal_studio.engine.models.adapters import PEFT_CONFIGURATION, detach, keep_base, read_adapter
from gal_studio.engine.models.devices import drawing_precision
from gal_studio.engine.models.image_model import ImageModel


@contextmanager
def drawing(
    model: ImageModel, adapter: Path | None = None, precision: torch.dtype | None = None
) -> Iterator[ImageModel]:
    """Prepare the model to sample, with a saved adapter or none; restore the base exactly afterwards."""
    detach(model)
    keep_base(model)
    try:
        if adapter is not None:
            _fuse(model, adapter)
        for weight in model.denoiser.parameters():
            weight.data = weight.data.to(precision or drawing_precision(model.device))
        yield model
    finally:
        detach(model)


@contextmanager
def in_float32(module: torch.nn.Module) -> Iterator[None]:
    """Convert a module's weights to float32 within the context, then restore the original ones."""
    held = {name: weight.data for name, weight in module.named_parameters()}
    for weight in module.parameters():
        weight.data = weight.data.float()
    try:
        yield
    finally:
        for name, weight in module.named_parameters():
            weight.data = held[name]


def _fuse(model: ImageModel, adapter: Path) -> None:
    tensors, header = read_adapter(adapter)
    weights = dict(model.denoiser.named_parameters())
    part = model.family.part
    if any(name.startswith(f"{part}.") for name in tensors):
        changes = lora_deltas(tensors, _lora_scale(header, part), part)
        _check_fits(changes, weights, adapter)
        for name, change in changes.items():
            base = weights[name].data
            weights[name].data = (base.float() + change.to(base.device)).to(base.dtype)
    else:
        _check_fits(tensors, weights, adapter)
        for name, tensor in tensors.items():
            weights[name].data = tensor.to(model.device)


def _check_fits(
    given: dict[str, torch.Tensor], weights: dict[str, torch.nn.Parameter], adapter: Path
) -> None:
    if any(name not in weights or weights[name].shape != given[name].shape for name in given):
        raise StudioError(
            f"The adapter {Path(adapter).name} was made for another base model: use that model."
        )


def _lora_scale(header: dict[str, str], part: str) -> float:
    configuration = json.loads(header.get(PEFT_CONFIGURATION, "{}"))
    rank = configuration.get(f"{part}.r", 1)
    return float(configuration.get(f"{part}.lora_alpha", rank)) / float(rank)


def lora_deltas(tensors: dict[str, torch.Tensor], scale: float, part: str) -> dict[str, torch.Tensor]:
    """What a LoRA of a pipeline's `part` adds to each weight, by the weight's name: scale * B A."""
    changes = {}
    for name, down in tensors.items():
        if not name.endswith(".lora_A.weight"):
            continue
        layer = name.removeprefix(f"{part}.").removesuffix(".lora_A.weight")
        up = tensors[name.replace(".lora_A.", ".lora_B.")].float()
        product = up.flatten(1) @ down.float().flatten(1)
        shape = (up.shape[0], *down.shape[1:])
        changes[f"{layer}.weight"] = scale * product.view(shape)
    return changes
