"""The settings of a round. Every class validates its values when it is constructed."""

import dataclasses
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Literal, Self, get_origin

from gal_studio.core import checks
from gal_studio.core.checks import setting
from gal_studio.core.errors import StudioError
from gal_studio.core.gal.policies.registry import find_policy
from gal_studio.core.types import Witnesses

Method = Literal["lora", "full"]
Target = Literal["attention", "all"]
Crop = Literal["center", "random"]
TimeWeighting = Literal["even", "low_noise", "high_noise"]
AfterRefinement = Literal["continue", "repeat"]
PairPrompts = Literal["clean", "own"]


class SettingsGroup:
    """A group of settings, converted from and to plain dictionaries.

    Renamed settings are also read under their former names, which stored projects and files hold. `ADDED` are
    settings that earlier versions did not have; their defaults change nothing.
    """

    FORMER_NAMES: ClassVar[Mapping[str, str]] = {}
    ADDED: ClassVar[frozenset[str]] = frozenset()

    def __post_init__(self) -> None:
        """Check every value: by the check of its setting, or else by its type."""
        for option in dataclasses.fields(self):  # type: ignore[arg-type]
            value = getattr(self, option.name)
            if "check" in option.metadata:
                option.metadata["check"](value)
            else:
                checks.of_type(option.name.replace("_", " ").capitalize(), value, option.type)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Read a dictionary; missing settings keep their defaults, unknown names are refused."""
        if not isinstance(data, Mapping):
            raise StudioError(
                f"The settings are {checks.shown(data)}: they must be a table of names and values."
            )
        known = {option.name: option for option in dataclasses.fields(cls)}  # type: ignore[arg-type]
        named = {cls.FORMER_NAMES.get(name, name): value for name, value in data.items()}
        for name in named:
            if name not in known:
                raise StudioError(
                    f"There is no setting {checks.shown(name)}: choose one of {', '.join(known)}."
                )
        return cls(**{name: _read(known[name].type, value) for name, value in named.items()})

    def to_dict(self) -> dict[str, Any]:
        """Convert to a plain dictionary for JSON or TOML, in which tuples are lists."""
        return dataclasses.asdict(self, dict_factory=_plain)  # type: ignore[call-overload, no-any-return]

    def to_former_dict(self) -> dict[str, Any]:
        """Like `to_dict`, with the first version's names: stored fingerprints are hashes of these.

        Settings that were added later are left out where they have their defaults.
        """
        former = {new: old for old, new in self.FORMER_NAMES.items()}
        unused = {
            option.name
            for option in dataclasses.fields(self)  # type: ignore[arg-type]
            if option.name in self.ADDED and getattr(self, option.name) == option.default
        }
        return {former.get(name, name): value for name, value in self.to_dict().items() if name not in unused}

    def updated(self, changes: Mapping[str, Any]) -> Self:
        """A copy with some values changed; nested groups may be partial."""
        if not isinstance(changes, Mapping):
            raise StudioError(
                f"The settings are {checks.shown(changes)}: they must be a table of names and values."
            )
        named = {self.FORMER_NAMES.get(name, name): value for name, value in changes.items()}
        return type(self).from_dict(_merged(self.to_dict(), named))


def _plain(items: list[tuple[str, Any]]) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in items}


def _merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(base)
    for name, value in changes.items():
        inside = result.get(name)
        both = isinstance(inside, Mapping) and isinstance(value, Mapping)
        result[name] = _merged(inside, value) if both else value  # type: ignore[arg-type]
    return result


def _read(kind: object, value: Any) -> Any:
    if isinstance(kind, type) and issubclass(kind, SettingsGroup):
        return value if isinstance(value, kind) else kind.from_dict(value)
    if get_origin(kind) is tuple:  # a list in JSON and TOML; the page sends what was typed
        value = value.split(",") if isinstance(value, str) else value
        return tuple(filter(None, map(_tidied, value))) if isinstance(value, list) else value
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        with suppress(OverflowError):  # of a number that is refused later
            return float(value)
    return value


def _tidied(value: Any) -> Any:
    return " ".join(value.split()) if isinstance(value, str) else value


@dataclass(frozen=True)
class TuneSettings(SettingsGroup):
    """How a round is fine-tuned (Eq. G9)."""

    FORMER_NAMES: ClassVar[Mapping[str, str]] = {"sample_every": "preview_every"}
    ADDED: ClassVar[frozenset[str]] = frozenset(
        {"prior_styles", "time_low", "time_high", "time_weighting", "accepted_share"}
    )

    steps: int = setting(200, checks.whole, "Training steps", 1, 100_000)
    batch_size: int = setting(8, checks.whole, "Training batch size", 1, 256)
    learning_rate: float = setting(1e-3, checks.real, "Learning rate", 0.0, 1.0, exclude_low=True)
    rank: int = setting(8, checks.whole, "Rank", 1, 1024)  # of the LoRA
    # "full": train all weights of the denoiser
    method: Method = setting("lora", checks.one_of, "Method", Method)
    target: Target = setting("all", checks.one_of, "Target", Target)  # layers that get a LoRA
    # pictures for prior preservation: of each class of objects, or (style) of all anchors in `prior_styles`;
    # 0 disables the prior term, unless the project has prior pictures of the user's own
    prior_images: int = setting(0, checks.whole, "Prior images", 0, 10_000)
    # styles that the base model knows, in which it draws the anchors; none: no prior term for a style
    prior_styles: tuple[str, ...] = setting((), checks.words, "Styles of the prior images")
    prior_weight: float = setting(1.0, checks.real, "Prior weight", 0.0, 100.0)
    # multiply each prior term by the weight of the example beside it
    prior_as_published: bool = setting(False, checks.flag, "Prior as published")
    # range of training times: 0 is the picture, 1 pure noise
    time_low: float = setting(0.0, checks.real, "Times from", 0.0, 0.99)
    time_high: float = setting(1.0, checks.real, "Times up to", 0.01, 1.0)
    # weight of a time t in the loss: 1, 2 (1 - t) or 2 t
    time_weighting: TimeWeighting = setting("even", checks.one_of, "Weighting of times", TimeWeighting)
    # share of accepted pictures in the draws, on top of the references' steps x batch size;
    # 0: as published, all pictures share these
    accepted_share: float = setting(0.0, checks.real, "Share of accepted pictures", 0.0, 0.9)
    # start from the last round's weights instead of the base model
    continue_from_last: bool = setting(False, checks.flag, "Continue from the last round")
    checkpoint_every: int = setting(50, checks.whole, "Checkpoint every", 1, 100_000)  # steps
    preview_every: int = setting(0, checks.whole, "Preview every", 0, 100_000)  # steps; 0 disables previews
    # pixels; None: the model's own
    resolution: int | None = setting(None, checks.resolution, "Training resolution")
    crop: Crop = setting("center", checks.one_of, "Crop", Crop)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.time_low >= self.time_high:
            raise StudioError(
                f"Times from {self.time_low!r} up to {self.time_high!r} are no range: choose a smaller "
                "number for the first, or a larger one for the second."
            )

    @property
    def essential(self) -> Self:
        """Reset the settings that do not affect the trained weights."""
        styles = self.prior_styles if self.prior_images else ()
        return replace(
            self, checkpoint_every=type(self).checkpoint_every, preview_every=0, prior_styles=styles
        )


@dataclass(frozen=True)
class GenerationSettings(SettingsGroup):
    """How the candidates of a round are drawn."""

    candidates: int = setting(10, checks.whole, "Pictures per prompt", 1, 1000)  # per anchor; n of Eq. G3
    steps: int = setting(20, checks.whole, "Sampling steps", 1, 1000)  # of denoising
    # 1 disables classifier-free guidance
    guidance_scale: float = setting(4.0, checks.real, "Guidance scale", 0.0, 100.0)
    # upper limit; smaller if memory is short
    batch_size: int = setting(20, checks.whole, "Sampling batch size", 1, 1024)
    # pixels; None: the model's own
    resolution: int | None = setting(None, checks.resolution, "Picture resolution")


@dataclass(frozen=True)
class GalSettings(SettingsGroup):
    """How pictures are suggested (Eq. G5), and the weight of accepted ones (Eq. G8)."""

    policy: str = "uncertainty"  # a name in `POLICIES`
    # suggestions per round; k of Eq. G5
    top_k: int = setting(3, checks.whole, "Suggestions (top k)", 1, 1000)
    # weigh accepted pictures by Eq. G8; otherwise they weigh 1
    balance: bool = setting(True, checks.flag, "Balance")
    # lambda of Eq. G8
    balance_lambda: float = setting(1.0, checks.real, "Weight of accepted pictures", 0.0, 1000.0)
    # order suggestions by what was learned from the person's overrides, from ten of them on
    learn_from_choices: bool = setting(False, checks.flag, "Learn from choices")
    # what says that a picture is a copy (Eq. G12); "prompts" is published
    witnesses: Witnesses = setting("both", checks.one_of, "Copies are found by", Witnesses)

    def __post_init__(self) -> None:
        super().__post_init__()
        find_policy(self.policy)


@dataclass(frozen=True)
class RefineSettings(SettingsGroup):
    """How a round is refined with PatchDPO (Eq. P1 to P7)."""

    # distributed over the references (object) or the accepted pictures (style)
    pairs: int = setting(16, checks.whole, "Pairs", 1, 1000)
    steps: int = setting(200, checks.whole, "Refinement steps", 1, 100_000)
    # pairs per step; a pair is two rows
    batch_size: int = setting(2, checks.whole, "Pairs in a step", 1, 128)
    learning_rate: float = setting(1e-4, checks.real, "Refinement learning rate", 0.0, 1.0, exclude_low=True)
    # share of the round's own training examples in the loss
    mix: float = setting(0.5, checks.real, "Mix", 0.0, 0.9)
    # weight of a generated picture's background
    background_weight: float = setting(0.3, checks.real, "Background weight", 0.0, 1.0)
    # generate an object on a clean background, or ("own") with y's prompt
    pair_prompts: PairPrompts = setting("clean", checks.one_of, "Prompts of pairs", PairPrompts)
    clean_background: str = "on a plain background"  # appended to the object's name (Eq. P1)
    vision_model: str = ""  # empty: the preset's
    # "repeat": train from the base model, then refine again
    next_round: AfterRefinement = setting("continue", checks.one_of, "After a refinement", AfterRefinement)
    # divide 1 - r(y) by its mean, so that every reference counts equally
    even_reference: bool = setting(False, checks.flag, "Even reference")
    # weight 1 for every patch, as a baseline
    uniform_weights: bool = setting(False, checks.flag, "Uniform weights")
    checkpoint_every: int = setting(50, checks.whole, "Refinement checkpoint every", 1, 100_000)  # steps

    @property
    def essential(self) -> Self:
        """Reset the settings that do not affect the trained weights, or only through the pairs."""
        return replace(
            self,
            next_round="continue",
            pairs=1,
            clean_background="",
            pair_prompts="clean",
            checkpoint_every=type(self).checkpoint_every,
        )


@dataclass(frozen=True)
class Settings(SettingsGroup):
    """All settings of a round."""

    FORMER_NAMES: ClassVar[Mapping[str, str]] = {"sample": "generation"}

    tune: TuneSettings = field(default_factory=TuneSettings)
    generation: GenerationSettings = field(default_factory=GenerationSettings)
    gal: GalSettings = field(default_factory=GalSettings)
    refine: RefineSettings = field(default_factory=RefineSettings)

    def __post_init__(self) -> None:
        """Check the types of the four groups."""
        for group in dataclasses.fields(self):
            value = getattr(self, group.name)
            if not isinstance(value, group.type):  # type: ignore[arg-type]
                raise StudioError(
                    f"The settings {group.name} are {checks.shown(value)}: they must be a table."
                )
