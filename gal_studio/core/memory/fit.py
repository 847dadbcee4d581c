"""Choose how to hold a model so that a round fits into memory: one rule for every model and device."""

from collections.abc import Collection, Iterator
from typing import Any

from gal_studio.core.memory.need import DeviceKind, MemoryNeed, need
from gal_studio.core.memory.shape import ModelShape
from gal_studio.core.settings import Settings

_SMALLEST = 512  # pixels
_TAKEN_BACK = ("tiling", "checkpointing", "text_off_device")


def fit(
    shape: ModelShape, settings: Settings, device: DeviceKind, room: int, without: Collection[str] = ()
) -> Settings | None:
    """The first settings, from fast to sparing, whose round fits into `room` bytes; None if none do.

    `without` names settings of the machine that may not be changed, such as those that need a package.

    Batches are split by the training itself, so that one picture at a time has to fit. A lower resolution
    comes last, and never for a full training, which repeats the published one.
    """
    steps = ladder(shape, settings, device, without)
    chosen = next((each for each in steps if fits(shape, each, device, room)), None)
    return chosen and _without_needless(shape, settings, chosen, device, room)


def _without_needless(
    shape: ModelShape, settings: Settings, chosen: Settings, device: DeviceKind, room: int
) -> Settings:
    """Take back what later changes made needless, first what changes pictures most."""
    for name in _TAKEN_BACK:
        if name == "checkpointing" and chosen.machine.swapping:
            continue  # part of it
        before = {"machine": {name: getattr(settings.machine, name)}}
        if fits(shape, chosen.updated(before), device, room):
            chosen = chosen.updated(before)
    return chosen


def fits(shape: ModelShape, settings: Settings, device: DeviceKind, room: int) -> bool:
    """Whether a round fits into `room` bytes if its pictures are processed one at a time."""
    return smallest(shape, settings, device).peak <= room


def smallest(
    shape: ModelShape, settings: Settings, device: DeviceKind, room: int | None = None
) -> MemoryNeed:
    """What a round needs if its pictures are processed one at a time; `room` as for `need`."""
    return need(shape, settings, device, whole_batch=False, room=room)


def ladder(
    shape: ModelShape, settings: Settings, device: DeviceKind, without: Collection[str] = ()
) -> Iterator[Settings]:
    """Settings that need less and less memory, and more and more time."""
    yield settings
    held: dict[str, Any] = {}
    for change in _changes(shape, settings, device):
        if not change.keys().isdisjoint(without):
            continue
        held |= change
        settings = settings.adopting({"machine": held})
        yield settings
    if settings.tune.method != "full":
        for part in (0.75, 0.5):
            side = round(part * (settings.tune.resolution or shape.resolution) / 64) * 64
            if side >= min(_SMALLEST, shape.resolution // 2):
                yield settings.updated({"tune": {"resolution": side}, "generation": {"resolution": side}})


def _changes(shape: ModelShape, settings: Settings, device: DeviceKind) -> Iterator[dict[str, Any]]:
    if device == "cuda":
        yield {"text_off_device": True}
    yield {"tiling": True}
    yield {"checkpointing": True}
    if device != "cuda" and settings.machine.precision == "auto":
        yield {"precision": "bf16"}
    if device != "mps":
        yield {"optimizer": "adamw8bit"} if settings.tune.method == "full" else {"base": "int8"}
    if device == "cuda" and settings.tune.method != "full" and "denoiser" in shape.waiting:
        yield {"swapping": True}  # after 8 bits, which halve what is to be copied
