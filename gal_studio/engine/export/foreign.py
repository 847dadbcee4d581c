"""A LoRA from elsewhere, in the names of any trainer of today, as a starting point in the studio's format."""

import json
import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from gal_studio.core.errors import StudioError
from gal_studio.core.models.lora_tensors import Role, holds_lora, kind_in_words, split
from gal_studio.core.models.names import refuse_pickle
from gal_studio.core.settings import TuneSettings
from gal_studio.engine.export.foreign_factors import UnfitError, factors_of
from gal_studio.engine.export.foreign_names import Place, changeable, is_of_text, places
from gal_studio.engine.models.adapters import PEFT_CONFIGURATION, attach_lora, targeted_layers, trainable
from gal_studio.engine.models.factors import Factors
from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.models.one_file import read_one_file

LARGEST_RANK = 1024  # of a project
_PEFT_FILE, _PEFT_BESIDE = "adapter_model.safetensors", "adapter_config.json"
_BEYOND: Mapping[Role, str] = {
    "magnitude": "also scales the rows of the base model's weights (DoRA)",
    "bias": "also adds to biases",
    "norm": "also changes whole weights or norms",
    "oft": "turns weights (OFT) and adds nothing to them",
    "glora": "is a GLoRA, which adds more than two factors",
}
"""What the studio cannot train on from, in words."""


@dataclass(frozen=True)
class LoraFile:
    """A LoRA's file: the tensors of each layer by what they are, and the scales that it states elsewhere."""

    path: Path
    layers: Mapping[str, Mapping[Role, torch.Tensor]]
    metadata: Mapping[str, str]

    @property
    def words(self) -> str:
        """What it is: "a LoKr of 224 layers"."""
        kind = kind_in_words(role for roles in self.layers.values() for role in roles)
        return f"{'an' if kind == 'OFT' else 'a'} {kind} of {len(self.layers)} layers"

    def refusal(self, why: str, advice: str) -> StudioError:
        """Refuse the file by what it is."""
        return StudioError(f"The file {self.path.name}, {self.words}, {why}: {advice}.")


def read_foreign(model: ImageModel, path: Path) -> dict[str, Factors]:
    """The factors of a LoRA by the layers of this model; refused unless the model takes all of it exactly."""
    file = read_lora_file(path)
    by_name, modules = places(model), changeable(model.denoiser)
    scales = _Scales(file)
    found: dict[str, Factors] = {}
    unknown = [name for name in file.layers if name not in by_name]
    if unknown:
        raise _misfit(file, model, f"it lacks {len(unknown)} of the layers, such as {min(unknown)}")
    for name, tensors in file.layers.items():
        for layer, factors in _of_layer(file, model, name, tensors, by_name[name], modules, scales).items():
            if layer in found:
                raise file.refusal(f"changes the layer {layer} twice", "export it again")
            found[layer] = _without_idle_rows(factors)
    return found


def read_lora_file(path: Path) -> LoraFile:
    """Read a LoRA's file; refused by what it is if it changes more than a LoRA in two factors does."""
    from safetensors import safe_open

    refuse_pickle(str(path))
    names = read_one_file(path).tensors
    if not holds_lora(names):
        raise StudioError(f"The file {path.name} holds no LoRA: choose a LoRA's .safetensors file.")
    layers: dict[str, dict[Role, torch.Tensor]] = {}
    others: list[str] = []
    with safe_open(path, framework="pt") as file:
        metadata = file.metadata() or {}
        for name in names:
            tensor = file.get_tensor(name)
            if not torch.isfinite(tensor.float()).all():
                raise StudioError(
                    f"The LoRA {path.name} has values that are not numbers (in {name}): its training "
                    "failed, so choose an earlier file of it."
                )
            if (found := split(name)) is None:
                others.append(name)
            else:
                layer = found[0].replace(".processor.", ".")
                layers.setdefault(layer, {})[found[1]] = tensor.detach().float()
    read = LoraFile(path, layers, metadata)
    if others:
        raise read.refusal(f"has tensors that are of no LoRA, such as {min(others)}", "choose another file")
    _refuse_what_is_beyond(read)
    return read


def _refuse_what_is_beyond(file: LoraFile) -> None:
    text = sorted(name for name in file.layers if is_of_text(name))
    if text:
        raise file.refusal(
            f"also changes the text encoder ({len(text)} layers), which the studio does not train",
            "choose one that changes the picture model alone",
        )
    for role, words in _BEYOND.items():
        if count := sum(role in roles for roles in file.layers.values()):
            raise file.refusal(
                f"{words} ({count} layers), which the studio does not train on from",
                "choose a plain LoRA, or merge it into a base model with its own trainer",
            )


def _of_layer(
    file: LoraFile,
    model: ImageModel,
    name: str,
    tensors: Mapping[Role, torch.Tensor],
    place: Place,
    modules: Mapping[str, torch.nn.Module],
    scales: "_Scales",
) -> dict[str, Factors]:
    """What a layer of the file adds to those of the model; one of several parts is cut by its outputs."""
    shapes = [tuple(modules[layer].weight.shape) for layer in place.layers]  # type: ignore[arg-type]
    whole = (sum(shape[0] for shape in shapes), *shapes[0][1:])
    rank = tensors["down"].shape[0] if "down" in tensors else 1
    try:
        made = factors_of(tensors, whole, scales.of(name, rank))
    except UnfitError as error:
        if "sizes" in str(error):
            raise _misfit(file, model, str(error)) from error
        raise file.refusal(
            f"is damaged at the layer {name} ({error})", "copy or download it again"
        ) from error
    cut = made.up.split([shape[0] for shape in shapes])
    return {layer: Factors(made.down, up) for layer, up in zip(place.layers, cut, strict=True)}


class _Scales:
    """The scale of a layer whose alpha is not in the file: by peft's or diffusers' configuration, or 1."""

    def __init__(self, file: LoraFile) -> None:
        self._given = _configuration(file)

    def of(self, name: str, rank: int) -> float:
        """Alpha / rank, or alpha / sqrt(rank) with rslora; patterns name single layers."""
        if not self._given:
            return 1.0
        usual = self._given.get("lora_alpha")
        alpha = _by_pattern(self._given.get("alpha_pattern"), name, usual)
        if not isinstance(alpha, int | float):
            return 1.0
        return float(alpha) / (math.sqrt(rank) if self._given.get("use_rslora") else rank)


def _by_pattern(patterns: Any, name: str, usual: Any) -> Any:
    """As in peft: the first pattern that is the end of the name, as a regular expression."""
    for pattern, value in patterns.items() if isinstance(patterns, dict) else ():
        try:
            if re.match(rf"(.*\.)?({pattern})$", name):
                return value
        except re.error:
            continue
    return usual


def _configuration(file: LoraFile) -> Mapping[str, Any]:
    """What diffusers writes into the header, or peft beside its file."""
    text = file.metadata.get(PEFT_CONFIGURATION, "")
    beside = file.path.with_name(_PEFT_BESIDE)
    if not text and file.path.name == _PEFT_FILE and beside.is_file():
        text = beside.read_text(encoding="utf-8", errors="replace")
    if not text:
        return {}
    try:
        given = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise file.refusal("has a configuration that cannot be read", "export it again") from error
    if not isinstance(given, dict):
        raise file.refusal("has a configuration that cannot be read", "export it again")
    return {re.sub(r"^(unet|transformer)\.", "", str(name)): value for name, value in given.items()}


def attach_foreign(model: ImageModel, path: Path, settings: TuneSettings) -> None:
    """Attach a LoRA with these settings that changes every weight as the file does.

    Its rank may be larger than the file's: the rows that are added do nothing until they are trained.
    """
    found = read_fitting(model, path, settings)
    attach_lora(model, settings, torch.Generator().manual_seed(0), found)
    weights = trainable(model)
    with torch.no_grad():
        for layer, factors in found.items():
            down, up = (weights[f"{layer}.lora_{factor}.default.weight"] for factor in "AB")
            down[: factors.rank] = factors.down.to(down)
            up[:, : factors.rank] = factors.up.to(up)


def read_fitting(model: ImageModel, path: Path, settings: TuneSettings) -> dict[str, Factors]:
    """The factors of a LoRA; refused unless a training with these settings can start from all of them.

    Layers that no target has are trained as well.
    """
    if settings.method != "lora":
        raise StudioError(
            f"The LoRA {path.name} cannot start a training of the whole model: choose the method LoRA."
        )
    found = read_foreign(model, path)
    _refuse_a_smaller_target(model, path, settings, found)
    if (rank := max(factors.rank for factors in found.values())) > settings.rank:
        needed = f"choose a rank of at least {rank}" if rank <= LARGEST_RANK else "choose a smaller one"
        raise StudioError(
            f"The LoRA {path.name} has the rank {rank}, and the project {settings.rank}: {needed}."
        )
    return found


def _refuse_a_smaller_target(
    model: ImageModel, path: Path, settings: TuneSettings, found: Collection[str]
) -> None:
    own, most = (
        targeted_layers(model.denoiser, model.lora_layers(target)) for target in (settings.target, "all")
    )
    if other := sorted(layer for layer in found if layer in most and layer not in own):
        raise StudioError(
            f"The LoRA {path.name} changes the layer {other[0]}, which the target {settings.target!r} leaves "
            "as it is: choose the target 'all', or another LoRA."
        )


def _without_idle_rows(factors: Factors) -> Factors:
    """Leave out rows that change nothing, such as those of its neighbours in a layer that was fused."""
    used = factors.up.flatten(1).any(0)
    if not used.any():
        used[0] = True
    return Factors(factors.down[used], factors.up[:, used])


def _misfit(file: LoraFile, model: ImageModel, why: str) -> StudioError:
    return file.refusal(f"does not fit the model {model.name} ({why})", "choose one that was made for it")
