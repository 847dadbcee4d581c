"""A LoRA as pairs of factors by layer, read from a file of the studio and written in any form."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import torch

from gal_studio.core.errors import StudioError
from gal_studio.core.models.forms.form import ExportForm
from gal_studio.core.models.weights_header import metadata_object
from gal_studio.engine.families.lora_names import LoraNames
from gal_studio.engine.models.adapters import PEFT_CONFIGURATION, read_adapter
from gal_studio.engine.models.factors import Factors, alpha_ratio, read_factors
from gal_studio.engine.saving import opened_tensors

Layers = Mapping[str, Factors]


def is_whole_denoiser(path: Path, part: str) -> bool:
    """Whether an adapter is a whole denoiser rather than a LoRA."""
    with opened_tensors(path) as file:
        return not any(name.startswith(f"{part}.") and ".lora_" in name for name in file.keys())  # noqa: SIM118


def read_layers(path: Path, part: str) -> dict[str, Factors]:
    """The factors of a LoRA that the studio trained, with its scale, by the names of their layers."""
    tensors, header = read_adapter(path)
    try:
        given = metadata_object(header, PEFT_CONFIGURATION)
    except ValueError as error:
        raise StudioError(f"The adapter {path.name} is damaged: train this round again.") from error
    scale = alpha_ratio({name.removeprefix(f"{part}."): value for name, value in given.items()})
    layers = {layer: factors.times(scale) for layer, factors in read_factors(tensors, part).items()}
    if not layers:
        raise StudioError(f"The adapter {path.name} holds no LoRA: train this round again.")
    return layers


def named_tensors(layers: Layers, part: str, names: LoraNames, form: ExportForm) -> dict[str, torch.Tensor]:
    """The tensors of a file in this form. Their alpha is their rank, or they have none."""
    if form.is_own:
        return _in_pairs({f"{part}.{layer}": factors for layer, factors in layers.items()})
    joined = fused(layers, names, form)
    if not names.has_alpha and form.factors == "lora_A":
        return _in_pairs(joined)
    alphas = {f"{name}.alpha": torch.tensor(float(factors.rank)) for name, factors in joined.items()}
    return {**_down_and_up(joined), **alphas}


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
