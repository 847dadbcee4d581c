"""Choose the device, and the precision of weights, sampling and training."""

import os
import platform
import re
from collections.abc import Sequence

import torch

from gal_studio.core.memory.allocator import InstructionSet, computes_bfloat16, instruction_set
from gal_studio.core.memory.machine import Precision

PRECISIONS = {"bf16": torch.bfloat16, "fp16": torch.float16, "fp32": torch.float32}
SMALL = 100_000_000
"""Weights below which a processor computes in float32: matrices this small gain nothing from bfloat16, and
each weight would be converted in every step."""


def choose_device(wanted: str | torch.device | None = None) -> torch.device:
    """The wanted device, or by default the best one: CUDA, MPS or CPU."""
    if wanted is not None:
        return torch.device(wanted)
    if torch.cuda.is_available() and runs_on(torch.cuda.get_device_capability(), torch.cuda.get_arch_list()):
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def runs_on(capability: tuple[int, int], made_for: Sequence[str]) -> bool:
    """Whether a build made for these architectures (`sm_86`, `compute_90`) has code for a card.

    Machine code runs on cards of its generation from its number on, `compute` code on all later ones. A build
    for other makers' cards names none of these, and is trusted.
    """
    named = [re.match(r"(sm|compute)_(\d+)(\d)", one) for one in made_for]
    known = [(found[1], (int(found[2]), int(found[3]))) for found in named if found]
    return not known or any(
        least <= capability and (kind == "compute" or least[0] == capability[0]) for kind, least in known
    )


def has_fast_bfloat16(device: torch.device, weights: int = SMALL) -> bool:
    """Whether a model of so many weights is faster in bfloat16; emulated, it is slower than float32."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    if device.type == "cpu":
        return weights >= SMALL and computes_bfloat16(_capabilities(), os.environ)
    return False


def instructions() -> InstructionSet:
    """The instruction set that convolutions use on this processor, as far as the environment lets them."""
    return instruction_set(_capabilities(), os.environ)


def _capabilities() -> set[str]:
    return {name for name, has in torch.cpu.get_capabilities().items() if has is True}


def weight_precision(device: torch.device, wanted: Precision = "auto") -> torch.dtype:
    """The precision of base weights in memory: by default half precision on CUDA, float32 elsewhere."""
    if wanted != "auto":
        return PRECISIONS[wanted]
    if device.type == "cuda":
        return torch.bfloat16 if has_fast_bfloat16(device) else torch.float16
    return torch.float32


def drawing_precision(device: torch.device, wanted: Precision = "auto", weights: int = SMALL) -> torch.dtype:
    """The precision of sampling: by default bfloat16 on a CPU where that is faster, else the weights’ own."""
    if wanted != "auto":
        return PRECISIONS[wanted]
    if device.type == "cpu":
        return torch.bfloat16 if has_fast_bfloat16(device, weights) else torch.float32
    return weight_precision(device)


def training_precision(device: torch.device, wanted: Precision = "auto", weights: int = SMALL) -> torch.dtype:
    """The precision of training's computations; the trained weights are always float32.

    CUDA devices without bfloat16 compute in float16, with a scaled loss.
    """
    if wanted != "auto":
        return PRECISIONS[wanted]
    if has_fast_bfloat16(device, weights):
        return torch.bfloat16
    return torch.float16 if device.type == "cuda" else torch.float32


def how_it_computes(device: torch.device) -> str:
    """A CPU's default precision, and on x86 its instruction set, in words."""
    precision = str(drawing_precision(device)).removeprefix("torch.")
    parts = [f"computes in {precision}"]
    if precision != "float32":
        parts.append("small models in float32")
    if platform.machine().lower() in ("x86_64", "amd64"):
        parts.append(f"with instructions of {instructions()}")
    return ", ".join(parts)


def device_name(device: torch.device) -> str:
    """The device's description for logs and bug reports."""
    if device.type == "cuda":
        return f"{device}, {torch.cuda.get_device_name(device)}"
    if device.type != "cpu":
        return str(device)
    return f"{device}, threads: {torch.get_num_threads()}, {how_it_computes(device)}"
