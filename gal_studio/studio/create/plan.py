"""What a new project will need: settings that fit the device, memory and time in a sentence, and refusals."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gal_studio.assets import Preset, load_anchors, load_presets, load_shape
from gal_studio.core.denoising import COUNTED
from gal_studio.core.extras import is_installed
from gal_studio.core.gal.balance import plan_draws
from gal_studio.core.memory.fit import fit, ladder, smallest
from gal_studio.core.memory.need import need, operations
from gal_studio.core.memory.room import PROGRAMS, gigabytes, room_of
from gal_studio.core.memory.shape import ModelShape
from gal_studio.core.settings import Settings
from gal_studio.core.taught.registry import find_taught
from gal_studio.core.types import Kind
from gal_studio.core.words import counted, listed
from gal_studio.rounds.planned import most_pictures
from gal_studio.rounds.test_set import HELD_OUT, PICTURES, can_measure
from gal_studio.state import Store
from gal_studio.studio.device import Device, this_device

PACKAGES = {"base": "torchao", "optimizer": "bitsandbytes"}
"""What settings of the machine need, beyond the studio's own packages."""

LONG_ROUND = 12 * 3600.0
"""The seconds of a round above which a person has to confirm it: it would not be done by the next morning."""

SAVINGS: Mapping[str, tuple[Any, str]] = {
    "text_off_device": (True, "the text encoder stays in main memory"),
    "tiling": (True, "images are encoded and decoded in tiles"),
    "checkpointing": (True, "training recomputes activations"),
    "precision": ("bf16", "it computes in half precision"),
    "base": ("int8", "base weights are 8-bit integers"),
    "swapping": (True, "blocks of the model wait in main memory"),
    "optimizer": ("adamw8bit", "the optimizer uses 8 bits"),
}
"""What the settings do to save memory, in the order in which it is done."""


@dataclass(frozen=True)
class RoundPlan:
    """The plan of a round in a sentence.

    `doubt` says why it is started only when a person confirms it: it can never fit, or takes very long.
    `warning` is of what may pass, such as little free memory.
    """

    sentence: str
    doubt: str = ""
    warning: str = ""


def starting_settings(kind: Kind, preset: Preset, is_own: bool, is_judged: bool = False) -> Settings:
    """The preset's settings; a user's own model learns pictures in their shapes, and spaces its own steps.

    The preset's base model generates with its fast sibling, where that can be had; a LoRA that `is_judged` is
    judged on the base model.
    """
    settings = preset.settings[kind]
    if not is_own:
        setting, fast = preset.fast_setting
        is_fast = fast and not is_judged and is_within_reach(fast)
        return settings.updated({"generation": {setting: fast}}) if is_fast else settings
    own = {"sigmas": [], "steps": COUNTED} if settings.generation.sigmas else {}
    return settings.updated({"tune": {"crop": "none"}, "generation": own})


def fitted(preset: Preset, kind: Kind, device: Device | None = None) -> Settings:
    """The preset's settings, held so that a round fits into the device's free memory.

    Where nothing fits, those that need least.
    """
    settings = starting_settings(kind, preset, is_own=False)
    return fitted_to(shape_of(preset), settings, device or this_device())


def is_within_reach(name: str) -> bool:
    """Whether a model of the hub can be downloaded, or is on this computer; its files are not looked at."""
    from huggingface_hub import constants, is_offline_mode

    folder = f"models--{'--'.join(name.split('/')[:2])}"
    is_here = any(Path(constants.HF_HUB_CACHE, folder, "snapshots").glob("*"))
    return is_here or not is_offline_mode()


def fitted_to(shape: ModelShape | None, settings: Settings, device: Device) -> Settings:
    """Settings that are held so that a round of a model of this shape fits into the device's free memory."""
    if shape is None:
        return settings
    rooms = device.room, room_of(device.kind, device.total)
    without = missing_packages()
    chosen = (fit(shape, settings, device.kind, room, without) for room in rooms)
    return next(filter(None, chosen), None) or [*ladder(shape, settings, device.kind, without)][-1]


def missing_packages() -> frozenset[str]:
    """The settings of the machine whose package is not installed."""
    return frozenset(name for name, package in PACKAGES.items() if not is_installed(package))


def shape_of(preset: Preset) -> ModelShape | None:
    """The size of the preset's base model; None if it is not known."""
    return load_shape(preset.shape) if preset.shape else None


def plan_round(
    store: Store | None, shape: ModelShape, model: str, settings: Settings, kind: Kind
) -> RoundPlan:
    """What a first round of these settings needs on this device, and about how long it takes."""
    device = this_device()
    found = _plan_on(device, store, shape, model, settings, kind)
    unused = device.unused
    if not unused:
        return found
    doubt = f"{unused} {found.doubt}" if found.doubt else ""
    return RoundPlan(found.sentence, doubt, f"{unused} {found.warning}".rstrip())


def plan_judging(
    store: Store | None, shape: ModelShape, model: str, settings: Settings, kind: Kind
) -> RoundPlan:
    """What it needs on this device to judge a LoRA, and about how long it takes: nothing is trained."""
    device, timed = this_device(), _timed_here(store, shape, model, settings)
    need_here = smallest(shape, settings, device.kind, device.room)
    needed = max(need_here.text, need_here.drawing)
    images = most_pictures(settings, len(load_anchors(kind)))
    measuring = benchmark_seconds(store, shape, model, settings) or 0.0
    took = f" A LoRA takes {about(images * timed[1] + measuring)}." if timed else ""
    sentence = (
        f"Needs about {gigabytes(needed + _programs(device))} to generate (estimate); {device.name}: "
        f"{gigabytes(device.free)} of {gigabytes(device.total)} free.{took}"
    )
    if needed <= room_of(device.kind, device.total):
        return RoundPlan(sentence, warning=device.unused)
    return RoundPlan(
        sentence, doubt=f"{device.unused} This is more than it has: choose a lower resolution.".lstrip()
    )


def _programs(device: Device) -> int:
    """Bytes of the programs themselves, which do not share the memory of a GPU."""
    return PROGRAMS if device.kind.startswith("cpu") else 0


def _plan_on(
    device: Device, store: Store | None, shape: ModelShape, model: str, settings: Settings, kind: Kind
) -> RoundPlan:
    room, most = device.room, room_of(device.kind, device.total)
    least, whole = smallest(shape, settings, device.kind), need(shape, settings, device.kind, room=room)
    shown = smallest(shape, settings, device.kind, room) if whole.peak > room else whole
    means = [words for name, (value, words) in SAVINGS.items() if getattr(settings.machine, name) == value]
    if whole.peak > room:
        means.append("batches are split")
    how = f" To fit, {listed(means)}." if means else ""
    seconds = round_seconds(store, shape, model, settings, kind)
    whole_seconds = None
    if settings.generation.is_fast:
        in_full = replace(settings, generation=settings.generation.in_full)
        whole_seconds = round_seconds(store, shape, model, in_full, kind)
    programs = _programs(device)
    own = f", {gigabytes(programs)} for the programs themselves" if programs else ""
    sentence = (
        f"Needs about {gigabytes(shown.peak + programs)} (estimate: {gigabytes(shown.training)} to train, "
        f"{gigabytes(shown.drawing)} to generate{own}); {device.name}: {gigabytes(device.free)} of "
        f"{gigabytes(device.total)} free.{how} "
        f"{duration_words(seconds, benchmark_seconds(store, shape, model, settings), whole_seconds)}"
    )
    if least.peak > most:
        return RoundPlan(sentence, doubt=_does_not_fit(shape, settings, device, least.peak))
    if seconds is not None and seconds > LONG_ROUND:
        return RoundPlan(sentence, doubt=_takes_long(store, kind, device, seconds))
    if least.peak > room:
        return RoundPlan(
            sentence,
            warning=f"Only {gigabytes(device.free)} are free now and a round needs {gigabytes(least.peak)}: "
            "close other programs before you start.",
        )
    return RoundPlan(sentence)


def _does_not_fit(shape: ModelShape, settings: Settings, device: Device, needed: int) -> str:
    """One sentence with the next step: what these settings need, and what would fit."""
    begin = (
        f"{device.name[:1].upper()}{device.name[1:]} has {gigabytes(device.total)} of memory, and a round of "
        f"this model needs {gigabytes(needed)} with these settings:"
    )
    room, without = room_of(device.kind, device.total), missing_packages()
    if fit(shape, settings, device.kind, room, without) is not None:
        return f"{begin} reset the fields under Memory and speed, or choose a lower resolution."
    others = [preset.title.partition(" (")[0] for preset in _that_fit(device)]
    instead = f"choose {others[-1]} instead" if others else "use a larger device"
    if fit(shape, settings, device.kind, room) is not None:
        return f"{begin} {instead}, or install 8-bit weights, with which it fits (docs/models.md, Memory)."
    return f"{begin} {instead}."


def _takes_long(store: Store | None, kind: Kind, device: Device, seconds: float) -> str:
    """One sentence: how long a round takes, and the largest preset with which it does not."""
    begin = f"A round of this model takes {about(seconds)} on this device:"
    quicker = []
    for preset in _that_fit(device):
        shape = shape_of(preset)
        if shape is not None:
            took = round_seconds(store, shape, preset.base_model, fitted(preset, kind, device), kind)
            if took is not None and took <= LONG_ROUND:
                quicker.append(f"choose {preset.title.partition(' (')[0]}, with which it takes {about(took)}")
    return f"{begin} {quicker[-1] if quicker else 'choose fewer steps and images, or a smaller model'}."


def _that_fit(device: Device) -> Iterator[Preset]:
    for preset in load_presets():
        shape = shape_of(preset)
        room = room_of(device.kind, device.total)
        if shape is None:
            continue
        if fit(shape, preset.settings["style"], device.kind, room, missing_packages()) is not None:
            yield preset


def round_seconds(
    store: Store | None, shape: ModelShape, model: str, settings: Settings, kind: Kind
) -> float | None:
    """The time of a first round, by what was timed with this model or else with another preset's.

    Between models, time is taken as proportional to the number of operations. The base model generates the
    regularization images. None if nothing was timed.
    """
    timed = _timed_here(store, shape, model, settings)
    if timed is None:
        return None
    steps = plan_draws(settings.tune, True, False).steps
    pictures = most_pictures(settings, len(load_anchors(kind)))
    prior = find_taught(kind).prior_images(settings.tune)
    return steps * timed[0] + (pictures + prior * _slower(shape, settings)) * timed[1]


def _slower(shape: ModelShape, settings: Settings) -> float:
    """How many times as long an image takes without the fast model."""
    in_full = replace(settings, generation=settings.generation.in_full)
    return operations(shape, in_full, 0, 1) / operations(shape, settings, 0, 1)


def benchmark_seconds(store: Store | None, shape: ModelShape, model: str, settings: Settings) -> float | None:
    """The time of a first round's benchmark, timed as rounds are; None if nothing was timed or measures.

    The base model and the round generate it at full strength, and the round once more by its best schedule.
    With a fast model, both generate the held-out part without it, too.
    """
    timed = _timed_here(store, shape, model, settings) if can_measure() else None
    if timed is None:
        return None
    pictures: float = 3 * PICTURES + 2 * HELD_OUT
    if settings.generation.is_fast:
        pictures += 2 * PICTURES * _slower(shape, settings)
    return pictures * timed[1]


def _timed_here(
    store: Store | None, shape: ModelShape, model: str, settings: Settings
) -> tuple[float, float] | None:
    """The seconds of a step and of an image, by what was timed; None if nothing was."""
    if store is None:
        return None
    for known, sized, usual in _timed(shape, model, settings):
        timings = store.rounds.timings(known)
        if timings.step is None or timings.picture is None:
            continue
        timed = timings.settings or usual  # images may have had more steps
        step, picture = (operations(sized, timed, *amounts) for amounts in ((1, 0), (0, 1)))
        own = operations(shape, settings, 1, 0), operations(shape, settings, 0, 1)
        return timings.step * own[0] / step, timings.picture * own[1] / picture
    return None


def _timed(shape: ModelShape, model: str, settings: Settings) -> Iterator[tuple[str, ModelShape, Settings]]:
    """Models whose rounds may have been timed, the nearest first."""
    yield model, shape, settings
    for preset in load_presets():
        sized = shape_of(preset)
        if sized is not None:
            yield preset.base_model, sized, preset.settings["style"]


def duration_words(
    seconds: float | None, benchmark: float | None = None, in_full: float | None = None
) -> str:
    """The time of a round and of its benchmark in a sentence; None if it is not known yet.

    `in_full` is the time of the round without its fast model, None if it has none.
    """
    if seconds is None:
        return "The time is known after the first round."
    took = about(seconds) + (f" ({about(in_full)} without the fast model)" if in_full else "")
    if benchmark is None:
        return f"A round takes {took}."
    return (
        f"A round takes {took}. Measuring it on the benchmark, at full strength and by its best schedule, "
        f"takes {about(benchmark)}."
    )


def about(seconds: float) -> str:
    """A time in words: "about 3 minutes"."""
    minutes = max(1, round(seconds / 60))
    if minutes >= 48 * 60:
        return f"about {minutes / 60 / 24:.0f} days"
    if minutes >= 120:
        return f"about {minutes / 60:.0f} hours"
    return f"about {counted(minutes, 'minute')}"
