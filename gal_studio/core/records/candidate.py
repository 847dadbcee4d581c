"""A candidate, an image generated for a test prompt: what is stored, what follows of it, what is shown."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Self

from typing_extensions import Doc

from gal_studio.core.copy_chance import moved
from gal_studio.core.recipe import AS_TRAINED, StoredRecipe
from gal_studio.core.records.columns import Column, is_id
from gal_studio.core.records.views import version, view_of
from gal_studio.core.types import (
    ASKED,
    CARRIES,
    CHANCE,
    COPY_FROM,
    FOUND_FROM,
    NOISE,
    NOISY_FROM,
    OBJECT,
    SHOWN,
    SHOWS_REFERENCE,
    CopySource,
    Remark,
    UsedDetectors,
    Verdict,
)
from gal_studio.core.utility import kept_chance, utility

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    Feature = NDArray[numpy.floating[Any]]
else:
    Feature = object  # a refused start knows the tables, and does not wait for numpy


def candidate_id(round_id: str, anchor_id: str, index: int) -> str:
    """A deterministic ID: writing the same picture of a round again replaces it."""
    return hashlib.sha256(f"{round_id}/{anchor_id}/{index}".encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Candidate:
    """A picture generated for an anchor, with its similarities (Eq. G1) and its position on the map.

    One that is not stored yet has no ID; `feature`, its unit-norm CLIP feature, is stored and not loaded.
    `remark` marks a picture that was redrawn in full precision ("redrawn") or is one flat color ("flat").
    Flat pictures are not scored: they count neither as copies nor as successes. `copy_detectors` is the
    setting of the round, "none" where there is no reference to copy; a picture that was not compared with
    the reference's (`SHOWN`) has the prompts alone. One that is `own` comes from a person's own prompt: it
    can be decided, but no statistic counts it. The LoRA drew it by `recipe` (Eq. G13). `more_scores` are
    those without a column, by name. `mark_counts`: what a person marked counts for other pictures, too.
    `copy_shift` is how far the marks that do move its chance (Eq. G16). `full` is what pictures at full
    strength carry in the first round of its line (Eq. G17); None where that is not known. What follows from
    these values is computed once.
    """

    id: Annotated[str, Column(f"TEXT PRIMARY KEY {is_id()}")]
    round_id: Annotated[str, Column("TEXT NOT NULL REFERENCES rounds (id)")] = field(
        default="", kw_only=True, compare=False, repr=False
    )
    anchor_id: Annotated[str, Column("TEXT NOT NULL REFERENCES anchors (id)")]
    index: Annotated[int, Column("INTEGER NOT NULL", "number")]
    seed: Annotated[int, Column("INTEGER NOT NULL")]
    image: Annotated[str, Column("TEXT NOT NULL", folder="images")]
    similarity_anchor: Annotated[float, Column("REAL NOT NULL")]
    similarity_reference: Annotated[float, Column("REAL NOT NULL")]
    feature: Annotated[Feature | None, Column("BLOB NOT NULL")] = field(
        default=None, kw_only=True, compare=False, repr=False
    )
    x: Annotated[float | None, Column("REAL")] = None
    y: Annotated[float | None, Column("REAL")] = None
    created: Annotated[float, Column("REAL NOT NULL")] = field(
        default=0.0, kw_only=True, compare=False, repr=False
    )
    remark: Annotated[
        Remark, Column("TEXT NOT NULL DEFAULT '' CHECK (remark IN ('', 'redrawn', 'flat'))")
    ] = ""
    own: Annotated[bool, Column("INTEGER NOT NULL DEFAULT 0")] = False
    marked_copy: Annotated[bool | None, Column("INTEGER")] = None
    mark_counts: Annotated[bool, Column("INTEGER NOT NULL DEFAULT 0")] = False
    recipe: StoredRecipe = AS_TRAINED
    more_scores: Mapping[str, float] = field(default_factory=dict, hash=False)
    copy_detectors: UsedDetectors = "both"
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
    objects: Mapping[str, bool] = field(init=False, repr=False, compare=False)
    """Eq. G25: whether the picture shows each object that its prompt names, by trigger word, if known."""
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
        objects = {
            name.removeprefix(OBJECT): score >= FOUND_FROM and not blank
            for name, score in scores.items()
            if name.startswith(OBJECT)
        }
        lacks = not all(objects.values())
        if lacks and kept is not None:
            kept = 0.0
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
            objects=objects,
            asked=asked,
            kept=kept,
            utility=0.0 if blank or lacks else utility(chance_now, asked, kept),
            is_noise=(scores.get(NOISE) or 0.0) >= NOISY_FROM,
        )

    def score(self, name: str) -> float | None:
        """The score of that name (`core.gal.scores`); None if the picture was drawn before there was one."""
        if name in ("similarity_anchor", "similarity_reference"):
            return float(getattr(self, name))
        return self.more_scores.get(name)

    @property
    def missing(self) -> tuple[str, ...]:
        """The trigger words of objects that its prompt names and that it does not show (Eq. G25)."""
        return tuple(word for word, shown in self.objects.items() if not shown)

    @property
    def number(self) -> str:
        """What tells it from the others of its prompt: "image 4", or, for a person's own, that it is."""
        return "your own image" if self.own else f"image {self.index + 1}"

    @property
    def version(self) -> str:
        """What changes with its image."""
        return version(self.image)


@dataclass(frozen=True)
class PictureRef:
    """A picture by its id; the version changes with its content."""

    id: str
    version: str

    @classmethod
    def of(cls, candidate: Candidate, **given: Any) -> Self:
        """A candidate, with what is given beside its own values."""
        return view_of(cls, candidate, **given)


@dataclass(frozen=True)
class ShownPicture(PictureRef):
    """A picture that is shown, with its prompt."""

    prompt: str
    copy: bool

    @classmethod
    def of(cls, candidate: Candidate, **given: Any) -> Self:
        """A candidate of which only the picture is shown."""
        return super().of(candidate, copy=candidate.overfit, **given)


@dataclass(frozen=True)
class CandidateView(ShownPicture):
    """A candidate; its verdict and its place on the map are sent separately, since they change."""

    anchor_id: str
    head: str
    index: int
    number: Annotated[str, Doc("What tells it from the others of its prompt: “image 4”.")]
    own: Annotated[bool, Doc("Made of a free prompt: no statistic counts it.")]
    seed: str
    recipe: Annotated[
        str, Doc("How strongly the LoRA, or in Round 0 the references, drew it; empty if as trained.")
    ]
    strength: Annotated[float, Doc("The mean of that over the steps, in [0, 2].")]
    scores: Annotated[Mapping[str, float], Doc("By name; the labels are in `Project.scores`.")]
    margin: float
    copy_by: Annotated[CopySource, Doc("Who says that the image is a copy; empty if nobody does.")]
    copy_by_detectors: Annotated[CopySource, Doc("The same, before a person said anything.")]
    compared: Annotated[bool, Doc("Whether its patches were compared with the reference, and count.")]
    remark: str
    missing: Annotated[tuple[str, ...], Doc("The trigger words of objects that it does not show.")]

    @classmethod
    def of(cls, candidate: Candidate, **given: Any) -> Self:
        """A candidate, with its prompt and the `head` of that, its recipe in words, and the known scores."""
        return super().of(
            candidate,
            seed=str(candidate.seed),
            strength=round(candidate.recipe.mean, 3),
            copy_by=candidate.overfit_by,
            copy_by_detectors=candidate.overfit_by_detectors,
            compared=candidate.is_compared,
            missing=candidate.missing,
            **given,
        )


@dataclass(frozen=True)
class Tile:
    """A candidate in its round; `mask` is the accepted part, None for the whole picture.

    `weight` is the one that was set by hand, None for that of the round, and `recipe` says how strongly the
    LoRA or the references drew it, empty for a LoRA as trained.
    """

    candidate: Candidate
    prompt: str
    verdict: Verdict
    suggested: bool
    recipe: str
    mask: str | None = None
    weight: float | None = None
