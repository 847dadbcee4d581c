"""LoRA files with wrong names, shapes, numbers and headers, opened as the worker opens them for drawing."""

import functools
import json
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random

import torch
from safetensors.torch import save_file

from gal_studio.core.errors import StudioError
from gal_studio.core.settings import TuneSettings
from gal_studio.engine.models.adapters import (
    PEFT_CONFIGURATION,
    AdapterCard,
    adapter_tensors,
    attach_lora,
    detach,
    load_into,
    read_adapter,
    save_adapter,
    shapes,
    trainable,
)
from gal_studio.engine.models.image_model import ImageModel, load_image_model
from gal_studio.engine.sampling.fused_adapter import drawing
from gal_studio.studio.create.lora_file import read_lora_facts
from tests.engine.tiny import make_tiny_pipeline
from workshop.benchmarks.attack.target import Target
from workshop.benchmarks.attack.values import NUMBERS, TEXTS, hostile, spoiled, written

Tensors = dict[str, torch.Tensor]
SETTINGS = TuneSettings(rank=2)


@functools.cache
def _model(folder: Path) -> ImageModel:
    """A model with random weights, and a LoRA of it in `good.safetensors`."""
    model = load_image_model(str(make_tiny_pipeline(folder / "tiny")))
    attach_lora(model, SETTINGS, torch.Generator().manual_seed(1))
    with torch.no_grad():
        for weight in trainable(model).values():
            weight.normal_(generator=torch.Generator().manual_seed(2))
    save_adapter(model, folder / "good.safetensors", AdapterCard("", "tiny", 1, 0))
    detach(model)
    return model


def lora(target: Target, random: Random) -> None:
    """Draw with a damaged LoRA, or train on from it: refused in a sentence, or applied in full."""
    model, path = _model(target.folder), target.folder / "changed.safetensors"
    tensors, header = read_adapter(target.folder / "good.safetensors")
    wanted = shapes(tensors)
    turn = random.random()
    if turn < 0.6:
        tensors = random.choice(CHANGES)(random, tensors)
    if turn > 0.4:
        header = _other_header(random, header)
    save_file(tensors, path, metadata=header)
    if random.random() < 0.2:
        _damage(random, path)
    target.tally.add("LoRAs", "tried")
    label = f"{sorted(tensors)[:2]} {header.get(PEFT_CONFIGURATION, '')[:300]}"
    try:
        with suppress(StudioError):
            if (rank := read_lora_facts(path).rank) > path.stat().st_size:
                target.tally.add("LoRAs", "believed", example=f"a rank of {rank}")
        found = _apply(model, path, random)
    except StudioError:
        return
    except Exception:
        target.tally.add("LoRAs", "tracebacks", example=f"{label} {traceback.format_exc()[-700:]}")
        return
    finally:
        detach(model)
    target.tally.add("LoRAs", "taken")
    if found != wanted and header == read_adapter(target.folder / "good.safetensors")[1]:
        target.tally.add("LoRAs", "applied in part", example=label)


def _apply(model: ImageModel, path: Path, random: Random) -> dict[str, tuple[int, ...]]:
    """Use the file in one of two ways; returns the shapes of what was used."""
    if random.random() < 0.7:
        with drawing(model, path):
            assert all(bool(torch.isfinite(weight).all()) for weight in model.denoiser.parameters())
        return shapes(read_adapter(path)[0])
    attach_lora(model, SETTINGS, torch.Generator().manual_seed(3))
    load_into(model, path)
    assert all(bool(torch.isfinite(weight).all()) for weight in trainable(model).values())
    return shapes(adapter_tensors(model))


def _renamed(random: Random, tensors: Tensors) -> Tensors:
    name = random.choice(sorted(tensors))
    odd = random.choice(
        (
            name.replace("lora_A", "lora_down"),
            name + "x",
            name.partition(".")[2],
            "unet.unet." + name,
            "x" * 999,
        )
    )
    return {odd if one == name else one: tensor for one, tensor in tensors.items()}


def _all_renamed(random: Random, tensors: Tensors) -> Tensors:
    old, new = random.choice(
        (("unet.", "text_encoder."), ("lora_A", "lora_C"), ("unet.", ""), ("to_", "at_"))
    )
    return {name.replace(old, new): tensor for name, tensor in tensors.items()}


def _missing(random: Random, tensors: Tensors) -> Tensors:
    left_out = set(random.sample(sorted(tensors), random.randrange(1, len(tensors))))
    return {name: tensor for name, tensor in tensors.items() if name not in left_out}


def _extra(random: Random, tensors: Tensors) -> Tensors:
    names = ("x", "unet.x.lora_A.weight", "unet.conv_in.lora_A.weight", "unet.conv_in.weight", "")
    return {**tensors, random.choice(names): torch.zeros(random.choice(((), (2, 3), (0,))))}


def _reshaped(random: Random, tensors: Tensors) -> Tensors:
    name = random.choice(sorted(tensors))
    shape = random.choice(
        (tensors[name].transpose(0, 1).shape, (1,), (2, 2), (0, 2), (10**9, 0), (3, *tensors[name].shape))
    )
    return {**tensors, name: torch.ones(shape)}


def _other_rank(random: Random, tensors: Tensors) -> Tensors:
    return {
        name: torch.cat([tensor, tensor], 0 if "lora_A" in name else 1) for name, tensor in tensors.items()
    }


def _other_numbers(random: Random, tensors: Tensors) -> Tensors:
    name, number = random.choice(sorted(tensors)), random.choice((float("nan"), float("inf"), 3e38, -1e30))
    return {**tensors, name: torch.full_like(tensors[name], number)}


def _other_type(random: Random, tensors: Tensors) -> Tensors:
    name = random.choice(sorted(tensors))
    kind = random.choice((torch.int8, torch.bool, torch.float64, torch.float16, torch.bfloat16, torch.int64))
    return {**tensors, name: tensors[name].to(kind)}


CHANGES: tuple[Callable[[Random, Tensors], Tensors], ...] = (
    _renamed, _all_renamed, _missing, _extra, _reshaped, _other_rank, _other_numbers, _other_type
)  # fmt: skip


def _other_header(random: Random, header: dict[str, str]) -> dict[str, str]:
    """The header with another configuration of the LoRA, or with something else wrong."""
    turn = random.random()
    if turn < 0.2:
        return {name: text for name, text in header.items() if name != PEFT_CONFIGURATION}
    configuration = json.loads(header[PEFT_CONFIGURATION])
    if turn < 0.8:
        name = random.choice(("r", "lora_alpha", "target_modules", "rank_pattern", "alpha_pattern", "bias"))
        configuration[f"unet.{name}"] = random.choice((hostile(random), random.choice(NUMBERS), 4, 0, [], {}))
    else:
        configuration = spoiled(random, configuration)
    text = (
        written(configuration) if random.random() < 0.9 else random.choice(TEXTS).encode("utf-8", "replace")
    )
    return {**header, PEFT_CONFIGURATION: text.decode("utf-8", "replace")}


def _damage(random: Random, path: Path) -> None:
    data = bytearray(path.read_bytes())
    place = random.randrange(len(data)) if random.random() < 0.5 else random.randrange(200)
    if random.random() < 0.5:
        del data[place:]
    else:
        data[place] ^= 1 << random.randrange(8)
    path.write_bytes(bytes(data))
