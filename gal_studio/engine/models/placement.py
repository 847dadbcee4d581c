"""Hold a model on its device in less memory: text encoders in main memory, weights as 8-bit integers."""

import logging
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import torch

from gal_studio.core.errors import StudioError
from gal_studio.core.extras import how_to_install, is_installed
from gal_studio.core.memory.machine import MachineSettings
from gal_studio.engine.families.family import Family
from gal_studio.engine.hidden import reveal
from gal_studio.engine.models.swapping import BlockSwap, swap_of, swapped_blocks

_NEEDED = {
    ("base", "int8"): ("torchao", "Base weights of 8-bit integers need", "plain base weights"),
    ("optimizer", "adamw8bit"): ("bitsandbytes", "The 8-bit optimizer needs", "the plain optimizer"),
}
_PRODIGY = "prodigyopt"


def check_machine(machine: MachineSettings, device: torch.device) -> None:
    """Refuse settings whose package is not installed, or that do not work on the device."""
    for (name, value), (package, needs, instead) in _NEEDED.items():
        if getattr(machine, name) != value:
            continue
        if device.type == "mps":
            raise StudioError(
                f"{needs} an NVIDIA GPU or a CPU, and this device is neither: choose {instead}."
            )
        if not is_installed(package):
            raise StudioError(
                f"{needs} the package {package}, which is not installed: "
                f"run {how_to_install('memory')} in the studio's folder, or choose {instead}."
            )
    if machine.optimizer == "prodigy" and not is_installed(_PRODIGY):
        raise StudioError(
            f"Prodigy needs the package {_PRODIGY}, which is not installed: "
            f"run {how_to_install('prodigy')} in the studio's folder, or choose AdamW."
        )


def place(family: Family, device: torch.device, machine: MachineSettings) -> None:
    """Move the model to its device, except for text encoders and blocks that wait in main memory."""
    if machine.swapping and swapped_blocks(family.denoiser):
        for swapped in (family.denoiser, *family.text_parts):
            BlockSwap(swapped, device)
    if not machine.text_off_device and swap_of(family.denoiser) is None:
        family.to(device)
    else:
        kept = {id(part) for part in family.text_parts} if machine.text_off_device else set()
        _move([part for part in family.frozen_parts if id(part) not in kept], device)


def lay_out_autoencoder(family: Family) -> None:
    """Hold the autoencoder in float32 and channels last.

    Half precision overflows in the larger ones; channels last decodes faster on a CPU.
    """
    for weight in family.autoencoder.parameters():
        layout = torch.channels_last if weight.ndim == 4 else torch.preserve_format
        weight.data = weight.data.to(torch.float32, memory_format=layout)


@contextmanager
def text_on_device(family: Family, device: torch.device, machine: MachineSettings) -> Iterator[None]:
    """Have the text encoders on the device within the context.

    Where they are off the device, they and the denoiser take turns on it.
    """
    if not machine.text_off_device:
        yield
        return
    _move([family.denoiser], torch.device("cpu"))
    _move(family.text_parts, device)
    try:
        yield
    finally:
        _move(family.text_parts, torch.device("cpu"))
        _move([family.denoiser], device)


def _move(parts: Iterable[torch.nn.Module], device: torch.device) -> None:
    for part in parts:
        swap = swap_of(part)
        if swap is None or swap.device != device:
            part.to(device)
        else:
            swap.settle()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def quantize(module: Any) -> None:
    """Hold the weights of linear layers as 8-bit integers with a scale for each output; they are frozen."""
    logging.getLogger("torch.utils._pytree").setLevel(logging.ERROR)  # of enumerations within torchao
    reveal("torchao")
    from peft.import_utils import is_torchao_available
    from torchao.quantization import Int8WeightOnlyConfig, quantize_

    is_torchao_available.cache_clear()  # it was hidden from a LoRA before

    chosen = set(quantized_layers(module))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        quantize_(module, Int8WeightOnlyConfig(), filter_fn=lambda layer, _name: layer in chosen)
    module.requires_grad_(False)


def quantized_layers(module: torch.nn.Module) -> list[torch.nn.Linear]:
    """The linear layers whose weights can be 8-bit integers: all but those that an embedding shares."""
    shared = {id(layer.weight) for layer in module.modules() if isinstance(layer, torch.nn.Embedding)}
    layers = (layer for layer in module.modules() if isinstance(layer, torch.nn.Linear))
    return [layer for layer in layers if id(layer.weight) not in shared]
