"""The settings of a round. Every class validates its values when it is constructed."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Literal, Self, get_args

from gal_studio.core import checks
from gal_studio.core.errors import StudioError
from gal_studio.core.gal.policies.registry import find_policy

Method = Literal["lora", "full"]
Target = Literal["attention", "all"]
Crop = Literal["center", "random"]
AfterRefinement = Literal["continue", "repeat"]
PairPrompts = Literal["clean", "own"]


class SettingsGroup:
    """A group of settings, converted from and to plain dictionaries.

    Renamed settings are also read under their former names, which stored projects and files hold.
    """

    FORMER_NAMES: ClassVar[Mapping[str, str]] = {}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Read a dictionary; missing settings keep their defaults, unknown names are refused."""
        if not isinstance(data, Mapping):
            raise StudioError(f"The settings are {data!r}: they must be a table of names and values.")
        known = {option.name: option for option in dataclasses.fields(cls)}  # type: ignore[arg-type]
        named = {cls.FORMER_NAMES.get(name, name): value for name, value in data.items()}
        for name in named:
            if name not in known:
                raise StudioError(f"There is no setting {name!r}: choose one of {', '.join(known)}.")
        return cls(**{name: _read(known[name].type, value) for name, value in named.items()})

    def to_dict(self) -> dict[str, Any]:
        """Convert to a plain dictionary for JSON or TOML."""
        return dataclasses.asdict(self)  # type: ignore[call-overload, no-any-return]

    def to_former_dict(self) -> dict[str, Any]:
        """Like `to_dict`, with the first version's names: stored fingerprints are hashes of these."""
        former = {new: old for old, new in self.FORMER_NAMES.items()}
        return {former.get(name, name): value for name, value in self.to_dict().items()}

    def updated(self, changes: Mapping[str, Any]) -> Self:
        """A copy with some values changed; nested groups may be partial."""
        named = {self.FORMER_NAMES.get(name, name): value for name, value in changes.items()}
        return type(self).from_dict(_merged(self.to_dict(), named))


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
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return value


@dataclass(frozen=True)
class TuneSettings(SettingsGroup):
    """How a round is fine-tuned (Eq. G9)."""

    FORMER_NAMES: ClassVar[Mapping[str, str]] = {"sample_every": "preview_every"}

    steps: int = 200
    batch_size: int = 8
    learning_rate: float = 1e-3
    rank: int = 8  # of the LoRA
    method: Method = "lora"  # "full": train all weights of the denoiser
    target: Target = "all"  # layers that get a LoRA
    prior_images: int = 0  # class images for prior preservation (objects only); 0 disables the prior term
    prior_weight: float = 1.0
    prior_as_published: bool = False  # multiply each prior term by the weight of the example beside it
    continue_from_last: bool = False  # start from the last round's weights instead of the base model
    checkpoint_every: int = 50  # steps
    preview_every: int = 0  # steps; 0 disables previews
    resolution: int | None = None  # pixels; None: the model's own
    crop: Crop = "center"

    def __post_init__(self) -> None:
        """Validate the values."""
        checks.whole("Training steps", self.steps, 1, 100_000)
        checks.whole("Training batch size", self.batch_size, 1, 256)
        checks.real("Learning rate", self.learning_rate, 0.0, 1.0, exclude_low=True)
        checks.whole("Rank", self.rank, 1, 1024)
        checks.one_of("Method", self.method, get_args(Method))
        checks.one_of("Target", self.target, get_args(Target))
        checks.whole("Prior images", self.prior_images, 0, 10_000)
        checks.real("Prior weight", self.prior_weight, 0.0, 100.0)
        checks.flag("Prior as published", self.prior_as_published)
        checks.flag("Continue from the last round", self.continue_from_last)
        checks.whole("Checkpoint every", self.checkpoint_every, 1, 100_000)
        checks.whole("Preview every", self.preview_every, 0, 100_000)
        checks.resolution("Training resolution", self.resolution)
        checks.one_of("Crop", self.crop, get_args(Crop))

    @property
    def essential(self) -> Self:
        """Reset the settings that do not affect the trained weights."""
        return replace(self, checkpoint_every=type(self).checkpoint_every, preview_every=0)


@dataclass(frozen=True)
class GenerationSettings(SettingsGroup):
    """How the candidates of a round are drawn."""

    candidates: int = 10  # per anchor; n of Eq. G3
    steps: int = 20  # of denoising
    guidance_scale: float = 4.0  # 1 disables classifier-free guidance
    batch_size: int = 20  # upper limit; smaller if memory is short
    resolution: int | None = None  # pixels; None: the model's own

    def __post_init__(self) -> None:
        """Validate the values."""
        checks.whole("Pictures per prompt", self.candidates, 1, 1000)
        checks.whole("Sampling steps", self.steps, 1, 1000)
        checks.real("Guidance scale", self.guidance_scale, 0.0, 100.0)
        checks.whole("Sampling batch size", self.batch_size, 1, 1024)
        checks.resolution("Picture resolution", self.resolution)


@dataclass(frozen=True)
class GalSettings(SettingsGroup):
    """How pictures are suggested (Eq. G5), and the weight of accepted ones (Eq. G8)."""

    policy: str = "uncertainty"  # a name in `POLICIES`
    top_k: int = 3  # suggestions per round; k of Eq. G5
    balance: bool = True  # weigh accepted pictures by Eq. G8; otherwise they weigh 1
    balance_lambda: float = 1.0  # lambda of Eq. G8

    def __post_init__(self) -> None:
        """Validate the values."""
        find_policy(self.policy)
        checks.whole("Suggestions (top k)", self.top_k, 1, 1000)
        checks.flag("Balance", self.balance)
        checks.real("Weight of accepted pictures", self.balance_lambda, 0.0, 1000.0)


@dataclass(frozen=True)
class RefineSettings(SettingsGroup):
    """How a round is refined with PatchDPO (Eq. P1 to P7)."""

    pairs: int = 16  # distributed over the references (object) or the accepted pictures (style)
    steps: int = 200
    batch_size: int = 2  # pairs per step; a pair is two rows
    learning_rate: float = 1e-4
    mix: float = 0.5  # share of the round's own training examples in the loss
    background_weight: float = 0.3  # weight of a generated picture's background
    pair_prompts: PairPrompts = (
        "clean"  # generate an object on a clean background, or ("own") with y's prompt
    )
    clean_background: str = "on a plain background"  # appended to the object's name (Eq. P1)
    vision_model: str = ""  # empty: the preset's
    next_round: AfterRefinement = "continue"  # "repeat": train from the base model, then refine again
    even_reference: bool = False  # divide 1 - r(y) by its mean, so that every reference counts equally
    uniform_weights: bool = False  # weight 1 for every patch, as a baseline
    checkpoint_every: int = 50  # steps

    def __post_init__(self) -> None:
        """Validate the values."""
        checks.whole("Pairs", self.pairs, 1, 1000)
        checks.whole("Refinement steps", self.steps, 1, 100_000)
        checks.whole("Pairs in a step", self.batch_size, 1, 128)
        checks.real("Refinement learning rate", self.learning_rate, 0.0, 1.0, exclude_low=True)
        checks.real("Mix", self.mix, 0.0, 0.9)
        checks.real("Background weight", self.background_weight, 0.0, 1.0)
        checks.one_of("Prompts of pairs", self.pair_prompts, get_args(PairPrompts))
        checks.one_of("After a refinement", self.next_round, get_args(AfterRefinement))
        checks.flag("Even reference", self.even_reference)
        checks.flag("Uniform weights", self.uniform_weights)
        checks.whole("Refinement checkpoint every", self.checkpoint_every, 1, 100_000)

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
        kinds = {
            "tune": TuneSettings,
            "generation": GenerationSettings,
            "gal": GalSettings,
            "refine": RefineSettings,
        }
        for name, kind in kinds.items():
            if not isinstance(getattr(self, name), kind):
                raise StudioError(f"The settings {name} are {getattr(self, name)!r}: they must be a table.")
