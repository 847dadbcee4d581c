"""The domain types that all layers share: immutable, without files, models or SQL."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from gal_studio.core.copy_chance import moved
from gal_studio.core.recipe import AS_TRAINED, Recipe
from gal_studio.core.taught import NAMES
from gal_studio.core.utility import kept_chance, utility
from gal_studio.core.variants.registry import find_variant
from gal_studio.core.variants.variant import Doing, Variant

if TYPE_CHECKING:
    Kind = str  # what a project learns
else:
    Kind = Literal[NAMES]
Verdict = Literal["accepted", "rejected", "undecided"]
Author = Literal["human", "sampler", "policy"]
PauseReason = Literal["", "room"]  # empty: by the user; room: until there is disk space
Remark = Literal["", "redrawn", "flat"]
CopyDetectors = Literal["both", "prompts", "pictures"]  # what says that a picture is a copy (Eq. G12)
UsedDetectors = CopyDetectors | Literal["none"]  # none where there is no reference to copy
CopySource = Literal["", "prompts", "pictures", "both", "person"]  # who says so of one picture
JobState = Literal[
    "queued", "running", "pausing", "paused", "stopping", "stopped", "interrupted", "completed", "error"
]
MapPlace = tuple[float, float]
PicturePlace = tuple[str, int]
"""A prompt, or its ID, and the number of an image of it, which has the same seed in every round."""


SHOWN = "shows_reference"  # the name of the score of how much of the reference shows
SHOWS_REFERENCE = 0.5  # of that score, see Eq. G12
LIKENESS = "likeness"  # the name of the score by which a picture may lack the style, see Eq. G6
CHANCE = "copy_chance"  # the name of the score of Eq. G16
AREA_DISAGREEMENT, COPY_DISAGREEMENT = "area_disagreement", "copy_disagreement"  # of the scores of Eq. G21
COPY_FROM = 0.5  # of that score, see Eq. G12
CARRIES = "carries"  # the name of the score of Eq. G17
ASKED = "asked"  # the name of the score of Eq. G14
NOISE = "noise"  # the name of the score of color noise
NOISY_FROM = 2.0  # of that score, from which a picture is noise


@dataclass(frozen=True)
class Reference:
    """A picture that the user gives, with its prompt.

    `plain_prompt` is the prompt without the trigger word (objects), or equal to `prompt` (styles). `image` is
    the picture's content hash in the store, `mask` that of its foreground mask (white on the subject; None:
    found automatically). References with the same trigger word show the same subject.
    """

    id: str
    prompt: str
    plain_prompt: str
    image: str
    trigger_word: str = ""
    mask: str | None = None


@dataclass(frozen=True)
class Anchor:
    """A prompt that asks for the style or the object in another picture; the page says *test prompt*."""

    id: str
    prompt: str
    order: int
    enabled: bool = True


@dataclass(frozen=True)
class Candidate:
    """A picture generated for an anchor, with its similarities (Eq. G1) and its position on the map.

    `remark` marks a picture that was redrawn in full precision ("redrawn") or is one flat color ("flat").
    Flat pictures are not scored: they count neither as copies nor as successes. `copy_detectors` is the
    setting of the round, "none" where there is no reference to copy; a picture that was not compared with
    the reference's (`SHOWN`) has the prompts alone. One that is `own` comes from a person's own prompt: it
    can be decided, but no statistic counts it. The LoRA drew it by `recipe` (Eq. G13). `copy_shift` is how
    far the project's marks move its chance (Eq. G16). `full` is what pictures at full strength carry in the
    first round of its line (Eq. G17); None where that is not known. What follows from these values is
    computed once.
    """

    id: str
    anchor_id: str
    index: int
    seed: int
    image: str
    similarity_anchor: float
    similarity_reference: float
    x: float | None = None
    y: float | None = None
    remark: Remark = ""
    more_scores: Mapping[str, float] = field(default_factory=dict, hash=False)
    copy_detectors: UsedDetectors = "both"
    own: bool = False
    marked_copy: bool | None = None
    recipe: Recipe = AS_TRAINED
    copy_shift: float = 0.0
    full: float | None = field(default=None, compare=False)
    margin: float = field(init=False, repr=False, compare=False)
    """s(x, a) - s(x, ref), in [-2, 2]."""
    is_blank: bool = field(init=False, repr=False, compare=False)
    """Whether the picture is one flat color, so that its similarities mean nothing."""
    overfit_by_prompts: bool = field(init=False, repr=False, compare=False)
    """Eq. G2: whether the picture is at least as close to the reference's prompt as to its own."""
    overfit_by_picture: bool | None = field(init=False, repr=False, compare=False)
    """Eq. G12: whether the picture shows the reference; None if it was not compared with it."""
    is_compared: bool = field(init=False, repr=False, compare=False)
    """Whether its likeness to the reference's picture counts, and not its prompts alone."""
    chance_by_detectors: float | None = field(init=False, repr=False, compare=False)
    """Eq. G16: p(copy) by both detectors and the project's marks; None if they were not both asked."""
    overfit_by_detectors: CopySource = field(init=False, repr=False, compare=False)
    """The detectors that say that the picture is a copy; empty if none does."""
    overfit_by: CopySource = field(init=False, repr=False, compare=False)
    """Eq. G12: who says that the picture is a copy; empty if it counts as none.

    What a person says counts, otherwise the chance of Eq. G16 if both detectors were asked, or the detectors
    that the settings name.
    """
    overfit: bool = field(init=False, repr=False, compare=False)
    """Eq. G12: whether the picture counts as a copy."""
    chance: float = field(init=False, repr=False, compare=False)
    """p(copy), in [0, 1]: 0 or 1 where a person marked it, or where it is a flag."""
    carries: float | None = field(init=False, repr=False, compare=False)
    """Eq. G17: how much of what is learned the picture has; None if that is not known."""
    asked: float | None = field(init=False, repr=False, compare=False)
    """Eq. G14: how probably the picture shows what was asked for; None if that is not known."""
    kept: float | None = field(init=False, repr=False, compare=False)
    """Eq. G17: how probably the picture has the style or object, in [0, 1]; None if that is not known."""
    utility: float = field(init=False, repr=False, compare=False)
    """Eq. G18: u = (1 - p) a c, in [0, 1]; 0 of a blank picture."""
    is_noise: bool = field(init=False, repr=False, compare=False)
    """Whether the picture is noise; never where that is not known."""

    def __post_init__(self) -> None:
        """Compute what follows from the given values; `more_scores` must be complete."""
        scores, blank = self.more_scores, self.remark == "flat"
        shown, carries = scores.get(SHOWN), scores.get(CARRIES)
        chance = scores.get(CHANCE) if self.copy_detectors == "both" else None
        if chance is not None:
            chance = 0.0 if blank else moved(chance, self.copy_shift)
        by_prompts = not blank and self.similarity_anchor <= self.similarity_reference
        by_picture = None if shown is None else not blank and shown >= SHOWS_REFERENCE
        compared = shown is not None and self.copy_detectors != "prompts"
        by_detectors: CopySource = ""
        if chance is not None:
            by_detectors = "both" if chance >= COPY_FROM else ""
        elif self.copy_detectors != "none":
            prompts = by_prompts and not (compared and self.copy_detectors == "pictures")
            shows = compared and by_picture
            by_detectors = ("both" if prompts else "pictures") if shows else "prompts" if prompts else ""
        by: CopySource = by_detectors
        if self.marked_copy is not None:
            by, chance_now = ("person", 1.0) if self.marked_copy else ("", 0.0)
        else:
            chance_now = float(by != "") if chance is None else chance
        carries = None if blank else carries
        asked = None if blank else scores.get(ASKED)
        kept = None if carries is None or self.full is None else kept_chance(carries, self.full)
        vars(self).update(
            margin=self.similarity_anchor - self.similarity_reference,
            is_blank=blank,
            overfit_by_prompts=by_prompts,
            overfit_by_picture=by_picture,
            is_compared=compared,
            chance_by_detectors=chance,
            overfit_by_detectors=by_detectors,
            overfit_by=by,
            overfit=by != "",
            chance=chance_now,
            carries=carries,
            asked=asked,
            kept=kept,
            utility=0.0 if blank else utility(chance_now, asked, kept),
            is_noise=(scores.get(NOISE) or 0.0) >= NOISY_FROM,
        )

    def score(self, name: str) -> float | None:
        """The score of that name (`core.gal.scores`); None if the picture was drawn before there was one."""
        if name in ("similarity_anchor", "similarity_reference"):
            return float(getattr(self, name))
        return self.more_scores.get(name)

    @property
    def number(self) -> str:
        """What tells it from the others of its prompt: 04, or, for a person's own, that it is."""
        return "(your own)" if self.own else f"{self.index + 1:02d}"


@dataclass(frozen=True)
class CopyCurve:
    """The mean copy risk of a prompt's images (Eq. G16) at each mean strength, the strongest first."""

    strengths: tuple[float, ...]
    mean: tuple[float, ...]


@dataclass(frozen=True)
class AnchorScore:
    """Overfit rate and entropy of an anchor's candidates (Eq. G3, G4), not counting the `blank` ones.

    `overfit` counts the copies, and `overfit_rate` is the mean of their chances (Eq. G16). `between_recipes`
    is the part of the entropy that the recipes decide (Eq. G13); chance decides the rest.
    `by_prompts`, `by_pictures` and `by_person` are the overfit ones by who says so (Eq. G12); `compared` are
    the candidates of which the pictures say anything. `weakest` is the least mean strength (Eq. G13),
    `copied_from` the least at which there is a copy, `clean_up_to` the largest at which there is none.
    Of those that are not copies, `off_prompt` are not as asked, and `too_weak` of the rest carry too little
    (Eq. G6). `turn` is the copy risk by strength, None where all pictures have one strength. `by_model`: the
    entropy is what differs between pictures at the schedules that all prompts share (Eq. G4), without the
    detector's own doubt; a round of an earlier version has that of the rate.
    """

    anchor: Anchor
    candidates: int
    overfit: int
    overfit_rate: float
    entropy: float
    mean_margin: float
    blank: int = 0
    by_prompts: int = 0
    by_pictures: int = 0
    by_person: int = 0
    compared: int = 0
    weakest: float = 1.0
    copied_from: float = 1.0
    clean_up_to: float = 1.0
    off_prompt: int = 0
    too_weak: int = 0
    between_recipes: float = 0.0
    turn: CopyCurve | None = None
    by_model: bool = False

    @property
    def good(self) -> int:
        """How many candidates may be suggested (Eq. G6)."""
        return self.candidates - self.overfit - self.off_prompt - self.too_weak

    @property
    def is_counted(self) -> bool:
        """Whether the rate is that of flags, as published, and not of chances."""
        return self.overfit_rate == self.overfit / self.candidates


@dataclass(frozen=True)
class Suggestion:
    """A suggested candidate of an anchor (Eq. G5, G6), its rank from 1, and a one-sentence reason."""

    anchor_id: str
    candidate_id: str
    rank: int
    reason: str


@dataclass(frozen=True)
class Decision:
    """A row of the append-only log of verdicts; a candidate's newest row is its current verdict."""

    id: int
    candidate_id: str
    verdict: Verdict
    author: Author
    time: float
    mask: str | None = None  # accepted in part: white where the picture is good


@dataclass(frozen=True)
class TrainingExample:
    """A picture to train on: a reference (weight 1) or an accepted candidate (weight of Eq. G8).

    With a `mask`, only its white part is learned: the weight is multiplied by the mask at latent size.
    """

    image: str
    prompt: str
    weight: float
    is_reference: bool
    mask: str | None = None


@dataclass(frozen=True)
class Round:
    """A node in the tree of rounds: one training and the candidates generated after it.

    `kind` is the name of its variant, which says what can be done with it. `title` is the name that a person
    gave it, empty for none. An `archived` round is not shown, nor is any round after it.
    Its training `ends_at` this step, where a person kept an earlier one than the last. A round with a
    `source` was not trained here: its adapter is a LoRA from elsewhere, the file of that name.
    One that is a `copy_of` another begins a branch: it has the images of that one and a choice of its own.
    `changes` are the settings that differ after it (JSON), `seed` is that of the trainings after it (None:
    the project's), `difference` says so in words. `kept` is when its line was made the main one.
    """

    id: str
    project_id: str
    parent_id: str | None
    number: int
    adapter: str | None
    created: float
    kind: str = "fine_tune"
    title: str = ""
    starred: bool = False
    archived: bool = False
    ends_at: int | None = None
    source: str = ""
    copy_of: str | None = None
    changes: str = "{}"
    seed: int | None = None
    difference: str = ""
    kept: float | None = None

    @property
    def variant(self) -> Variant:
        """What it is."""
        return find_variant(self.kind)

    def why_not(self, doing: Doing) -> str:
        """Why something cannot be done with it, and what to do instead; empty if it can."""
        return self.variant.why_not(doing, self)

    @property
    def can_generate(self) -> bool:
        """Whether it is trained, or needs no training."""
        return self.adapter is not None or self.variant.training is None


@dataclass(frozen=True)
class Job:
    """A unit of work for the worker, of one kind (`gal_studio.core.jobs.kinds`), with its state and progress.

    A job paused for lack of disk space resumes by itself; one paused by the user waits for the user.
    """

    id: str
    project_id: str
    round_id: str
    kind: str
    state: JobState
    phase: str
    done: int
    total: int
    message: str
    created: float
    started: float | None
    finished: float | None
    paused_for: PauseReason = ""
