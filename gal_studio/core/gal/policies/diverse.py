"""Undecided test prompts that do not look alike: a greedy determinantal point process."""

import math
from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy
from numpy.typing import NDArray

from gal_studio.core.gal.policies.policy import Policy
from gal_studio.core.gal.policies.pool import PoolSnapshot
from gal_studio.core.gal.reasons import count_copies, ordinal, quoted
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
        order = list(self.order(pool))[: self.most(pool)]
        alone = {score.anchor.id: self._alone(pool, score, order) for score in pool.scores}
        beside = {score.anchor.id: self._beside(pool, score, order[:n]) for n, score in enumerate(order)}
        return alone | beside

    def reason(self, pool: PoolSnapshot, score: AnchorScore) -> str:
        """How like the other suggested pictures its own is."""
        return self.reasons(pool)[score.anchor.id]

    def _alone(self, pool: PoolSnapshot, score: AnchorScore, suggested: Sequence[AnchorScore]) -> str:
        """That it is not suggested: not undecided, or less so and too much like a suggested one."""
        start = f"{count_copies(score)}. Not suggested"
        if not informative(score) or not suggested or not self.pictures(pool, score):
            return f"{start}: the model is not undecided."
        return f"{start}: {_undecided(score)}, {self._likeness(pool, score, suggested)} that is suggested."

    def _beside(self, pool: PoolSnapshot, score: AnchorScore, before: Sequence[AnchorScore]) -> str:
        """That it is undecided, and how like the suggested ones before it."""
        start = f"{count_copies(score)}: {_undecided(score)}"
        if not before:
            return f"{start}, the most of all."
        return f"{start}, {ordinal(len(before) + 1)} chosen, {self._likeness(pool, score, before)} before it."

    def _likeness(self, pool: PoolSnapshot, score: AnchorScore, others: Sequence[AnchorScore]) -> str:
        """How like the nearest picture of others its own is."""
        own, *rest = (pool.features[self.pictures(pool, one)[0].id] for one in (score, *others))
        like = [float(own @ other) for other in rest]
        name = quoted(pool.scores, others[int(numpy.argmax(like))])
        return f"and its picture has a likeness of {max(like):.2f} to {name}, the nearest"


def _undecided(score: AnchorScore) -> str:
    return f"{100 * score.entropy / math.log(2.0):.0f} % undecided"


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
