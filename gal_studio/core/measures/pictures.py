"""The prompts and pictures of a benchmark, and what is read off one picture."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from operator import attrgetter
from typing import Literal, Self

from gal_studio.core.gal.standard import ASKED_FROM
from gal_studio.core.records.candidate import Candidate
from gal_studio.core.types import UsedDetectors
from gal_studio.core.utility import Look, look, utility

Part = Literal["held_out", "accepted", "plain"]
Metric = Literal["as_asked", "copies", "no_copy", "carries", "clip_t", "clip_i"]
When = Literal["auto", "always", "never"]


@dataclass(frozen=True)
class MeasuredPrompt:
    """A prompt of a project's test set.

    `part` is "held_out" for prompts that no training uses, "accepted" for anchors whose pictures are learned,
    and "plain" for held-out prompts without the trigger word or the style's words.
    """

    id: str
    part: Part
    prompt: str
    order: int
    enabled: bool = True


@dataclass(frozen=True)
class MeasuredPicture:
    """A picture that was drawn for the test set by a round, or by the base model (`round_id` None).

    `candidate` reads it like a candidate of its prompt, so that every flag of candidates holds for it too.
    `likeness` is its mean cosine to the references (CLIP-I), in [-1, 1]; without references its cosine to
    what the base model drew for the same prompt and seed, 1 for that itself. `base` is that picture; None
    where it is not known, and for the base model's own pictures.
    `drawn_by` tells the fast model or the speed LoRA that drew it, "" for none.
    """

    prompt_id: str
    round_id: str | None
    candidate: Candidate
    likeness: float
    base: Candidate | None = None
    drawn_by: str = ""

    def judged_by(self, copy_detectors: UsedDetectors) -> Self:
        """Let these detectors say whether the picture is a copy (Eq. G12)."""
        if self.candidate.copy_detectors == copy_detectors:
            return self
        return replace(self, candidate=replace(self.candidate, copy_detectors=copy_detectors))

    def without(self, missing: Collection[str]) -> Self:
        """Leave out these scores, beside pictures that were drawn before there were any."""
        if self.candidate.more_scores.keys().isdisjoint(missing):
            return self
        known = {name: score for name, score in self.candidate.more_scores.items() if name not in missing}
        return replace(self, candidate=replace(self.candidate, more_scores=known))

    @cached_property
    def copies(self) -> bool:
        """Whether it is a copy of the reference, by the flag of the project's candidates (Eq. G12)."""
        return self.candidate.overfit

    @property
    def is_judged(self) -> bool:
        """Whether there are references to compare it with."""
        return self.candidate.copy_detectors != "none"

    @property
    def changed(self) -> float | None:
        """Without references: how far it is from the base model's picture, in [0, 2]; None if it is blank."""
        return None if self.is_judged or self.is_blank else 1.0 - self.likeness

    @cached_property
    def is_blank(self) -> bool:
        """Whether it is one flat color, so that its similarities mean nothing."""
        return self.candidate.is_blank

    @cached_property
    def no_copy(self) -> bool:
        """Whether it is neither a copy nor blank; what it shows instead may be anything."""
        return not (self.copies or self.is_blank)

    @cached_property
    def recognised(self) -> bool | None:
        """Whether what its prompt asks for is recognised in it: Eq. G14, from one half on.

        None where that is not known, and of the base model's own pictures, by which it is measured.
        """
        asked = self.candidate.asked
        if self.base is None or (asked is None and not self.is_blank):
            return None
        return asked is not None and asked >= ASKED_FROM

    @cached_property
    def as_asked(self) -> bool | None:
        """Whether it shows what its prompt asks for: recognised, and no copy; None where that is unknown."""
        known = self.recognised
        return None if known is None else known and self.no_copy

    @cached_property
    def look(self) -> Look | None:
        """How far it keeps the style; None for a copy, and where it is not known."""
        kept = self.candidate.kept
        return None if kept is None or not self.no_copy else look(kept)

    @cached_property
    def utility(self) -> float:
        """The u of the picture, in [0, 1]; 0 for a blank one.

        The base model's have none of what is learned, so that theirs is 0, whatever chance has drawn.
        """
        if self.is_blank:
            return 0.0
        carried = 0.0 if self.round_id is None or self.candidate.missing else self.candidate.carries
        known = self.recognised
        return utility(self.candidate.chance, None if known is None else float(known), carried)

    @cached_property
    def figures(self) -> Mapping[Metric, float | None]:
        """Each metric of this picture; None where it has none."""
        return {metric: figure(self) for metric, figure in METRICS.items()}


Figure = Callable[[MeasuredPicture], float | None]


def _unless_blank(name: str) -> Figure:
    value = attrgetter(name)
    return lambda picture: None if picture.is_blank else value(picture)


def _share(flag: str) -> Figure:
    def value(picture: MeasuredPicture) -> float | None:
        found = getattr(picture, flag)
        return None if found is None else float(found)

    return value


def _if_judged(figure: Figure) -> Figure:
    return lambda picture: figure(picture) if picture.is_judged else None


METRICS: Mapping[Metric, Figure] = {
    "as_asked": _share("as_asked"),
    "copies": _if_judged(_share("copies")),
    "no_copy": _if_judged(_share("no_copy")),
    "carries": attrgetter("candidate.carries"),
    "clip_t": _unless_blank("candidate.similarity_anchor"),
    "clip_i": _if_judged(_unless_blank("likeness")),
}
"""What is measured of each picture, in the order of the columns; None where a picture has no such figure.

The page shows `copies`; `no_copy` is what programs have read since the first version.
Another measure is one line here, one name in `Metric`, and its words in `studio/views/words/benchmark.py`.
"""
SHARES: frozenset[Metric] = frozenset({"as_asked", "copies", "no_copy"})
"""The metrics that are 1 or 0 of each picture."""
SENSES: Mapping[Metric, Literal[-1]] = {"copies": -1}
"""The metrics of which less is better."""
