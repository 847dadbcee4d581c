"""Whether a sibling or a speed LoRA fits a base model, by their configurations and the header of its file."""

import functools
from collections.abc import Mapping
from pathlib import Path

from gal_studio.core.errors import StudioError
from gal_studio.core.settings import Target
from gal_studio.engine.hub.needs import Revisions
from gal_studio.engine.hub.repository import MissingFiles
from gal_studio.engine.loras.foreign import attach_as_it_is, read_foreign
from gal_studio.engine.models.adapters import AdapterCard, save_adapter, targeted_layers
from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.models.model_files import Inspected, inspect
from gal_studio.engine.models.outline import outline, outline_for_loras
from gal_studio.engine.models.speed_lora import locate_speed_lora, speed_lora_need

_WORDS: Mapping[str, str] = {
    "sd1": "Stable Diffusion 1.x and 2.x",
    "sdxl": "Stable Diffusion XL",
    "flux2-klein": "FLUX.2 klein",
    "z-image": "Z-Image",
    "krea-2": "Krea 2",
    "qwen-image-2.1": "Qwen-Image 2.1",
    "anima": "Anima",
}


def fast_model_need(
    name: str, base: str, target: Target, revisions: Revisions, half: bool
) -> MissingFiles | None:
    """What a sibling needs from the hub; refused if a LoRA for the base model does not fit it.

    Its configuration is compared with that of the base model, so that no weights are needed.
    """
    found = inspect(name, revisions, half)
    _check_layers(found, inspect(base, revisions, half), target)
    return found.need


def fast_lora_need(name: str, base: str, revisions: Revisions) -> MissingFiles | None:
    """What a speed LoRA needs from the hub; one that is on this computer is refused if it does not fit."""
    need = speed_lora_need(name, revisions)
    if need is None or need.is_met:
        path = locate_speed_lora(name, revisions)
        about = path.stat()
        _check_lora(path, (about.st_mtime_ns, about.st_size), base, tuple(sorted(revisions.items())))
    return need


@functools.lru_cache(maxsize=4)
def _check_lora(
    path: Path, stamp: tuple[int, int], base: str, revisions: tuple[tuple[str, str], ...]
) -> None:
    """Refuse a speed LoRA that does not fit; its tensors are read once, not before every job."""
    read_foreign(_outline(base, dict(revisions)), path, without_text=True)


def write_speed_lora(name: str, base: str, out: Path, revisions: Revisions) -> None:
    """Write a speed LoRA of any naming in the studio's format; refused if it does not fit the model."""
    model = _outline(base, revisions)
    attach_as_it_is(model, locate_speed_lora(name, revisions), without_text=True)
    save_adapter(model, out, AdapterCard("", name, 0, 0))


def _outline(base: str, revisions: Revisions) -> ImageModel:
    return outline_for_loras(inspect(base, revisions, half=False).description)


def _check_layers(sibling: Inspected, base: Inspected, target: Target) -> None:
    """Refuse a model of another family, or one whose layers of this target have other shapes."""
    name, kind = sibling.description.name, sibling.family.name
    if kind != base.family.name:
        raise StudioError(
            f"The fast model {name} is of the family {_WORDS.get(kind, kind)}, and {base.description.name} "
            f"of {_WORDS.get(base.family.name, base.family.name)}: choose a fast model of the base model’s "
            "family."
        )
    wanted, given = _layers(base, target), _layers(sibling, target)
    if unfit := [layer for layer, shape in wanted.items() if given.get(layer) != shape]:
        raise StudioError(
            f"A LoRA for {base.description.name} does not fit the fast model {name}, whose layers have other "
            f"sizes ({unfit[0]}): choose a model that was distilled from the base model."
        )


def _layers(found: Inspected, target: Target) -> Mapping[str, tuple[int, ...]]:
    """The shapes of the layers that get a LoRA, as the family names them."""
    model = outline(found.description)
    layers = targeted_layers(model.denoiser, model.lora_layers(target))
    return {name: tuple(layer.weight.shape) for name, layer in layers.items()}
