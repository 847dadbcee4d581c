"""Compare a LoRA from elsewhere with a base model, and write what it changes in the studio's format.

`python -m gal_studio.worker.lora_start REQUEST FILE` does so in a process of its own, and prints why not,
or what a person should know. The base model's configurations are enough, so that its weights need not be
here, but for a DoRA.
"""

import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import torch

from gal_studio.assets import resolve_model
from gal_studio.core.errors import StudioError
from gal_studio.core.memory.machine import Precision
from gal_studio.core.models.lora_start import LoraStart
from gal_studio.core.models.names import public_name
from gal_studio.core.models.reports import ModelNames
from gal_studio.core.settings import Settings, TuneSettings
from gal_studio.engine.hub.weights import choose_variant, files_of, weights_of
from gal_studio.engine.loras.decomposed import Weights
from gal_studio.engine.loras.foreign import Choices, attach_as_it_is, attach_foreign, read_fitting
from gal_studio.engine.models.adapters import AdapterCard, save_adapter
from gal_studio.engine.models.devices import choose_device, weight_precision
from gal_studio.engine.models.image_model import ImageModel, load_image_model
from gal_studio.engine.models.model_files import inspect
from gal_studio.engine.models.outline import outline_for_loras
from gal_studio.engine.saving import opened_tensors
from gal_studio.with_parent import end_with_parent


def check_start(names: ModelNames, commits: Mapping[str, str]) -> tuple[str, ...]:
    """Refuse a LoRA that does not fit the base model, or these settings; returns what should be known."""
    tune = TuneSettings(method=names.method, target=names.target, rank=names.rank)
    weights = _weights(names.base_model, commits, names.precision)
    choices = Choices(without_text=names.without_text_encoder, weights=weights)
    return read_fitting(_outline(names.base_model, commits), Path(names.start_from), tune, choices).notes


def convert(asked: LoraStart, out: Path) -> tuple[str, ...]:
    """Write the LoRA as an adapter of the studio, which changes every weight as the file does.

    Returns what a person should know of what is not taken over.
    """
    settings = Settings.from_dict(asked.settings)
    model = _outline(asked.base_model, asked.commits)
    weights = _weights(asked.base_model, asked.commits, settings.machine.precision)
    choices = Choices(without_text=asked.without_text_encoder, weights=weights)
    if asked.as_it_is:
        read = attach_as_it_is(model, Path(asked.path), choices)
    else:
        read = attach_foreign(model, Path(asked.path), settings.tune, choices)
    save_adapter(model, out, AdapterCard(asked.trigger, model.name, 0, 0, settings.to_dict()))
    return read.notes


def _outline(name: str, commits: Mapping[str, str]) -> ImageModel:
    model = outline_for_loras(inspect(resolve_model(name), dict(commits), half=False).description)
    model.name = public_name(name)
    return model


def _weights(name: str, commits: Mapping[str, str], precision: Precision) -> Weights:
    """The weights of the base model by layer, read when they are asked for; nothing is downloaded."""

    @cache
    def files() -> Mapping[str, Path] | ImageModel:
        half = weight_precision(choose_device(), precision) != torch.float32
        found = inspect(resolve_model(name), dict(commits), half)
        if found.need is not None and not found.need.is_met:
            raise StudioError(
                f"A DoRA is converted with the weights of {public_name(name)}: download these first "
                "(gal-studio download), or choose a plain LoRA."
            )
        if found.checkpoint is not None:
            return load_image_model(resolve_model(name), "cpu", torch.float32, dict(commits))
        folder, part = found.need.folder if found.need else found.folder, found.family.part
        present = files_of(folder)
        variant = choose_variant(present, set(found.description.index), half)
        return _tensors([folder / file for file in weights_of(present, part, variant)])

    def weight(layer: str) -> torch.Tensor:
        known = files()
        if isinstance(known, ImageModel):
            return torch.as_tensor(known.denoiser.get_parameter(f"{layer}.weight").detach())
        try:
            return _read(known[f"{layer}.weight"], f"{layer}.weight")
        except KeyError as error:
            raise StudioError(
                f"The model {public_name(name)} is incomplete: it lacks {layer}.weight; copy or download it "
                "again."
            ) from error

    return weight


def _tensors(files: list[Path]) -> Mapping[str, Path]:
    """The file of each tensor."""
    found: dict[str, Path] = {}
    for path in files:
        with opened_tensors(path) as file:
            found.update(dict.fromkeys(file.keys(), path))
    return found


def _read(path: Path, name: str) -> torch.Tensor:
    with opened_tensors(path) as file:
        return torch.as_tensor(file.get_tensor(name))


def main(request: str, out: str) -> int:
    """Convert, and print what should be known; returns 2 with one sentence if the LoRA is refused."""
    try:
        print(*convert(LoraStart.of_json(request), Path(out)), sep="\n")
    except StudioError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    end_with_parent()
    sys.exit(main(*sys.argv[1:]))
