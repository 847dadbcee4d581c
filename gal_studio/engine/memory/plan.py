"""Choose how many pictures to process at a time, so that they fit into the device's memory."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch

from gal_studio.core.errors import StudioError
from gal_studio.core.memory.allocator import kept
from gal_studio.core.memory.machine import MOMENTS, MachineSettings
from gal_studio.core.memory.need import HERE, OVERHEAD
from gal_studio.core.settings import GenerationSettings, TuneSettings
from gal_studio.engine.memory.peak import (
    autocast_copies,
    coded_side,
    drawing_peak,
    encoding_peak,
    training_peak,
)
from gal_studio.engine.models.adapters import factor_of, lokr_shapes, targeted_layers
from gal_studio.engine.models.devices import instructions
from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.models.swapping import swapped_blocks

FLOAT32 = 4
"""Bytes of a trained weight, of its gradient, and of each of AdamW's two moments."""

_CGROUP = Path("/sys/fs/cgroup")
_OUT_OF_MEMORY = (
    "defaultcpuallocator: can't allocate memory",
    "defaultcpuallocator: not enough memory",  # Windows
    "mps backend out of memory",
    "cublas_status_alloc_failed",
    "std::bad_alloc",
)
_OF_ONEDNN = "could not create a primitive"
"""All that oneDNN says of it; what it does not support has a descriptor that could not be created."""


@dataclass(frozen=True)
class MemoryPlan:
    """Process `rows` pictures at a time; `low_memory` trades time for memory."""

    rows: int
    low_memory: bool = False


def free_memory(device: torch.device) -> int | None:
    """Free bytes on the device; None if unknown."""
    if device.type == "cuda":
        held = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
        return int(torch.cuda.mem_get_info(device)[0]) + held
    if device.type == "mps":
        if not hasattr(torch.mps, "recommended_max_memory"):
            return None
        return int(torch.mps.recommended_max_memory() - torch.mps.driver_allocated_memory())
    return host_memory()


def is_out_of_memory(error: Exception) -> bool:
    """Whether an error means that the device is out of memory; each backend raises its own error."""
    text = str(error).lower()
    is_said = text.strip() == _OF_ONEDNN or any(part in text for part in _OUT_OF_MEMORY)
    return is_said or isinstance(error, torch.OutOfMemoryError | MemoryError)


def release_memory() -> None:
    """Release the memory that the device's allocator caches."""
    torch.cuda.empty_cache()
    if torch.backends.mps.is_available():
        torch.mps.empty_cache()


def host_memory(cgroup: Path = _CGROUP) -> int:
    """Free bytes of main memory, within the limit of the process's container if there is one."""
    import psutil

    free = int(psutil.virtual_memory().available)
    for limit, used, statistics, cached in (
        ("memory.max", "memory.current", "memory.stat", "inactive_file"),
        ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes", "memory/memory.stat",
         "total_inactive_file"),
    ):  # fmt: skip
        most, now = _number(cgroup / limit), _number(cgroup / used)
        if most is not None and now is not None:
            free = min(free, most - now + _cached(cgroup / statistics, cached))
    return max(free, 0)


def _number(path: Path) -> int | None:
    """Read a number from a kernel file; None if there is no file or no limit."""
    try:
        return int(path.read_text())
    except (OSError, ValueError):
        return None


def _cached(path: Path, name: str) -> int:
    """Bytes of the page cache that the kernel can reclaim."""
    try:
        lines = dict(line.split() for line in path.read_text().splitlines())
        return int(lines.get(name, 0))
    except (OSError, ValueError):
        return 0


def training_need(model: ImageModel, settings: TuneSettings, plan: MemoryPlan) -> int:
    """Bytes that training needs beside the base weights: for its steps, or before them to encode a picture.

    A step needs the trained weights, their moments and gradients, a teacher's LoRA (Eq. G24), autocast's
    copies and the activations, and on a CPU what its allocator keeps.
    """
    held = trained_bytes(model.machine) * trained_weights(model, settings)
    held += adapter_bytes(model, settings) if settings.may_be_taught else 0  # the teacher's
    held += autocast_copies(model, settings, plan.low_memory) + _swapped_in(model)
    active = int(OVERHEAD[model.device.type] * training_peak(model, settings, plan.rows, plan.low_memory))
    step = held + active + _kept(model, active, model.training_precision, training=True)
    return max(step, encoding_need(model, settings, plan.low_memory))


def trained_bytes(machine: MachineSettings) -> int:
    """Bytes of each trained weight, its gradient and what the optimizer holds of it."""
    return 2 * FLOAT32 + MOMENTS[machine.optimizer]


def encoding_need(model: ImageModel, settings: TuneSettings, low_memory: bool) -> int:
    """Bytes that encoding one square picture needs beside the weights; `low_memory` encodes in tiles."""
    side = model.latent_side(settings.resolution)
    return int(OVERHEAD[model.device.type] * encoding_peak(model, coded_side(model, side, low_memory)))


def drawing_need(
    model: ImageModel, settings: GenerationSettings, plan: MemoryPlan, references: float = 0.0
) -> int:
    """Bytes that sampling `plan.rows` pictures at a time needs beside the weights.

    With each, the denoiser reads `references` latents of the same size.
    """
    side = model.latent_side(settings.resolution)
    asked = plan.rows * (2 if model.family.is_guided(settings.guidance_scale) else 1)
    asked = math.ceil(asked * (1 + references))
    active = int(OVERHEAD[model.device.type] * drawing_peak(model, asked, side, plan.low_memory))
    active += _swapped_in(model)
    return active + _kept(model, active, model.drawing_precision)


def _swapped_in(model: ImageModel) -> int:
    """Bytes of the blocks that are on the device at a time, where a denoiser's blocks wait in main memory."""
    if not model.machine.swapping:
        return 0
    sizes = (sum(weight.nbytes for weight in block.parameters()) for block in swapped_blocks(model.denoiser))
    return HERE * max(sizes, default=0)


def _kept(model: ImageModel, active: int, precision: torch.dtype, training: bool = False) -> int:
    """Bytes that a CPU's allocator keeps beside what is live; other devices' is within their overhead."""
    if model.device.type != "cpu":
        return 0
    return kept(active, instructions(), precision != torch.float32, training)


def plan_training(model: ImageModel, settings: TuneSettings, rows: int, free: int | None) -> MemoryPlan:
    """Choose the micro-batch size, halving `rows` until it fits; refuse if one row does not fit."""
    what = "to train this model"
    advice = "choose LoRA, a lower resolution or a smaller model"
    return _largest_plan(rows, free, lambda plan: training_need(model, settings, plan), what, advice)


def plan_drawing(
    model: ImageModel, settings: GenerationSettings, free: int | None, references: float = 0.0
) -> MemoryPlan:
    """Choose the batch size, halving the setting until it fits; refuse if one picture does not fit."""
    rows, what = settings.batch_size, "to generate one image"
    advice = "choose a smaller model or resolution"
    return _largest_plan(
        rows, free, lambda plan: drawing_need(model, settings, plan, references), what, advice
    )


def _largest_plan(
    rows: int, free: int | None, need: Callable[[MemoryPlan], int], what: str, advice: str
) -> MemoryPlan:
    """Halve the rows until they fit: 20, 10, 5, 2, 1, and then 1 with less memory."""
    plan = MemoryPlan(rows)
    while free is not None and (needed := need(plan)) > free:
        if plan.low_memory:
            raise StudioError(
                f"There is not enough free memory {what}: {_gigabytes(needed)} are needed, but only "
                f"{_gigabytes(free)} are free. Close other programs, or {advice}."
            )
        plan = smaller_plan(plan)
    return plan


def smaller_plan(plan: MemoryPlan) -> MemoryPlan:
    """The plan to try if this one does not fit."""
    return MemoryPlan(plan.rows // 2) if plan.rows > 1 else MemoryPlan(1, low_memory=True)


def _gigabytes(count: int) -> str:
    return f"{count / 2**30:.1f} GB" if count >= 2**30 else f"{count / 2**20:.0f} MB"


def trained_weights(model: ImageModel, settings: TuneSettings) -> int:
    """Count the trained parameters: those of the LoRA or the LoKr, or of the whole denoiser."""
    if settings.method == "full":
        return sum(weight.numel() for weight in model.denoiser.parameters())
    layers = targeted_layers(model.denoiser, model.lora_layers(settings.target)).values()
    if factor := factor_of(settings):
        found = (lokr_shapes(layer, settings.rank, factor) for layer in layers)
        return sum(math.prod(shape) for shapes in found for shape in shapes.values())
    return sum(settings.rank * (_inputs(layer) + int(layer.weight.shape[0])) for layer in layers)


def _inputs(layer: torch.nn.Module) -> int:
    """Inputs of a LoRA's A for this layer; for a convolution A has the layer's kernel, and B is 1 x 1."""
    return int(layer.weight[0].numel())


def adapter_bytes(model: ImageModel, settings: TuneSettings) -> int:
    """Bytes of a saved adapter, without its header."""
    return FLOAT32 * trained_weights(model, settings)


def checkpoint_bytes(model: ImageModel, settings: TuneSettings) -> int:
    """Bytes of a checkpoint: each weight and AdamW's two moments of it."""
    return 3 * adapter_bytes(model, settings)
