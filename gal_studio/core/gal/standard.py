"""What a picture of a round must be to be suggested: no copy, as asked, and as good as most prompts' best."""

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median
from typing import Literal, Self

from gal_studio.core.records.candidate import Candidate

ASKED_FROM = 0.5  # of the chance that a picture shows what was asked for (Eq. G14)
KEPT_ENOUGH = 0.5  # of the chance that it has the style or object (Eq. G17)

Lack = Literal["", "clean", "asked", "object", "carries"]


@dataclass(frozen=True)
class Standard:
    """Eq. G6: what the pictures of a round are compared with.

    `min_utility` is the utility (Eq. G18) that a picture should have, in [0, 1].
    """

    min_utility: float = 0.0

    @classmethod
    def of(cls, candidates: Iterable[Candidate], first: Self | None = None) -> Self:
        """The standard of a round: the median over its prompts of their best picture's utility.

        So one half of the prompts may be suggested, and of the others no picture. `first` is that of the
        first round of its line: the standard never falls below it, so that no round teaches less.
        """
        best: dict[str, float] = {}
        for one in candidates:
            if not one.is_blank and not one.own:
                best[one.anchor_id] = max(one.utility, best.get(one.anchor_id, 0.0))
        return cls(max(median(best.values()) if best else 0.0, 0.0 if first is None else first.min_utility))

    def lacks(self, candidate: Candidate) -> Lack:
        """The first thing that keeps a picture from being suggested; empty if it may be."""
        if candidate.overfit:
            return "clean"
        if candidate.asked is not None and candidate.asked < ASKED_FROM:
            return "asked"
        if candidate.missing:
            return "object"
        if candidate.kept is not None and candidate.kept < KEPT_ENOUGH:
            return "carries"
        return "carries" if candidate.utility < self.min_utility else ""
