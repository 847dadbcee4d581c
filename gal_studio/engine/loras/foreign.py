"""A LoRA from elsewhere, in the names of any trainer of today, as a starting point in the studio's format."""

import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from gal_studio.core import strict_json
from gal_studio.core.errors import StudioError
from gal_studio.core.models.lora_kinds import (
    base_by_layers,
    bundled_embedding,
    is_another_base,
    refuse_what_is_no_lora,
    stated_base,
)
from gal_studio.core.models.lora_tensors import (
    Role,
    is_of_text,
    kind_in_words,
    refuse_several_adapters,
    split,
)
from gal_studio.core.models.names import refuse_pickle
from gal_studio.core.settings import TuneSettings
from gal_studio.core.words import counted
from gal_studio.engine.loras.foreign_factors import UnfitError, factors_of
from gal_studio.engine.loras.foreign_names import TensorPlace, changeable, own_name, places
from gal_studio.engine.loras.starts import changed_by
from gal_studio.engine.models.adapters import (
    PEFT_CONFIGURATION,
    attach_layers,
    attach_lora,
    targeted_layers,
    trainable,
)
from gal_studio.engine.models.factors import Factors
from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.models.one_file import read_one_file
from gal_studio.engine.saving import opened_tensors
from gal_studio.json_files import read_plain

LARGEST_RANK = 1024  # of a project
_PEFT_FILE, PEFT_BESIDE = "adapter_model.safetensors", "adapter_config.json"
_DORA = "rescales the weights that it changes"
_BEYOND: Mapping[Role, str] = {
    "magnitude": _DORA,
    "magnitude_of_outputs": _DORA,
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
    text_layers: int = 0  # that are left out
    embeddings: tuple[str, ...] = ()  # bundled words of the text encoder, left out likewise

    @property
    def words(self) -> str:
        """What it is: "a LoKr of 224 layers"."""
        kind = kind_in_words(role for roles in self.layers.values() for role in roles)
        return f"{'an' if kind == 'OFT' else 'a'} {kind} of {counted(len(self.layers), 'layer')}"

    def refusal(self, why: str, advice: str) -> StudioError:
        """Refuse the file by what it is."""
        return StudioError(f"The file {self.path.name}, {self.words}, {why}: {advice}.")

    def infinite(self) -> StudioError:
        """Refuse finite tensors whose product is not."""
        return self.refusal("has scales that make its weights infinite", "choose an earlier file of it")


@dataclass(frozen=True)
class ForeignLora:
    """The factors of a LoRA from elsewhere by the layers of the model, and what is not taken over of it.

    `used` of the file's layers are those of the factors.
    """

    factors: Mapping[str, Factors]
    used: int = 0
    text_layers: int = 0
    embeddings: tuple[str, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know, in sentences."""
        said = [f"All of the LoRA is used: {counted(self.used, 'layer')}."]
        if self.text_layers:
            said = [
                f"{self.used} of its {counted(self.used + self.text_layers, 'layer')} are used.",
                f"Without {counted(self.text_layers, 'layer')} of the text encoder, images differ from "
                "those of other programs.",
            ]
        if self.embeddings:
            words = ", ".join(f"“{word}”" for word in self.embeddings[:3])
            said.append(f"Its embedding of {words} is left out: the base model does not know the word.")
        return tuple(said)


def read_foreign(model: ImageModel, path: Path, without_text: bool = False) -> ForeignLora:
    """The exact factors of a LoRA by the layers of this model; refused unless the model takes all of it.

    `without_text` leaves out what changes a text encoder; otherwise such a file is refused.
    """
    by_name = places(model)
    file = read_lora_file(path, without_text, by_name)
    reader = _Reader(file, model, by_name)
    found: dict[str, Factors] = {}
    unknown = [name for name in file.layers if name not in by_name]
    if unknown:
        share = f"{len(unknown)} of its {len(file.layers)} layers"
        raise _misfit(file, model, f"the model lacks {share}, such as {min(unknown)}")
    for name in file.layers:
        for layer, factors in reader.of_layer(name).items():
            if layer in found:
                raise file.refusal(f"changes the layer {layer} twice", "export it again")
            found[layer] = _without_idle_rows(factors)
    if not all(map(_is_finite, found.values())):
        raise file.infinite()
    if not any(factors.down.any() and factors.up.any() for factors in found.values()):
        raise file.refusal("changes nothing: all that it adds is 0", "choose a later file of its training")
    return ForeignLora(found, len(file.layers), file.text_layers, file.embeddings)


def read_lora_file(path: Path, without_text: bool = False, known: Collection[str] = ()) -> LoraFile:
    """Read a LoRA's file; refused by what it is if it changes more than a LoRA in two factors does.

    `known` layers are of the image model, whatever their names sound like.
    """
    refuse_pickle(str(path))
    names = read_one_file(path).tensors
    refuse_what_is_no_lora(path.name, names)
    refuse_several_adapters(path.name, names)
    layers: dict[str, dict[Role, torch.Tensor]] = {}
    others: list[str] = []
    embeddings = tuple(sorted({word for name in names if (word := bundled_embedding(name))}))
    with opened_tensors(path) as file:
        metadata = file.metadata() or {}
        for name in names:
            if bundled_embedding(name):
                continue
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
    read = LoraFile(path, layers, metadata, embeddings=embeddings)
    if others:
        raise read.refusal(
            f"has tensors that belong to no LoRA, such as {min(others)}", "choose another file"
        )
    return _of_the_picture_model(read, without_text, known)


def _of_the_picture_model(file: LoraFile, without_text: bool, known: Collection[str]) -> LoraFile:
    """The file without a text encoder's layers, if these may be left out; the rest has to be a LoRA."""
    text = {name for name in file.layers if is_of_text(name) and name not in known}
    if text and not without_text:
        raise file.refusal(
            f"also changes the text encoder ({counted(len(text), 'layer')}), which the studio does not train",
            "choose to leave these out, or choose one that changes the image model alone",
        )
    kept = {name: roles for name, roles in file.layers.items() if name not in text}
    rest = replace(file, layers=kept, text_layers=len(text))
    for role, words in _BEYOND.items():
        if found := sum(role in roles for roles in kept.values()):
            raise rest.refusal(
                f"{words} ({counted(found, 'layer')}), which the studio cannot start from",
                "choose a plain LoRA, or merge it into a base model with its own trainer",
            )
    return rest


def _is_finite(factors: Factors) -> bool:
    """Whether a product, and what it makes of any picture, stays far below what a float can hold."""
    sizes = factors.down.float().square().sum() * factors.up.float().square().sum()
    return bool(sizes.isfinite())


class _Reader:
    """Reads the layers of a file into those of a model."""

    def __init__(self, file: LoraFile, model: ImageModel, by_name: Mapping[str, TensorPlace]) -> None:
        self._file, self._model, self._by_name = file, model, by_name
        self._modules = changeable(model.denoiser)
        self._configuration = _configuration(file)
        if words := changed_by(self._configuration, file.metadata):
            raise file.refusal(
                f"began with a changed base model ({words}), which the studio does not have",
                "save it as a plain LoRA with its trainer, or choose another one",
            )

    def of_layer(self, name: str) -> dict[str, Factors]:
        """What a layer of the file adds to those of the model; one of several parts is cut by its outputs."""
        tensors, layers = self._file.layers[name], self._by_name[name].layers
        shapes = [tuple(self._modules[layer].weight.shape) for layer in layers]  # type: ignore[arg-type]
        whole = (sum(shape[0] for shape in shapes), *shapes[0][1:])
        outs = [shape[0] for shape in shapes]
        rank = tensors["down"].shape[0] if "down" in tensors and tensors["down"].dim() else 1
        try:
            made = factors_of(tensors, whole, _scale(self._configuration, name, rank))
        except UnfitError as error:
            if "sizes" in str(error):
                raise _misfit(self._file, self._model, str(error)) from error
            raise self._file.refusal(
                f"is damaged at the layer {name} ({error})", "copy or download it again"
            ) from error
        cut = (Factors(made.down, up) for up in made.up.split(outs))
        return dict(zip(layers, cut, strict=True))


def _scale(configuration: Mapping[str, Any], name: str, rank: int) -> float:
    """The scale of a layer whose alpha is not in the file, by peft's or diffusers' configuration, or 1.

    Alpha / rank, or alpha / sqrt(rank) with rslora; patterns name single layers.
    """
    usual = configuration.get("lora_alpha")
    alpha = _by_pattern(configuration.get("alpha_pattern"), own_name(name), usual)
    if not isinstance(alpha, int | float) or isinstance(alpha, bool) or rank < 1:
        return 1.0
    return float(alpha) / (math.sqrt(rank) if configuration.get("use_rslora") else rank)


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
    beside = file.path.with_name(PEFT_BESIDE)
    if not text and file.path.name == _PEFT_FILE and beside.is_file():
        text = read_plain(beside).decode("utf-8", "replace")
    if not text:
        return {}
    try:
        given = strict_json.loads(text)
    except StudioError as error:
        raise file.refusal("has a configuration that cannot be read", "export it again") from error
    if not isinstance(given, dict):
        raise file.refusal("has a configuration that cannot be read", "export it again")
    return {re.sub(r"^(unet|transformer)\.", "", str(name)): value for name, value in given.items()}


def attach_foreign(
    model: ImageModel, path: Path, settings: TuneSettings, without_text: bool = False
) -> ForeignLora:
    """Attach a LoRA with these settings that changes every weight as the file does; see `read_fitting`.

    Its rank may be larger than the file's: the rows that are added do nothing until they are trained.
    """
    read = read_fitting(model, path, settings, without_text)
    attach_lora(model, settings, torch.Generator().manual_seed(0), read.factors.keys())
    _fill(model, read)
    return read


def attach_as_it_is(model: ImageModel, path: Path, without_text: bool = False) -> ForeignLora:
    """Attach a LoRA of the file's own layers and largest rank."""
    read = read_foreign(model, path, without_text)
    attach_layers(model, max(factors.rank for factors in read.factors.values()), sorted(read.factors))
    _fill(model, read)
    return read


def _fill(model: ImageModel, read: ForeignLora) -> None:
    """Copy the factors into an attached LoRA; rows beyond theirs do nothing."""
    weights = trainable(model)
    with torch.no_grad():
        for layer, factors in read.factors.items():
            down, up = (weights[f"{layer}.lora_{factor}.default.weight"] for factor in "AB")
            down[: factors.rank] = factors.down.to(down)
            up[:, : factors.rank] = factors.up.to(up)


def read_fitting(
    model: ImageModel, path: Path, settings: TuneSettings, without_text: bool = False
) -> ForeignLora:
    """The factors of a LoRA; refused unless a training with these settings can start from all of them.

    Layers that no target has are trained as well.
    """
    if settings.method != "lora":
        raise StudioError(
            f"The LoRA {path.name} cannot start a training of a LoKr or of the whole model: choose the "
            "method LoRA."
        )
    read = read_foreign(model, path, without_text)
    _refuse_a_smaller_target(model, path, settings, read.factors.keys())
    if (rank := max(factors.rank for factors in read.factors.values())) > settings.rank:
        needed = f"choose a rank of at least {rank}" if rank <= LARGEST_RANK else "choose a smaller one"
        raise StudioError(
            f"The LoRA {path.name} has the rank {rank}, and the project {settings.rank}: {needed}."
        )
    return read


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
    downs = {
        name: tuple(tensor.shape)
        for name, roles in file.layers.items()
        for role, tensor in roles.items()
        if role in ("down", "hada_w1_b")
    }
    base, by_layers = stated_base(file.metadata), base_by_layers(downs or dict.fromkeys(file.layers, ()))
    if not base or is_another_base(base, by_layers):  # what a file says may be wrong
        base = by_layers
    names = model.family.lora_names
    own = stated_base(
        {"modelspec.architecture": names.architecture, "ss_base_model_version": names.base_version}
    )
    if is_another_base(base, own):
        why = f"it is made for {base}; {why}"
    return file.refusal(f"does not fit the model {model.name} ({why})", "choose one that was made for it")
