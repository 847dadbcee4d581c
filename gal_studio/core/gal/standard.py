"""What a picture of a round must be to be suggested: no copy, as asked, and carrying enough (Eq. G6)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean, median
from typing import Literal, Self

from gal_studio.core.recipe import Recipe
from gal_studio.core.types import Candidate

RECOGNISED = 0.6  # of the margin that the weakest recipe reaches, see Eq. G14
LEAST_RIGHT = 1 / 3
"""Share of a recipe's pictures that must be clean and as asked to say what a picture should carry."""

Lack = Literal["", "clean", "object", "asked", "carries"]


@dataclass(frozen=True)
class Standard:
    """Eq. G6: what the pictures of a round are compared with.

    `usual` is the mean margin (Eq. G2) of each anchor's pictures by the weakest recipe; empty if all have the
    same one. `carried` is what a picture should carry (Eq. G17), 0 or more; None where that is not known.
    """

    usual: Mapping[str, float] = field(default_factory=dict)
    carried: float | None = None

    @classmethod
    def of(cls, candidates: Iterable[Candidate], first: Self | None = None) -> Self:
        """The standard of a round, by all of its pictures; blank ones say nothing.

        `first` is that of the first round of its line: what a picture should carry never falls below it, nor
        below 0, what the base model's carry, so that no round teaches less than the one before.
        """
        drawn = [one for one in candidates if not one.is_blank and not one.own]
        recipes = sorted({one.recipe for one in drawn}, key=lambda recipe: recipe.mean)
        weakest = [one for one in drawn if one.recipe == recipes[0]] if len(recipes) > 1 else []
        usual = usual_margins(weakest)
        bars = (_enough(drawn, cls(usual)), None if first is None else first.carried)
        known = [bar for bar in bars if bar is not None]
        return cls(usual, max(0.0, *known) if known else None)

    def is_asked(self, candidate: Candidate) -> bool:
        """Eq. G14 with the weakest recipe in place of the base model.

        True where the weakest recipe's pictures are not nearer to their own prompt: nothing is known there.
        """
        usual = self.usual.get(candidate.anchor_id, 0.0)
        return usual <= 0.0 or candidate.margin >= RECOGNISED * usual

    def lacks(self, candidate: Candidate) -> Lack:
        """The first thing that keeps a picture from being suggested; empty if it may be."""
        if candidate.overfit:
            return "clean"
        if candidate.lacks_subject:
            return "object"
        if not self.is_asked(candidate):
            return "asked"
        carries = candidate.carries
        if self.carried is not None and carries is not None and carries < self.carried:
            return "carries"
        return ""


def usual_margins(weakest: Iterable[Candidate]) -> dict[str, float]:
    """The mean margin of each anchor's pictures; those that lost the object are nearer to any place."""
    margins: dict[str, list[float]] = {}
    for candidate in (one for one in weakest if not one.lacks_subject):
        margins.setdefault(candidate.anchor_id, []).append(candidate.margin)
    return {anchor: fmean(values) for anchor, values in margins.items()}


def _enough(drawn: Sequence[Candidate], standard: Standard) -> float | None:
    """The median of what the strongest recipe's right pictures carry; None where nobody knows.

    Right ones lack nothing else. Copies carry most, but what they carry is the reference; and where a recipe
    draws mostly copies, so may be those that are not found. So a recipe of which fewer than a third are right
    says nothing, and the next weaker one does.
    """
    if any(one.carries is None for one in drawn):
        return None
    groups: dict[Recipe, list[Candidate]] = {}
    for one in sorted(drawn, key=lambda one: one.recipe.mean, reverse=True):
        groups.setdefault(one.recipe, []).append(one)
    for pictures in groups.values():
        right = [one.carries for one in pictures if not standard.lacks(one) and one.carries is not None]
        if len(right) >= LEAST_RIGHT * len(pictures):
            return median(right)
    return None
