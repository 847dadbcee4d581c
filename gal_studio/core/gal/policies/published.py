"""The paper's policy as its program has it, ties and copies included (Eq. G5 to G7, published)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

import numpy

from gal_studio.core.gal.policies.policy import Policy
from gal_studio.core.gal.policies.pool import PoolSnapshot
from gal_studio.core.gal.reasons import count_copies, ordinal
from gal_studio.core.gal.selection import SuggestionSet
from gal_studio.core.records.candidate import Candidate
from gal_studio.core.types import AnchorScore


class Published(Policy):
    """The `top_k` anchors of highest H, each with the picture of largest s(x, a), even if it is a copy.

    The program sorts with numpy's default sort and reverses the order, which decides ties. With fewer than
    `top_k` uncertain anchors it adds nothing, and the run ends.
    """

    name: ClassVar[str] = "published"
    label: ClassVar[str] = "Published"
    stops_when_clean: ClassVar[bool] = False

    def order(self, pool: PoolSnapshot) -> Sequence[AnchorScore]:
        """The program's order; empty if fewer than `top_k` anchors have H > 0."""
        listed = sorted(pool.scores, key=lambda score: (score.anchor.order, score.anchor.id))
        if sum(map(_is_mixed, listed)) < pool.top_k:
            return []
        entropies = numpy.array([published_entropy(score.overfit, score.candidates) for score in listed])
        ranked = [listed[int(place)] for place in numpy.argsort(entropies)[::-1]]
        return [score for score in ranked if _is_mixed(score)]

    def suggest(self, pool: PoolSnapshot) -> SuggestionSet:
        """Suggest as every policy does; the run ends with nothing to suggest."""
        made = super().suggest(pool)
        return replace(made, ends=not made.suggestions)

    def pictures(self, pool: PoolSnapshot, score: AnchorScore) -> Sequence[Candidate]:
        """All pictures by s(x, a), the largest first, the first one on a tie."""
        return sorted(pool.groups[score.anchor.id], key=lambda one: (-one.similarity_anchor, one.index))

    def reason(self, pool: PoolSnapshot, score: AnchorScore) -> str:
        """Its copies, and its place."""
        place = self.place(pool, score)
        return f"{count_copies(score)}: {ordinal(place)} most uncertain, in the order of the authors’ code."

    def reasons(self, pool: PoolSnapshot) -> Mapping[str, str]:
        """A sentence for each test prompt; the order is computed once."""
        first = {score.anchor.id for score in self.order(pool)[: pool.top_k]}
        return {
            score.anchor.id: self.reason(pool, score)
            if score.anchor.id in first
            else f"{count_copies(score)}. Not suggested."
            for score in pool.scores
        }

    def why(self, pool: PoolSnapshot, score: AnchorScore, picture: Candidate) -> str:
        """That its prompt alone decided."""
        return "the one that matches its prompt best, copy or not."

    def summary(self, pool: PoolSnapshot, available: int) -> str:
        """How many are suggested, or that the run ends (Eq. G7)."""
        if available:
            return f"{pool.top_k} test prompts are suggested, as published."
        return f"Fewer than {pool.top_k} test prompts are uncertain: as published, the run ends here."


def _is_mixed(score: AnchorScore) -> bool:
    """Whether H > 0 by flags, whatever the pictures show."""
    return 0 < score.overfit < score.candidates


def published_entropy(copies: int, pictures: int) -> float:
    """Eq. G4 in the program's arithmetic, so that its sort meets the same numbers."""
    rate = numpy.float64(copies / pictures)
    if rate in (0.0, 1.0):
        return 0.0
    return float(-rate * numpy.log(rate) - (1 - rate) * numpy.log(1 - rate))


PUBLISHED = Published()
