"""The settings that the page offers as fields, in their order, by what each setting says of itself."""

from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, fields, replace
from functools import cache
from typing import Any, Literal

from gal_studio.core import checks
from gal_studio.core.models.fast import KNOWN
from gal_studio.core.settings import Settings

FieldKind = Literal["whole", "number", "text", "choice", "flag"]
_KINDS: dict[Any, FieldKind] = {bool: "flag", int: "whole", float: "number", int | None: "whole"}
OFF_ON = {False: "off", True: "on"}
GROUPS: dict[str, tuple[str, ...]] = {
    "Training": (
        "tune.method", "tune.rank", "tune.lokr_factor", "tune.target",
        "tune.learning_rate", "tune.steps", "tune.schedule", "tune.warmup_steps", "tune.crop",
        "tune.background", "tune.held_out", "tune.time_high", "tune.caption_dropout",
        "seed",
    ),
    "Regularization images": ("tune.prior_images", "tune.prior_styles", "tune.prior_weight"),
    "Accepted images": (
        "gal.balance_lambda", "tune.accepted_share", "tune.accepted_noise", "tune.taught_share",
        "tune.teacher_strength",
    ),
    "Generating": (
        "generation.candidates", "generation.allocation", "generation.steps", "generation.sigmas",
        "generation.guidance_scale", "generation.lowest_strength", "generation.latest_switch",
    ),
    "Fast model": (
        "generation.fast_model", "generation.speed_lora", "generation.fast_steps",
        "generation.fast_guidance", "generation.fast_solver",
    ),
    "Suggestions and copies": (
        "gal.policy", "gal.top_k", "gal.copy_detectors", "gal.without_ground",
    ),
    "While training": ("tune.preview_every", "tune.validate_every", "tune.stop_at_best"),
    "Round 0": (
        "references.adapter", "references.strength", "references.subject_alone", "references.candidates",
    ),
    "Memory and speed": (
        "tune.batch_size", "tune.resolution", "generation.resolution", "machine.precision", "machine.base",
        "machine.optimizer", "machine.text_off_device", "machine.checkpointing", "machine.swapping",
        "machine.tiling",
        "machine.compile",
    ),
}  # fmt: skip
"""The names of the fields under each heading."""


@dataclass(frozen=True)
class SettingField:
    """A field of a setting: what it is called, what it does, and what can be typed or chosen.

    `low` and `high` are the ends of its range, None without one; `choices` are values with their words. An
    `optional` one may be empty, and `suggestions` are values that may be typed, with their words. `heading`
    stands above it if it is the first one of a group. It is `idle`, and hidden, where the other fields have
    all values of one of these mappings (or the project, of `KIND` and `DRAWS`): then it does nothing.
    """

    name: str
    label: str
    note: str
    kind: FieldKind
    low: float | None = None
    high: float | None = None
    choices: tuple[tuple[str, str], ...] = ()
    optional: bool = False
    heading: str = ""
    suggestions: tuple[tuple[str, str], ...] = ()
    idle: tuple[dict[str, str], ...] = ()


@cache
def setting_fields(adapters: tuple[tuple[str, str], ...] = ()) -> tuple[SettingField, ...]:
    """All fields of the page, in their order; `adapters` are image adapters to suggest, with titles."""
    found = (
        _field(name, heading if place == 0 else "")
        for heading, names in GROUPS.items()
        for place, name in enumerate(names)
    )
    suggestions = {
        "references.adapter": adapters,
        "generation.fast_model": _known_fast(False),
        "generation.speed_lora": _known_fast(True),
    }
    return tuple(
        replace(one, suggestions=suggestions[one.name]) if one.name in suggestions else one for one in found
    )


def _known_fast(are_loras: bool) -> tuple[tuple[str, str], ...]:
    """The names of known siblings, or of speed LoRAs, with what they are for."""
    return tuple(
        (one.name, f"for {one.base_model.partition('/')[2]}, {one.steps} steps")
        for one in KNOWN
        if one.is_lora == are_loras
    )


def value_words(name: str) -> Mapping[Any, str]:
    """The words of each value that a setting can have, by the setting's dotted name; none for a number."""
    option = setting_of(name)
    if option.type is bool:
        return OFF_ON
    words: Mapping[Any, str] | Callable[[], Mapping[Any, str]] = option.metadata["words"]
    return words() if callable(words) else words


def setting_words(name: str, value: Any) -> str:
    """A setting by its dotted name with a value, as in a sentence: "LoRA rank 16"."""
    label = str(setting_of(name).metadata["label"])
    label = label if label[1:2].isupper() else f"{label[:1].lower()}{label[1:]}"
    return f"{label} {value_words(name).get(value, _written(value))}"


def _field(name: str, heading: str) -> SettingField:
    if name == "seed":  # of the project, not of its settings
        note = "The same seed generates the same images."
        return SettingField(name, "Seed", note, "whole", 0, checks.LARGEST_SEED)
    option = setting_of(name)
    about, choices = option.metadata, value_words(name)
    is_size = about["check"] is checks.resolution
    kind = _KINDS.get(option.type, "choice" if choices else "text")
    low, high = (64, 2048) if is_size else (*about["limits"], None, None)[:2]
    return SettingField(
        name=name,
        label=about["label"],
        note=about["note"],
        kind=kind,
        low=low,
        high=high,
        choices=tuple((str(v).lower() if kind == "flag" else v, text) for v, text in choices.items()),
        optional=is_size,
        heading=heading,
        idle=tuple({other: _written(value) for other, value in each.items()} for each in about["idle"]),
    )


def _written(value: object) -> str:
    """A value as it is typed into a field."""
    return (
        str(value).lower()
        if isinstance(value, bool)
        else f"{value:g}"
        if isinstance(value, float)
        else str(value)
    )


@cache
def setting_of(name: str) -> "Field[Any]":
    """The declaration of a setting, by its dotted name."""
    group, _, own = name.partition(".")
    of_group: Any = next(option for option in fields(Settings) if option.name == group).default_factory
    return next(option for option in fields(of_group) if option.name == own)
