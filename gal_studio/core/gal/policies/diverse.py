"""Undecided test prompts that do not look alike: a greedy determinantal point process."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy
from numpy.typing import NDArray

from gal_studio.core.gal.policies.policy import Policy
from gal_studio.core.gal.policies.pool import PoolSnapshot
from gal_studio.core.gal.reasons import count_copies
from gal_studio.core.gal.selection import informative
from gal_studio.core.types import AnchorScore

Floats = NDArray[numpy.float64]


class Diverse(Policy):
    """Greedily the set of largest determinant of `H_a H_b f_a · f_b`, `f` the CLIP features of the pictures.

    The first one is the most uncertain (Eq. G5). Each further one weighs its uncertainty against what the
    pictures before it show already, so that ties are broken by what differs.
    """

    name: ClassVar[str] = "diverse"
    label: ClassVar[str] = "Undecided and different"
    wants: ClassVar[str] = "Undecided test prompts whose pictures do not look alike."
    needs_features: ClassVar[bool] = True

    def order(self, pool: PoolSnapshot) -> Sequence[AnchorScore]:
        """The chosen set in the order in which it was chosen."""
        left = [score for score in pool.ranked if informative(score) and self.pictures(pool, score)]
        if not left:
            return []
        best = [self.pictures(pool, score)[0].id for score in left]
        features = numpy.array([pool.features[one] for one in best], dtype=numpy.float64)
        return [left[place] for place in greedy_order(features, numpy.array([s.entropy for s in left]))]

    def reasons(self, pool: PoolSnapshot) -> Mapping[str, str]:
        """A sentence for each test prompt; the order is computed once."""
        first = {score.anchor.id for score in self.order(pool)[: pool.top_k]}
        return {
            score.anchor.id: self.reason(pool, score)
            if score.anchor.id in first
            else f"{count_copies(score)}. Not suggested: less undecided, or too much like a suggested one."
            for score in pool.scores
        }

    def reason(self, pool: PoolSnapshot, score: AnchorScore) -> str:
        """That it is undecided and unlike the others."""
        return f"{count_copies(score)}: undecided, and its picture looks unlike the other suggested ones."


def greedy_order(features: Floats, weights: Floats) -> list[int]:
    """Order n unit rows (n, d) with weights (n,): each one adds the most to `log det(w_i w_j f_i · f_j)`.

    Ties go to the first. What remains of a row after those before it is never less than 0.05, so that equal
    pictures are still ordered by their weights.
    """
    residual = features.copy()
    left, order = list(range(len(features))), []
    while left:
        lengths = numpy.maximum(numpy.linalg.norm(residual[left], axis=1), 0.05)
        place = left[int(numpy.argmax(numpy.round(weights[left] * lengths, 9)))]
        left.remove(place)
        order.append(place)
        length = numpy.linalg.norm(residual[place])
        if length > 1e-6:
            direction = residual[place] / length
            residual = residual - numpy.outer(residual @ direction, direction)
    return order


DIVERSE = Diverse()
