"""All that can be set for a round; every class refuses nonsense when it is made."""

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


class Group:
    """What the groups of settings share: plain dictionaries in and out.

    A setting that was renamed is still read under its former name: stored projects and files hold it.
    """

    FORMER_NAMES: ClassVar[Mapping[str, str]] = {}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Read the group from a dictionary; what is missing keeps its default, unknown names are refused."""
        if not isinstance(data, Mapping):
            raise StudioError(f"The settings are {data!r}: write them as a table of names and values.")
        known = {entry.name: entry for entry in dataclasses.fields(cls)}  # type: ignore[arg-type]
        named = {cls.FORMER_NAMES.get(name, name): value for name, value in data.items()}
        for name in named:
            if name not in known:
                raise StudioError(f"There is no setting {name!r}: choose among {', '.join(known)}.")
        return cls(**{name: _read(known[name].type, value) for name, value in named.items()})

    def to_dict(self) -> dict[str, Any]:
        """The group as a plain dictionary that JSON and TOML can hold."""
        return dataclasses.asdict(self)  # type: ignore[call-overload, no-any-return]

    def to_former_dict(self) -> dict[str, Any]:
        """The group under the names of the first version, which stored fingerprints were made of."""
        former = {new: old for old, new in self.FORMER_NAMES.items()}
        return {former.get(name, name): value for name, value in self.to_dict().items()}

    def updated(self, changes: Mapping[str, Any]) -> Self:
        """A copy with some values changed; the groups inside may be given in part."""
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
    if isinstance(kind, type) and issubclass(kind, Group):
        return value if isinstance(value, kind) else kind.from_dict(value)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return value


@dataclass(frozen=True)
class TuneSettings(Group):
    """How a round is trained (Eq. G9)."""

    FORMER_NAMES: ClassVar[Mapping[str, str]] = {"sample_every": "preview_every"}

    steps: int = 200
    batch_size: int = 8
    learning_rate: float = 1e-3
    rank: int = 8
    method: Method = "lora"
    target: Target = "all"
    prior_images: int = 0  # class images drawn by the base model (objects); 0 leaves the prior term out
    prior_weight: float = 1.0
    prior_as_published: bool = False  # True: the prior term is multiplied by its pair's w_i as well
    continue_from_last: bool = False  # False: every round starts again from the base model
    checkpoint_every: int = 50
    preview_every: int = 0  # 0: no previews while training
    resolution: int | None = None  # None: what the model was made for
    crop: Crop = "center"

    def __post_init__(self) -> None:
        """Refuse values that no training can use."""
        checks.whole("Training steps", self.steps, 1, 100_000)
        checks.whole("Training batch size", self.batch_size, 1, 256)
        checks.real("Learning rate", self.learning_rate, 0.0, 1.0, above=True)
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
        """The same with the defaults for what changes no trained number."""
        return replace(self, checkpoint_every=type(self).checkpoint_every, preview_every=0)


@dataclass(frozen=True)
class GenerationSettings(Group):
    """How the candidates of a round are drawn."""

    candidates: int = 10  # for each anchor; n of Eq. G3
    steps: int = 20
    guidance_scale: float = 4.0
    batch_size: int = 20
    resolution: int | None = None

    def __post_init__(self) -> None:
        """Refuse values that no sampler can use."""
        checks.whole("Candidates", self.candidates, 1, 1000)
        checks.whole("Sampling steps", self.steps, 1, 1000)
        checks.real("Guidance scale", self.guidance_scale, 0.0, 100.0)
        checks.whole("Sampling batch size", self.batch_size, 1, 1024)
        checks.resolution("Picture resolution", self.resolution)


@dataclass(frozen=True)
class GalSettings(Group):
    """How pictures are suggested (Eq. G5) and what an accepted picture weighs (Eq. G8)."""

    policy: str = "uncertainty"
    top_k: int = 3
    balance: bool = True
    balance_lambda: float = 1.0

    def __post_init__(self) -> None:
        """Refuse an unknown policy, and values that leave nothing to suggest or to weigh."""
        find_policy(self.policy)
        checks.whole("Suggestions (top k)", self.top_k, 1, 1000)
        checks.flag("Balance", self.balance)
        checks.real("Lambda", self.balance_lambda, 0.0, 1000.0)


@dataclass(frozen=True)
class RefineSettings(Group):
    """How a round is refined with PatchDPO (Eq. P1 to P7)."""

    pairs: int = 16  # spread over the references (object) or the accepted pictures (style)
    steps: int = 200
    batch_size: int = 2  # pairs in a step; each is two rows
    learning_rate: float = 1e-4
    mix: float = 0.5  # share of the rows that come from GAL's own training set, with its weights
    background_weight: float = 0.3  # neutral weight of a generated picture's background
    pair_prompts: PairPrompts = "clean"  # an object's x before a clean background, or with y's own prompt
    clean_background: str = "on a plain background"  # said after an object (Eq. P1)
    vision_model: str = ""  # empty: the preset's
    next_round: AfterRefinement = "continue"  # "repeat": train from the base, then refine again
    even_reference: bool = False  # 1 - r(y) by its mean: a reference counts alike, however much is reproduced
    uniform_weights: bool = False  # for comparison: every patch weighs 1
    checkpoint_every: int = 50

    def __post_init__(self) -> None:
        """Refuse values that no refinement can use."""
        checks.whole("Pairs", self.pairs, 1, 1000)
        checks.whole("Refinement steps", self.steps, 1, 100_000)
        checks.whole("Pairs in a step", self.batch_size, 1, 128)
        checks.real("Refinement learning rate", self.learning_rate, 0.0, 1.0, above=True)
        checks.real("Mix", self.mix, 0.0, 0.9)
        checks.real("Background weight", self.background_weight, 0.0, 1.0)
        checks.one_of("Prompts of pairs", self.pair_prompts, get_args(PairPrompts))
        checks.one_of("After a refinement", self.next_round, get_args(AfterRefinement))
        checks.flag("Even reference", self.even_reference)
        checks.flag("Uniform weights", self.uniform_weights)
        checks.whole("Refinement checkpoint every", self.checkpoint_every, 1, 100_000)

    @property
    def essential(self) -> Self:
        """The same without what pairs or the next round hold, and what changes no trained number."""
        return replace(
            self,
            next_round="continue",
            pairs=1,
            clean_background="",
            pair_prompts="clean",
            checkpoint_every=type(self).checkpoint_every,
        )


@dataclass(frozen=True)
class Settings(Group):
    """Everything that a round is made with."""

    FORMER_NAMES: ClassVar[Mapping[str, str]] = {"sample": "generation"}

    tune: TuneSettings = field(default_factory=TuneSettings)
    generation: GenerationSettings = field(default_factory=GenerationSettings)
    gal: GalSettings = field(default_factory=GalSettings)
    refine: RefineSettings = field(default_factory=RefineSettings)

    def __post_init__(self) -> None:
        """Refuse anything but the four groups."""
        kinds = {
            "tune": TuneSettings,
            "generation": GenerationSettings,
            "gal": GalSettings,
            "refine": RefineSettings,
        }
        for name, kind in kinds.items():
            if not isinstance(getattr(self, name), kind):
                raise StudioError(f"The settings {name} are {getattr(self, name)!r}: give a table.")
