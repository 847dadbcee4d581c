"""Confidence intervals of rates, means and paired differences."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

import numpy

CONFIDENCE = 0.95
FEWEST = 6  # prompts: that five agree happens by chance in 2 of 32 cases, more often than 1 in 20
Outcome = Literal["better", "worse", "more", "less", "unclear"]
"""What a difference says; whether more is better is not always known."""


@dataclass(frozen=True)
class Interval:
    """A mean with its confidence interval, and the numbers of pictures and prompts behind it."""

    value: float
    low: float
    high: float
    pictures: int
    prompts: int


def is_up(difference: Interval | None) -> bool:
    """Whether a difference is clearly above zero; nothing is clear with fewer than six prompts."""
    return difference is not None and difference.low > 0 and difference.prompts >= FEWEST


def is_down(difference: Interval | None) -> bool:
    """Whether a difference is clearly below zero; nothing is clear with fewer than six prompts."""
    return difference is not None and difference.high < 0 and difference.prompts >= FEWEST


def outcome(difference: float, is_clear: bool, sense: int) -> Outcome:
    """What a difference says of a figure of which more is better (`sense` 1), worse (-1), or neither (0)."""
    if not is_clear:
        return "unclear"
    if sense == 0:
        return "more" if difference > 0 else "less"
    return "better" if sense * difference > 0 else "worse"


def wilson_interval(successes: float, number: int) -> tuple[float, float]:
    """The Wilson score interval of a rate, in [0, 1]; all of [0, 1] when `number` is 0."""
    if not 0 <= successes <= number:
        raise ValueError(f"{successes} of {number} is not a rate")
    if not number:
        return 0.0, 1.0
    z = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2)
    rate, share = successes / number, z * z / number
    middle = (rate + share / 2) / (1 + share)
    half = z * math.sqrt(rate * (1 - rate) / number + share / (4 * number)) / (1 + share)
    low = 0.0 if successes == 0 else max(0.0, middle - half)
    high = 1.0 if successes == number else min(1.0, middle + half)
    return low, high


def bootstrap_interval(
    values: Mapping[str, Sequence[float]], rng: numpy.random.Generator, draws: int = 2000
) -> Interval:
    """The mean over all pictures, with a percentile interval from a cluster bootstrap over prompts.

    `values` holds one value for each picture of each prompt. Prompts are resampled with replacement,
    together with all of their pictures.
    """
    groups = [numpy.asarray(list(figures), dtype=numpy.float64) for figures in values.values()]
    groups = [group for group in groups if group.size]
    if not groups:
        raise ValueError("there are no values to average")
    sums, sizes = numpy.array([(group.sum(), group.size) for group in groups]).T
    chosen = rng.integers(len(groups), size=(draws, len(groups)))
    means = sums[chosen].sum(axis=1) / sizes[chosen].sum(axis=1)
    tail = (1 - CONFIDENCE) / 2
    low, high = numpy.quantile(means, [tail, 1 - tail])
    return Interval(float(sums.sum() / sizes.sum()), float(low), float(high), int(sizes.sum()), len(groups))


def paired_difference(
    before: Mapping[tuple[str, int], float],
    after: Mapping[tuple[str, int], float],
    rng: numpy.random.Generator,
) -> Interval:
    """The mean of `after - before`, paired by (prompt, seed), with a bootstrap interval over prompts."""
    if before.keys() != after.keys():
        raise ValueError("the two measurements have different prompts or seeds and cannot be paired")
    by_prompt: dict[str, list[float]] = {}
    for prompt, seed in sorted(before):
        by_prompt.setdefault(prompt, []).append(after[prompt, seed] - before[prompt, seed])
    return bootstrap_interval(by_prompt, rng)
