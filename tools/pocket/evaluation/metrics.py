"""Figures that say whether a flag, a score or a round is any good (docs/algorithms.md, Measures)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy
from numpy.typing import ArrayLike


@dataclass(frozen=True)
class ChiSquare:
    """A chi-square statistic with its degrees of freedom and the chance of one as large."""

    statistic: float
    degrees: int
    p_value: float


def cohens_kappa(first: ArrayLike, second: ArrayLike) -> float:
    """Agreement of two judges beyond chance, in [-1, 1]; nan when all answers are the same."""
    left, right = numpy.asarray(first), numpy.asarray(second)
    if left.shape != right.shape or left.ndim != 1 or not left.size:
        raise ValueError(
            f"two lists of verdicts of one length are needed, not {left.shape} and {right.shape}"
        )
    agreed = float(numpy.mean(left == right))
    labels = numpy.union1d(left, right)
    chance = math.fsum(float(numpy.mean(left == label) * numpy.mean(right == label)) for label in labels)
    return math.nan if labels.size == 1 else (agreed - chance) / (1 - chance)


def roc_auc(positive: ArrayLike, scores: ArrayLike) -> float:
    """The chance that a positive scores above a negative, ties counted half, in [0, 1]; nan without both."""
    truth, values = numpy.asarray(positive, dtype=bool), numpy.asarray(scores, dtype=numpy.float64)
    if truth.shape != values.shape or truth.ndim != 1:
        raise ValueError(f"one score for each verdict is needed, not {values.shape} for {truth.shape}")
    if not numpy.isfinite(values).all():
        raise ValueError("scores must be finite")
    positives, negatives = int(truth.sum()), int((~truth).sum())
    if not positives or not negatives:
        return math.nan
    _, places, counts = numpy.unique(values, return_inverse=True, return_counts=True)
    middle_ranks = numpy.cumsum(counts) - (counts - 1) / 2
    rank_sum = float(middle_ranks[places][truth].sum())
    return (rank_sum - positives * (positives + 1) / 2) / (positives * negatives)


def anchors_chi_square(overfit: Sequence[int], candidates: Sequence[int]) -> ChiSquare:
    """Whether the anchors' overfit rates differ by more than binomial chance (Pearson, one common rate)."""
    copies, numbers = numpy.asarray(overfit, dtype=float), numpy.asarray(candidates, dtype=float)
    if copies.shape != numbers.shape or copies.size < 2:
        raise ValueError("at least two anchors with their counts are needed")
    if numpy.any(numbers < 1) or numpy.any(copies < 0) or numpy.any(copies > numbers):
        raise ValueError("each anchor needs 0 <= overfit <= candidates and at least one candidate")
    rate, degrees = float(copies.sum() / numbers.sum()), copies.size - 1
    if rate in (0.0, 1.0):
        return ChiSquare(0.0, degrees, 1.0)
    statistic = float(numpy.sum((copies - numbers * rate) ** 2 / (numbers * rate * (1 - rate))))
    return ChiSquare(statistic, degrees, chi_square_tail(statistic, degrees))


def chi_square_tail(statistic: float, degrees: int) -> float:
    """P(X >= statistic) of a chi-square with whole degrees of freedom, by the closed form's finite sum."""
    if degrees < 1 or statistic < 0:
        raise ValueError(
            f"chi-square needs a statistic >= 0 and degrees >= 1, not {statistic!r} and {degrees!r}"
        )
    half, odd = statistic / 2, degrees % 2
    if half == 0:
        return 1.0
    total = math.erfc(math.sqrt(half)) if odd else math.exp(-half)
    for order in range(1 if odd else 2, degrees - 1, 2):
        total += math.exp(order / 2 * math.log(half) - half - math.lgamma(order / 2 + 1))
    return min(1.0, total)
