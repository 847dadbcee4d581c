"""Measure a model's size without its weights: what its steps allocate, and how many operations they are."""

from typing import Any

import torch
from torch.utils.flop_counter import FlopCounterMode

from gal_studio.core.memory.machine import MachineSettings
from gal_studio.core.memory.shape import Line, ModelShape, spared
from gal_studio.core.settings import Target, TuneSettings
from gal_studio.engine.families.family import Family
from gal_studio.engine.memory.peak import (
    decoding_peak,
    denoising_peak,
    encoding_peak,
    largest_block,
    on_meta_device,
    training_peak,
    without_numbers,
)
from gal_studio.engine.memory.plan import trained_weights
from gal_studio.engine.models.adapters import targeted_layers
from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.models.placement import quantized_layers
from gal_studio.engine.models.swapping import swapped_blocks

_SCALES = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0)


def measure_shape(model: ImageModel) -> ModelShape:
    """The size of a model, which may be on the meta device; its steps are run there in half precision."""
    family = model.family
    largest = model.latent_side()
    sides = (max(2, largest // 2), largest)
    pixels = (round((sides[0] * model.scale) ** 2), round((sides[1] * model.scale) ** 2))

    def line(measured: Any) -> Line:
        small, large, double = measured(1, sides[0]), measured(1, sides[1]), measured(2, sides[1])
        return Line.through(small, large, double, pixels)

    def coded(measured: Any) -> Line:
        small, large = measured(model, sides[0]), measured(model, sides[1])
        return Line.through(small, large, 2 * large, pixels)

    return ModelShape(
        family=family.name,
        resolution=model.resolution,
        grid=family.grid,
        guided_above=_guided_above(model),
        denoiser=_count(family.denoiser),
        linear=_in_linear_layers(family.denoiser),
        autoencoder=_count(family.autoencoder),
        text=sum(map(_count, family.text_parts)),
        text_linear=sum(map(_in_linear_layers, family.text_parts)),
        lora={each: trained_weights(model, TuneSettings(rank=1, target=each)) for each in family.targets},
        targeted={each: _targeted(model, each) for each in family.targets},
        block=largest_block(family),
        training=_trainings(model, line),
        drawing=line(lambda rows, side: denoising_peak(model, rows, side)),
        encoding=coded(encoding_peak),
        decoding=coded(decoding_peak),
        operations=line(lambda rows, side: _operations(model, rows, side)),
        waiting=_waiting(family),
    )


def _waiting(family: Family) -> dict[str, tuple[int, int, int]]:
    """The weights in blocks that can wait in main memory: see `ModelShape.waiting`."""
    parts = {"denoiser": (family.denoiser,), "text": family.text_parts}
    found = {name: [block for part in held for block in swapped_blocks(part)] for name, held in parts.items()}
    if not found["denoiser"]:
        return {}
    return {
        name: (sum(sizes), sum(map(_in_linear_layers, blocks)), max(sizes))
        for name, blocks in found.items()
        if (sizes := [_count(block) for block in blocks])
    }


def _trainings(model: ImageModel, line: Any) -> dict[str, Line]:
    """The bytes of a training step by target, with and without computing activations again."""
    half = ImageModel(model.name, model.family, model.device, MachineSettings(precision="bf16"))
    lines = {}
    for target in (*model.family.targets, "full"):
        changes = {"method": "full"} if target == "full" else {"target": target}
        settings = TuneSettings(rank=8).updated(changes)
        for again in (False, True):
            name = spared(target) if again else target
            lines[name] = line(
                lambda rows, side, used=settings, low=again: training_peak(half, used, rows, low, side)
            )
    return lines


def _targeted(model: ImageModel, target: Target) -> int:
    """The weights that a LoRA for this target changes."""
    layers = targeted_layers(model.denoiser, model.lora_layers(target)).values()
    return sum(layer.weight.numel() for layer in layers)  # type: ignore[operator, union-attr]


def _count(module: torch.nn.Module) -> int:
    return sum(weight.numel() for weight in module.parameters())


def _in_linear_layers(module: torch.nn.Module) -> int:
    return sum(layer.weight.numel() for layer in quantized_layers(module))


def _guided_above(model: ImageModel) -> float:
    """The largest guidance scale that is drawn without guidance; infinity if all are."""
    guided = [scale for scale in _SCALES if model.family.is_guided(scale)]
    unguided = [scale for scale in _SCALES if not guided or scale < guided[0]]
    return 1e9 if not guided else max(unguided, default=0.0)


def _operations(model: ImageModel, rows: int, side: int) -> int:
    """Multiplications and additions of one call of the denoiser."""
    denoiser = on_meta_device(model.family.denoiser)
    with without_numbers(), torch.no_grad(), FlopCounterMode(display=False) as counter:
        denoiser(**model.family.example_inputs(rows, side, torch.float32))
    return int(counter.get_total_flops())
