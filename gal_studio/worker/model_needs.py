"""What a project's models need from the hub: found out before a project is created, and before each job."""

from collections.abc import Callable, Iterator, Mapping
from itertools import chain

import torch

from gal_studio.assets import resolve_adapter, resolve_model
from gal_studio.core.memory.machine import Precision
from gal_studio.core.models.reports import ModelNames
from gal_studio.core.settings import NATIVE
from gal_studio.engine.features.open_clip_source import embedder_needs
from gal_studio.engine.hub.needs import Revisions
from gal_studio.engine.hub.repository import MissingFiles
from gal_studio.engine.loras.fast import fast_lora_need, fast_model_need
from gal_studio.engine.models.adapter_files import adapter_needs, locate_adapter
from gal_studio.engine.models.devices import choose_device, weight_precision
from gal_studio.engine.models.model_files import inspect
from gal_studio.engine.patches.loading import vision_needs
from gal_studio.engine.sampling.reference_adapter import check_references


def look(names: ModelNames, revisions: Revisions) -> Mapping[str, Callable[[], tuple[MissingFiles, ...]]]:
    """For each field, what finds out what its model needs from the hub; it refuses an unsupported model.

    A model under a name that is not the hub's needs nothing.
    """
    base, clip, vision = map(resolve_model, (names.base_model, names.clip_model, names.vision_model))
    found: dict[str, Callable[[], tuple[MissingFiles, ...]]] = {
        "base_model": lambda: _base_needs(base, names.precision, revisions),
        "clip_model": lambda: embedder_needs(clip, revisions),
        "vision_model": lambda: vision_needs(vision, clip, revisions),
    }
    fast, lora = names.fast_model.strip(), names.speed_lora.strip()
    if fast:
        drawn = resolve_model(fast)
        found["fast_model"] = lambda: _fast_needs(drawn, base, names, revisions)
    if lora:
        drawn_by = resolve_model(fast) if fast else base
        found["speed_lora"] = lambda: _one(fast_lora_need(resolve_model(lora), drawn_by, revisions))
    if names.adapter.strip():
        found["adapter"] = lambda: _adapter_needs(resolve_adapter(names.adapter), base, revisions)
    return found


def _adapter_needs(adapter: str, base: str, revisions: Revisions) -> tuple[MissingFiles, ...]:
    """What an image adapter needs; refused where the base model cannot be given one."""
    family = inspect(base, revisions, half=False).family
    check_references(family, base, adapter == NATIVE)
    if adapter == NATIVE:
        return ()
    needs = adapter_needs(adapter, family.name, revisions)
    if not needs:
        locate_adapter(adapter, family.name, revisions)  # refuses a folder without the files
    return needs


def _fast_needs(fast: str, base: str, names: ModelNames, revisions: Revisions) -> tuple[MissingFiles, ...]:
    """What a sibling needs; refused where a LoRA for the base model does not fit it."""
    half = weight_precision(choose_device(), names.precision) != torch.float32
    return _one(fast_model_need(fast, base, names.target, revisions, half))


def _one(need: MissingFiles | None) -> tuple[MissingFiles, ...]:
    return () if need is None else (need,)


def _base_needs(name: str, precision: Precision, revisions: Revisions) -> tuple[MissingFiles, ...]:
    """Where a model is held in half precision, its files in half precision are enough."""
    half = weight_precision(choose_device(), precision) != torch.float32
    return _one(inspect(name, revisions, half).need)


def unmet(names: ModelNames, revisions: Revisions) -> Iterator[MissingFiles]:
    """The needs of a project that are not on this computer, each repository once."""
    named: set[tuple[str, tuple[str, ...]]] = set()
    for need in chain.from_iterable(find() for find in look(names, revisions).values()):
        if need.is_met:
            continue
        key = need.name, tuple(file.path for file in need.files)
        if key not in named:
            named.add(key)
            yield need
