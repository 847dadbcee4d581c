"""Fuse an adapter into the denoiser for sampling, and restore the base exactly afterwards."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from gal_studio.core import checks
from gal_studio.core.denoising import Denoising
from gal_studio.core.errors import StudioError
from gal_studio.core.models.fast import Solver
from gal_studio.core.models.weights_header import metadata_object
from gal_studio.core.recipe import AS_TRAINED, Recipe
from gal_studio.engine.memory.plan import free_memory
from gal_studio.engine.models.adapters import (
    CARD,
    PEFT_CONFIGURATION,
    Shapes,
    attach_tensors,
    attached_scales,
    detach,
    differing_tensors,
    lokr_shapes,
    read_adapter,
    replace_weight,
    shapes,
    targeted_layers,
)
from gal_studio.engine.models.compiled import compiled
from gal_studio.engine.models.factors import FIRST, alpha_ratio, read_changes
from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.models.swapping import beside

_Weights = Mapping[str, torch.Tensor]

_OTHER_KINDS = ("rank_pattern", "alpha_pattern", "use_rslora", "use_dora", "lora_bias", "fan_in_fan_out")
"""Options of a LoRA's configuration that change what its tensors mean."""


@dataclass(frozen=True)
class Speedup:
    """What makes a model need few steps: the solver, and a LoRA in the studio's format."""

    solver: Solver = "own"
    lora: Path | None = None


AT_ITS_OWN = Speedup()
"""A model as it is: with its family's solver."""


@contextmanager
def drawing(
    model: ImageModel,
    adapter: Path | None = None,
    precision: torch.dtype | None = None,
    recipe: Recipe = AS_TRAINED,
    speed: Speedup = AT_ITS_OWN,
) -> Iterator[ImageModel]:
    """Prepare the model to sample, with a saved adapter or none; restore the base exactly afterwards.

    `recipe` says what multiplies the adapter's change in each denoising step (Eq. G13); a speed LoRA
    counts in full in all of them.
    """
    detach(model)
    if model.is_quantized:
        if speed.lora is not None:
            raise StudioError(
                "A speed LoRA cannot be used with base weights of 8-bit integers: choose plain weights, or a "
                "fast model in its place."
            )
        with _attached(model, adapter, recipe), compiled(model):
            model.solver = speed.solver
            yield model
        return
    precision = precision or model.drawing_precision
    try:
        model.solver = speed.solver
        if speed.lora is not None:
            _fuse(model, speed.lora, AS_TRAINED, precision)
        if adapter is not None:
            _fuse(model, adapter, recipe, precision)
        for name, weight in model.denoiser.named_parameters():
            if weight.dtype != precision:
                replace_weight(model, name, weight.data.to(precision))
        with compiled(model):
            yield model
    finally:
        detach(model)


@contextmanager
def _attached(model: ImageModel, adapter: Path | None, recipe: Recipe) -> Iterator[None]:
    """A LoRA beside base weights of 8-bit integers, which would round it away if it were fused."""
    try:
        if adapter is not None:
            tensors, header = read_adapter(adapter)
            if not any(name.startswith(f"{model.family.part}.") for name in tensors):
                raise StudioError(
                    "This round was trained in full, and a base model of 8-bit integers cannot generate "
                    "with it: choose plain base weights."
                )
            configuration = _lora_configuration(header, tensors, model.family.part, adapter)
            _check_fits(_lora_shapes(model, tensors, configuration), tensors, adapter)
            ratio = alpha_ratio(configuration)
            attach_tensors(model, tensors, configuration, recipe.late * ratio)
            if not recipe.is_constant:
                scales = (attached_scales(model, tensors, s * ratio) for s in (recipe.early, recipe.late))
                model.before_step = _Switch(model, recipe, *scales)
        yield
    finally:
        detach(model)


@contextmanager
def in_float32(module: torch.nn.Module) -> Iterator[None]:
    """Convert a module's weights to float32 within the context, then restore the original ones."""
    held = {name: weight.data for name, weight in module.named_parameters()}
    try:
        for weight in module.parameters():
            weight.data = weight.data.float()
        yield
    finally:
        for name, weight in module.named_parameters():
            weight.data = held[name]


class _Switch:
    """Puts the weights of a recipe's strengths in place before the steps at which they begin."""

    def __init__(self, model: ImageModel, recipe: Recipe, early: _Weights, late: _Weights) -> None:
        self._model, self._recipe, self._early, self._late = model, recipe, early, late

    def __call__(self, step: int, steps: Denoising) -> None:
        """Each batch sets both anew: the one before may have been given up anywhere."""
        first = self._recipe.first_late(steps)
        if step not in (0, first):
            return
        for name, tensor in (self._late if step >= first else self._early).items():
            weight = self._model.denoiser.get_parameter(name)
            weight.data = tensor.to(weight.device, weight.dtype)


def _fuse(model: ImageModel, adapter: Path, recipe: Recipe, precision: torch.dtype) -> None:
    """Replace the weights that the adapter changes, one at a time, rounded as the base and to `precision`.

    Where the strength changes, those of both strengths are held, as near to the device as they fit.
    """
    strengths = (recipe.late,) if recipe.is_constant else (recipe.late, recipe.early)
    weights: list[dict[str, torch.Tensor]] = [{} for _ in strengths]
    place, here = _waiting_place(model, precision), dict(model.denoiser.named_parameters())
    for name, fused in _fused(model, adapter, strengths):
        rounded = [tensor.to(precision) for tensor in fused]
        replace_weight(model, name, rounded[0])
        if not recipe.is_constant:
            for held, tensor in zip(weights, rounded, strict=True):
                held[name] = beside(tensor, here[name]) if model.machine.swapping else tensor.to(place)
    if not recipe.is_constant:
        late, early = weights
        model.before_step = _Switch(model, recipe, early, late)


def _fused(
    model: ImageModel, adapter: Path, strengths: Sequence[float]
) -> Iterator[tuple[str, list[torch.Tensor]]]:
    """The weights that an adapter changes, by name, as they are with each of these strengths of it."""
    tensors, header = read_adapter(adapter)
    weights = dict(model.denoiser.named_parameters())
    part = model.family.part
    if any(name.startswith(f"{part}.") for name in tensors):
        configuration = _lora_configuration(header, tensors, part, adapter)
        _check_fits(_lora_shapes(model, tensors, configuration), tensors, adapter)
        for layer, factors in read_changes(tensors, part).items():
            name = f"{layer}.weight"
            base = weights[name].data.to(model.device)
            # of a large model the processor takes minutes
            change = factors.on(base.device).change.reshape(base.shape)
            changes = [strength * alpha_ratio(configuration) * change for strength in strengths]
            ends = [end for each in changes for end in torch.aminmax(each)]  # ten times as fast as isfinite
            if not torch.stack(ends).isfinite().all():
                raise _damaged(adapter, f"changes {name} by a number that is not finite")
            yield name, [(base.float() + each).to(base.dtype) for each in changes]
    else:
        _check_fits(shapes(weights), tensors, adapter)
        for name, tensor in tensors.items():
            base, changed = weights[name].data.to(model.device), tensor.to(model.device)
            yield name, [changed if each == 1.0 else _between(base, changed, each) for each in strengths]


def _waiting_place(model: ImageModel, precision: torch.dtype) -> torch.device:
    """Where weights wait for their steps: on the device, if a second denoiser leaves half of it free."""
    free = free_memory(model.device)
    size = precision.itemsize * sum(weight.numel() for weight in model.denoiser.parameters())
    waits = model.machine.text_off_device or model.machine.swapping
    is_short = waits or (free is not None and 2 * size > free)
    return torch.device("cpu") if is_short else model.device


def _between(base: torch.Tensor, changed: torch.Tensor, strength: float) -> torch.Tensor:
    return torch.lerp(base.float(), changed.float(), strength).to(base.dtype)


def _check_fits(expected: Shapes, tensors: dict[str, torch.Tensor], adapter: Path) -> None:
    if difference := differing_tensors(expected, shapes(tensors)):
        raise _damaged(adapter, difference)


def _damaged(adapter: Path, what: str) -> StudioError:
    return StudioError(
        f"The adapter {Path(adapter).name} was made for another base model or is damaged (it {what}): "
        "use the model that it was made for."
    )


def _lora_shapes(
    model: ImageModel, tensors: dict[str, torch.Tensor], configuration: dict[str, Any]
) -> dict[str, tuple[int, ...]]:
    """The shapes that a LoRA's tensors must have: those of the layers and the rank that its header names.

    Without such a header they are those of the layers and ranks of its own tensors.
    """
    part = model.family.part
    if any(FIRST in name for name in tensors):
        rank, factor = configuration["r"], configuration["decompose_factor"]
        found = targeted_layers(model.denoiser, configuration["target_modules"])
        return {
            f"{part}.{name}{end}": shape
            for name, layer in found.items()
            for end, shape in lokr_shapes(layer, rank, factor).items()
        }
    named = {name.removeprefix(f"{part}.").partition(".lora_")[0] for name in tensors}
    expected = {}
    for name, layer in targeted_layers(model.denoiser, configuration.get("target_modules") or named).items():
        rank = configuration.get("r") or _own_rank(tensors, f"{part}.{name}")
        out, *inputs = layer.weight.shape
        expected[f"{part}.{name}.lora_A.weight"] = (rank, *inputs)
        expected[f"{part}.{name}.lora_B.weight"] = (out, rank, *(1 for _ in inputs[1:]))
    return expected


def _own_rank(tensors: dict[str, torch.Tensor], layer: str) -> int:
    """The rank of a layer's factors, from either of them; 0 without both."""
    down, up = (tensors.get(f"{layer}.lora_{factor}.weight") for factor in "AB")
    if down is not None:
        return int(down.shape[0])
    return 0 if up is None else int(up.shape[1])


def _lora_configuration(
    header: dict[str, str], tensors: _Weights, part: str, adapter: Path
) -> dict[str, Any]:
    """The LoRA's configuration in its file's header, without the prefix of the pipeline's part.

    Refused if it is of another kind than the studio trains: its tensors would be applied wrongly.
    """
    try:
        given = metadata_object(header, PEFT_CONFIGURATION)
        if CARD in header and not given:
            raise ValueError("an adapter of ours names its layers")
        configuration = {name.removeprefix(f"{part}."): value for name, value in given.items()}
        layers = configuration.get("target_modules") or []
        if configuration:
            checks.whole("r", configuration.get("r"), 1, 1 << 20)
            for name in configuration.keys() & {"lora_alpha", "alpha"}:
                checks.real(name, configuration[name], 0.0, 1e6, exclude_low=True)
        if any(FIRST in name for name in tensors):
            checks.whole("decompose_factor", configuration.get("decompose_factor"), 1, 1 << 20)
        if not isinstance(layers, list) or not all(isinstance(layer, str) for layer in layers):
            raise ValueError(layers)
    except (ValueError, AttributeError, RecursionError, StudioError) as error:
        raise _damaged(adapter, "has a header that cannot be read") from error
    if other := [name for name in _OTHER_KINDS if configuration.get(name)]:
        raise _damaged(adapter, f"uses {other[0]}, which the studio does not")
    return configuration
