"""A LoRA or a LoKr as factors by layer, read from a file of the studio and written in any form."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import torch

from gal_studio.core.errors import StudioError
from gal_studio.core.models.forms.form import ExportForm
from gal_studio.core.models.weights_header import metadata_object
from gal_studio.engine.families.lora_names import LoraNames
from gal_studio.engine.models.adapters import PEFT_CONFIGURATION, read_adapter
from gal_studio.engine.models.factors import FIRST, Change, Factors, Kronecker, alpha_ratio, read_changes
from gal_studio.engine.saving import opened_tensors

Layers = Mapping[str, Factors]


def is_whole_denoiser(path: Path, part: str) -> bool:
    """Whether an adapter is a whole denoiser rather than a LoRA."""
    with opened_tensors(path) as file:
        ours = [name for name in file.keys() if name.startswith(f"{part}.")]  # noqa: SIM118
        return not any(".lora_" in name or FIRST in name for name in ours)


def read_trained(path: Path, part: str) -> Mapping[str, Change]:
    """What a LoRA or a LoKr that the studio trained adds, with its scale, by the names of its layers."""
    tensors, scale = _read(path, part)
    layers = {layer: one.times(scale) for layer, one in read_changes(tensors, part).items()}
    if not layers:
        raise StudioError(f"The adapter {path.name} holds no LoRA: train this round again.")
    return layers


def read_layers(path: Path, part: str) -> dict[str, Factors]:
    """The factors of a LoRA that the studio trained, with its scale, by the names of their layers."""
    return {layer: one for layer, one in read_trained(path, part).items() if isinstance(one, Factors)}


def _read(path: Path, part: str) -> tuple[Mapping[str, torch.Tensor], float]:
    """The tensors of an adapter, and what their products are multiplied by."""
    tensors, header = read_adapter(path)
    try:
        given = metadata_object(header, PEFT_CONFIGURATION)
    except ValueError as error:
        raise StudioError(f"The adapter {path.name} is damaged: train this round again.") from error
    return tensors, alpha_ratio({name.removeprefix(f"{part}."): value for name, value in given.items()})


def named_tensors(
    changes: Mapping[str, Change], part: str, names: LoraNames, form: ExportForm
) -> dict[str, torch.Tensor]:
    """The tensors of a file in this form. Their alpha is their rank, or they have none."""
    if kronecker := {layer: one for layer, one in changes.items() if isinstance(one, Kronecker)}:
        return _of_a_lokr(kronecker, part, form)
    layers = {layer: one for layer, one in changes.items() if isinstance(one, Factors)}
    if form.is_own:
        return _in_pairs({f"{part}.{layer}": factors for layer, factors in layers.items()})
    joined = fused(layers, names, form)
    if not names.has_alpha and form.factors == "lora_A":
        return _in_pairs(joined)
    alphas = {f"{name}.alpha": torch.tensor(float(factors.rank)) for name, factors in joined.items()}
    return {**_down_and_up(joined), **alphas}


def _of_a_lokr(layers: Mapping[str, Kronecker], part: str, form: ExportForm) -> dict[str, torch.Tensor]:
    """The tensors of a LoKr by diffusers' names. Others multiply by alpha / rank, where it has halves."""
    tensors: dict[str, torch.Tensor] = {}
    for layer, one in layers.items():
        name = f"{part}.{layer}" if form.is_own else form.layer(layer)
        tensors |= one.tensors(name)
        if not form.is_own:
            tensors[f"{name}.alpha"] = torch.tensor(float(one.rank))
    return tensors


def fused(layers: Layers, names: LoraNames, form: ExportForm) -> dict[str, Factors]:
    """The layers by their names in the form; those that are parts of one layer there are put together."""
    alone: dict[str, Factors] = {}
    parts: dict[str, dict[int, Factors]] = {}
    for layer, factors in layers.items():
        place = names.layer(layer, form)
        if place.parts == 1:
            alone[place.name] = factors
        else:
            parts.setdefault(place.name, {})[place.part] = factors
    return alone | {
        name: _block_diagonal([found[part] for part in sorted(found)]) for name, found in parts.items()
    }


def _block_diagonal(parts: Sequence[Factors]) -> Factors:
    """One LoRA of a layer with the outputs of all parts, one after the other; exact, of summed rank."""
    return Factors(
        torch.cat([factors.down for factors in parts]),
        torch.block_diag(*(factors.up for factors in parts)),
    )


def _in_pairs(layers: Layers) -> dict[str, torch.Tensor]:
    tensors = {}
    for name, factors in layers.items():
        tensors[f"{name}.lora_A.weight"] = factors.down
        tensors[f"{name}.lora_B.weight"] = factors.up
    return tensors


def _down_and_up(layers: Layers) -> dict[str, torch.Tensor]:
    tensors = {}
    for name, factors in layers.items():
        tensors[f"{name}.lora_down.weight"] = factors.down
        tensors[f"{name}.lora_up.weight"] = factors.up
    return tensors
