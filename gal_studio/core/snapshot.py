"""A project as it stands at one moment: frozen values, which the store loads in a handful of statements.

Everything that decides is a function of them (`gal_studio.rounds`), and can be tried without a database.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from statistics import median
from typing import Any

import numpy
from numpy.typing import NDArray

from gal_studio.core import strict_json
from gal_studio.core.decisions import Decided
from gal_studio.core.errors import StudioError
from gal_studio.core.gal.choices import Choice
from gal_studio.core.gal.ladder import LADDER, RaceResult
from gal_studio.core.gal.recipe_rates import best_recipe
from gal_studio.core.gal.recipes import candidate_recipe, on_ladder
from gal_studio.core.gal.self_check import SelfCheck, self_check
from gal_studio.core.gal.standard import Standard
from gal_studio.core.gal.uncertainty import group_by_anchor, score_pool
from gal_studio.core.gal.validation import Validation
from gal_studio.core.loss_trend import Trend, trend
from gal_studio.core.naming import round_names
from gal_studio.core.recipe import AS_TRAINED, Recipe
from gal_studio.core.records.candidate import Candidate
from gal_studio.core.records.project import Project
from gal_studio.core.records.round import Round, shown_rounds
from gal_studio.core.records.views import version
from gal_studio.core.settings import GalSettings, Settings, read_changes
from gal_studio.core.types import Anchor, AnchorScore, MapPlace, UsedDetectors
from gal_studio.core.variants.registry import find_variant
from gal_studio.core.variants.variant import Variant


@dataclass(frozen=True)
class Start:
    """What the trainings of a project start from instead of the base model.

    `source` is the name of the file that was given, `adapter` the hash of the same change in the studio's
    format.
    """

    source: str
    adapter: str


@dataclass(frozen=True)
class Preview:
    """A picture drawn during a training."""

    step: int
    prompt: str
    seed: int
    image: str

    @property
    def version(self) -> str:
        """What changes with its image."""
        return version(self.image)


@dataclass(frozen=True)
class KeptStep:
    """The LoRA after a step of a training, by its hash, and what a round is that has it.

    `trained_as` is the fingerprint of a training that ends there; `ends_at` is None at its own last step.
    """

    step: int
    adapter: str
    trained_as: str
    ends_at: int | None


@dataclass(frozen=True, kw_only=True, eq=False)
class Pictures:
    """What a round drew, in drawing order, own pictures included, and what was decided and chosen in it.

    `features` are unit-norm CLIP features by candidate, `reference_features` those by reference, and
    `choices` what was chosen beside suggestions; all are None unless a policy needs them. `held_out` is what
    it drew for benchmark prompts.
    """

    tiles: tuple[Candidate, ...] = ()
    held_out: tuple[Candidate, ...] = ()
    decided: Decided = field(default_factory=Decided)
    features: Mapping[str, NDArray[numpy.float32]] | None = None
    reference_features: Mapping[str, NDArray[numpy.float32]] | None = None
    choices: tuple[Choice, ...] | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class RoundRecord:
    """A round with what other tables have of it.

    `seconds` are those of each phase, `places` those of the references on the map. `pictures` are None if
    they were not loaded. `race` is the race that chose the pictures, None before it and without one, and
    `asked` are the pictures that a person asked for, by anchor and index.
    """

    round: Round
    seconds: Mapping[str, float] = field(default_factory=dict)
    places: Mapping[str, MapPlace] = field(default_factory=dict)
    previews: tuple[Preview, ...] = ()
    validations: tuple[Validation, ...] = ()
    kept_steps: tuple[KeptStep, ...] = ()
    race: RaceResult | None = None
    asked: tuple[tuple[str, int], ...] = ()
    stored_losses: str = "[]"
    pictures: Pictures | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class ProjectSnapshot:
    """A project with its test prompts (disabled ones included) and all its rounds, by number.

    `start` is the LoRA from elsewhere that it starts from, and `commits` are those of its hub models.
    """

    project: Project
    anchors: tuple[Anchor, ...]
    records: tuple[RoundRecord, ...]
    start: Start | None = None
    archived: bool = False
    commits: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def prompts(self) -> Mapping[str, str]:
        """The prompt of each anchor by ID."""
        return {anchor.id: anchor.prompt for anchor in self.anchors}

    @cached_property
    def rounds(self) -> tuple["RoundSnapshot", ...]:
        """All rounds, by number, then the oldest first; a parent stands before its children."""
        return tuple(RoundSnapshot(self, record) for record in self.records)

    @cached_property
    def names(self) -> Mapping[str, str]:
        """The name of each round by ID."""
        return round_names(each.round for each in self.records)

    @cached_property
    def _by_id(self) -> Mapping[str, "RoundSnapshot"]:
        return {each.id: each for each in self.rounds}

    def round(self, round_id: str) -> "RoundSnapshot":
        """The round with this ID."""
        if round_id not in self._by_id:
            raise StudioError(f"There is no round {round_id!r} in this workspace.")
        return self._by_id[round_id]

    def with_pictures(self, pictures: Mapping[str, Pictures]) -> "ProjectSnapshot":
        """The project with the pictures of some rounds, by round; those of the others stay."""
        records = tuple(
            replace(each, pictures=pictures.get(each.round.id, each.pictures)) for each in self.records
        )
        return replace(self, records=records)

    def with_round(self, round_: Round, settings: Settings) -> "RoundSnapshot":
        """A round that was just added with these settings, in which nothing is drawn yet."""
        stored = strict_json.dumps(settings.to_dict())
        added = RoundRecord(round=replace(round_, stored_settings=stored), pictures=Pictures())
        records = sorted([*self.records, added], key=lambda each: each.round.number)
        return replace(self, records=tuple(records)).round(round_.id)

    def after_decisions(self, pictures: Mapping[str, Pictures]) -> "ProjectSnapshot":
        """The project with these pictures, in which nothing but decisions and choices is new.

        What does not depend on these is handed over, as far as it is known.
        """
        after = self.with_pictures(pictures)
        for new, old in zip(after.rounds, self.rounds, strict=True):
            known = vars(old)
            vars(new).update({name: known[name] for name in DRAWN if name in known})
        return after

    @cached_property
    def shown(self) -> tuple["RoundSnapshot", ...]:
        """The rounds that are neither archived nor come after an archived one, in the same order."""
        return tuple(self.round(one.id) for one in shown_rounds(each.round for each in self.records))

    @cached_property
    def judges(self) -> bool:
        """Whether it judges LoRAs from elsewhere, and nothing is trained in it."""
        return bool(self.records) and all(each.round.source for each in self.records)


DRAWN = (
    "tiles", "full", "candidates", "standard", "check", "loss_trend",
    "best_recipe", "scores", "strengths", "groups",
)  # fmt: skip
"""What of a round does not depend on decisions."""


@dataclass(frozen=True, eq=False)
class RoundSnapshot:
    """A round in its project."""

    project: ProjectSnapshot
    record: RoundRecord

    @cached_property
    def id(self) -> str:
        """The ID of the round."""
        return self.record.round.id

    @cached_property
    def round(self) -> Round:
        """The node in the tree of rounds."""
        return self.record.round

    @property
    def settings(self) -> Settings:
        """The settings of this round."""
        return self.round.settings

    def supposing(self, settings: Settings, **changes: Any) -> "RoundSnapshot":
        """The round as it would stand with these settings, and with further changes of its record."""
        stored, changed = strict_json.dumps(settings.to_dict()), replace(self.record, **changes)
        record = replace(changed, round=replace(changed.round, stored_settings=stored))
        records = tuple(record if each is self.record else each for each in self.project.records)
        return replace(self.project, records=records).round(self.id)

    @cached_property
    def wanted_settings(self) -> Settings:
        """What its next training and drawing follow: the project's settings, as its branches change them."""
        settings = self.project.project.settings
        for each in (*self.ancestors, self):
            settings = settings.updated(read_changes(each.round.changes))
        return settings

    @cached_property
    def seed(self) -> int:
        """The seed of which its training's follows: the project's, or that of the nearest branch above."""
        own = (each.round.seed for each in reversed(self.ancestors))
        return next((seed for seed in own if seed is not None), self.project.project.seed)

    @cached_property
    def original(self) -> "RoundSnapshot":
        """The round that drew its pictures: itself, unless it is a copy."""
        above = self.round.copy_of
        return self if above is None else self.project.round(above).original

    @cached_property
    def gal(self) -> GalSettings:
        """How pictures are suggested and weighted in this round."""
        return self.settings.gal

    @property
    def copy_detectors(self) -> UsedDetectors:
        """What finds copies in this round: nothing where the project has no reference."""
        return self.project.project.detectors(self.gal)

    @cached_property
    def parent(self) -> "RoundSnapshot | None":
        """The round that this one starts from."""
        above = self.record.round.parent_id
        return None if above is None else self.project.round(above)

    @cached_property
    def variant(self) -> Variant:
        """What it is."""
        return find_variant(self.record.round.kind)

    @cached_property
    def refined(self) -> "RoundSnapshot | None":
        """The round that it refines; None if it is no refinement."""
        return self.parent if self.variant.refines else None

    @cached_property
    def children(self) -> tuple["RoundSnapshot", ...]:
        """The rounds that start from this one, by number, then the oldest first."""
        return tuple(each for each in self.project.rounds if each.round.parent_id == self.id)

    @cached_property
    def ancestors(self) -> tuple["RoundSnapshot", ...]:
        """The rounds above this one, the first round first."""
        return () if self.parent is None else (*self.parent.ancestors, self.parent)

    @property
    def pictures(self) -> Pictures:
        """What it drew and what was decided in it; a ValueError if that was not loaded."""
        if self.record.pictures is None:
            raise ValueError(f"the images of the round {self.id} were not loaded")
        return self.record.pictures

    @cached_property
    def tiles(self) -> tuple[Candidate, ...]:
        """Everything that can be decided, in drawing order: a person's own pictures, too.

        With what pictures at full strength carry.
        """
        full = self.full
        return tuple([one if one.full == full else replace(one, full=full) for one in self.pictures.tiles])

    @cached_property
    def full(self) -> float | None:
        """What pictures at full strength carry in the first round of the line (Eq. G17), their median.

        None where that is not known.
        """
        first = self.first or self
        drawn = [one for one in first.pictures.tiles if one.recipe.is_as_trained and not one.own]
        known = [one.carries for one in drawn if one.carries is not None]
        return median(known) if known else None

    @cached_property
    def candidates(self) -> tuple[Candidate, ...]:
        """What the round drew for its test prompts, in drawing order."""
        return tuple([one for one in self.tiles if not one.own])

    @cached_property
    def first(self) -> "RoundSnapshot | None":
        """The first trained round above this one; None where it is that one."""
        return next((each for each in self.ancestors if each.variant.tunes), None)

    @cached_property
    def standard(self) -> Standard:
        """What a picture of the round must be to be suggested (Eq. G6)."""
        return Standard.of(self.candidates, self.first.standard if self.first else None)

    @cached_property
    def check(self) -> SelfCheck:
        """What the round says of itself."""
        return self_check(self.candidates, self.round.number, self.is_full, self.held_out, self.loss_trend)

    @property
    def held_out(self) -> tuple[Candidate, ...]:
        """What the round drew for benchmark prompts."""
        return self.pictures.held_out

    @cached_property
    def loss_trend(self) -> Trend:
        """Where the loss of its training went."""
        return trend(strict_json.loads(self.record.stored_losses))

    @property
    def is_full(self) -> bool:
        """Whether the whole denoiser is trained."""
        return self.settings.tune.method == "full"

    @cached_property
    def best_recipe(self) -> Recipe:
        """The recipe of its best pictures (Eq. G18); a whole denoiser is drawn as it was trained."""
        return AS_TRAINED if self.is_full else best_recipe(self.candidates)

    @property
    def decided(self) -> Decided:
        """What was decided in this round."""
        return self.pictures.decided

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What was chosen beside suggestions; a ValueError if that was not loaded."""
        if self.pictures.choices is None:
            raise ValueError(f"the choices in the round {self.id} were not loaded")
        return self.pictures.choices

    @cached_property
    def scores(self) -> tuple[AnchorScore, ...]:
        """Eq. G3, G4: the score of each anchor that has candidates in this round, in pool order."""
        of = self.refined or self
        evenly, published = of.record.race is not None, self.gal.policy == "published"
        strengths = () if self.copy_detectors == "none" else self.strengths  # no curve of what nobody knows
        return score_pool(self.project.anchors, self.candidates, strengths, evenly, self.standard, published)

    @cached_property
    def strengths(self) -> tuple[float, ...]:
        """The mean strength of each candidate of an anchor, by index (Eq. G13); an instant round has one."""
        settings, number = self.settings, self.settings.generation.candidates
        if not self.variant.varies_strength:
            return (1.0,) * number
        if on_ladder(settings):
            return tuple(recipe.mean for recipe in LADDER)
        return tuple(candidate_recipe(settings, index).mean for index in range(number))

    @cached_property
    def groups(self) -> Mapping[str, tuple[Candidate, ...]]:
        """The candidates of each anchor by index, blank ones left out."""
        return group_by_anchor(self.candidates)
