"""What a project's models need from the hub: found out before a project is created, and before each job."""

from collections.abc import Callable, Iterator, Mapping

import torch

from gal_studio.assets import resolve_model
from gal_studio.core.model_reports import ModelNames
from gal_studio.engine.features.clip import embedder_need
from gal_studio.engine.hub.needs import Revisions
from gal_studio.engine.hub.repository import Need
from gal_studio.engine.models.devices import choose_device, weight_precision
from gal_studio.engine.models.model_files import inspect
from gal_studio.engine.patches.loading import vision_need


def look(names: ModelNames, revisions: Revisions) -> Mapping[str, Callable[[], Need | None]]:
    """For each field, what finds out what its model needs from the hub; it refuses an unsupported model.

    None means that the model is on this computer, under a name that is not the hub's.
    """
    base, clip, vision = map(resolve_model, (names.base_model, names.clip_model, names.vision_model))
    return {
        "base_model": lambda: inspect(base, revisions, half_is_preferred()).need,
        "clip_model": lambda: embedder_need(clip, revisions),
        "vision_model": lambda: vision_need(vision, clip, revisions),
    }


def half_is_preferred() -> bool:
    """Whether models are held in half precision here, so that files in half precision are enough."""
    return weight_precision(choose_device()) != torch.float32


def unmet(names: ModelNames, revisions: Revisions) -> Iterator[Need]:
    """The needs of a project that are not on this computer, each repository once."""
    told: set[tuple[str, tuple[str, ...]]] = set()
    for find in look(names, revisions).values():
        need = find()
        if need is None or need.is_met:
            continue
        key = need.name, tuple(file.path for file in need.files)
        if key not in told:
            told.add(key)
            yield need
