"""Confidence intervals of rates, means and paired differences, and which differences are clear."""

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from statistics import NormalDist
from typing import Literal

import numpy
from numpy.typing import NDArray

CONFIDENCE = 0.95
FEWEST = 6  # prompts: that five agree happens by chance in 2 of 32 cases, more often than 1 in 20
EXACT = 12  # units whose signs are all tried
FLIPS = 9999
Outcome = Literal["better", "worse", "more", "less", "unclear"]
"""What a difference says; whether more is better is not always known."""
Values = Mapping[str, Sequence[float]]
"""The values of the pictures of each prompt."""


@dataclass(frozen=True)
class Interval:
    """A mean with its confidence interval, and the numbers of pictures and prompts behind it."""

    value: float
    low: float
    high: float
    pictures: int
    prompts: int


@dataclass(frozen=True)
class Difference(Interval):
    """A mean paired difference; `p` is that of the sign-flip test over prompts that it is 0."""

    p: float

    @property
    def is_clear(self) -> bool:
        """Whether it is hardly chance; never with fewer than six prompts."""
        return self.p <= 1 - CONFIDENCE and self.prompts >= FEWEST


def is_up(difference: Difference | None) -> bool:
    """Whether a difference is clearly above zero; nothing is clear with fewer than six prompts."""
    return difference is not None and difference.is_clear and difference.value > 0


def is_down(difference: Difference | None) -> bool:
    """Whether a difference is clearly below zero; nothing is clear with fewer than six prompts."""
    return difference is not None and difference.is_clear and difference.value < 0


def outcome(difference: float, is_clear: bool, sense: int) -> Outcome:
    """What a difference says of a figure of which more is better (`sense` 1), worse (-1), or neither (0)."""
    if not is_clear:
        return "unclear"
    if sense == 0:
        return "more" if difference > 0 else "less"
    return "better" if sense * difference > 0 else "worse"


def wilson_interval(successes: float, number: float, sides: Literal[1, 2] = 2) -> tuple[float, float]:
    """The Wilson score interval of a rate, in [0, 1]; all of [0, 1] when `number` is 0.

    With one of its `sides` alone, the other end is not to be used.
    """
    if not 0 <= successes <= number:
        raise ValueError(f"{successes} of {number} is not a rate")
    if not number:
        return 0.0, 1.0
    z = NormalDist().inv_cdf(1 - (1 - CONFIDENCE) / sides)
    rate, share = successes / number, z * z / number
    middle = (rate + share / 2) / (1 + share)
    half = z * math.sqrt(rate * (1 - rate) / number + share / (4 * number)) / (1 + share)
    low = 0.0 if successes == 0 else max(0.0, middle - half)
    high = 1.0 if successes == number else min(1.0, middle + half)
    return low, high


def rate_interval(flags: Values) -> Interval:
    """The share of all pictures with a flag, each 0 or 1, with the Wilson interval of their effective number.

    Pictures of one prompt are alike, so that n of them say what n / d independent ones do. The design effect
    d is how much more prompts differ than chance makes them (Kish 1965), from 1 / k to k for k pictures each.
    """
    sums, sizes = _by_prompt(flags)
    rate, number = float(sums.sum() / sizes.sum()), _effective(sums, sizes)
    low, high = wilson_interval(rate * number, number)
    return Interval(rate, low, high, int(sizes.sum()), len(sums))


def rate_below(flags: Values) -> float:
    """What a rate is at most with a confidence of 95 %: the one-sided bound of the same interval."""
    sums, sizes = _by_prompt(flags)
    rate, number = float(sums.sum() / sizes.sum()), _effective(sums, sizes)
    return wilson_interval(rate * number, number, sides=1)[1]


def mean_interval(values: Values) -> Interval:
    """The mean over all pictures, with the t interval over prompts; of a single prompt it has no width."""
    sums, sizes = _by_prompt(values)
    mean = float(sums.sum() / sizes.sum())
    half = _t(len(sums) - 1) * math.sqrt(_variance(sums, sizes)) if len(sums) > 1 else 0.0
    return Interval(mean, mean - half, mean + half, int(sizes.sum()), len(sums))


def paired_difference(
    before: Mapping[tuple[str, int], float], after: Mapping[tuple[str, int], float], of_rates: bool = False
) -> Difference:
    """The mean of `after - before`, paired by (prompt, seed), with a t interval over prompts.

    Flags that all change alike have no spread. So the interval of a difference `of_rates` has two prompts
    more, one that gains all and one that loses all (Bonett and Price 2012).
    """
    if before.keys() != after.keys():
        raise ValueError("the two measurements have different prompts or seeds and cannot be paired")
    by_prompt: dict[str, list[float]] = {}
    for prompt, seed in sorted(before):
        by_prompt.setdefault(prompt, []).append(after[prompt, seed] - before[prompt, seed])
    return difference_from_zero(by_prompt, of_rates)


def difference_from_zero(differences: Values, of_rates: bool = False) -> Difference:
    """The mean of paired differences, by prompt, as `paired_difference` has it."""
    sums, sizes = _by_prompt(differences)
    found = mean_interval(differences)
    low, high = found.low, found.high
    if of_rates:
        added = mean_interval({**differences, "\0gained": [1.0], "\0lost": [-1.0]})
        low, high = max(-1.0, added.low), min(1.0, added.high)
    return Difference(found.value, low, high, found.pictures, found.prompts, flip_p(sums / sizes.mean()))


def flip_p(parts: NDArray[numpy.float64], rng: numpy.random.Generator | None = None) -> float:
    """The two-sided p of the sign-flip test (Fisher-Pitman) that the sum of independent parts (n,) is 0.

    All 2^n ways are tried up to 12 parts, otherwise 9999 random ones, by default always the same.
    """
    is_exact = parts.size <= EXACT
    if is_exact:
        signs = _all_signs(parts.size)
    else:
        signs = (rng or numpy.random.default_rng(0)).choice((-1.0, 1.0), size=(FLIPS, parts.size))
    as_far = numpy.abs(signs @ parts) >= abs(parts.sum()) * (1 - 1e-9)
    return float(as_far.mean()) if is_exact else float((1 + as_far.sum()) / (1 + FLIPS))


@cache
def _all_signs(number: int) -> NDArray[numpy.float64]:
    return numpy.array(list(itertools.product((-1.0, 1.0), repeat=number)))


def _by_prompt(values: Values) -> tuple[NDArray[numpy.float64], NDArray[numpy.float64]]:
    """The sums and the numbers of values of each prompt, (prompts,) each, of prompts that have any."""
    groups = [numpy.asarray(list(figures), dtype=numpy.float64) for figures in values.values()]
    groups = [group for group in groups if group.size]
    if not groups:
        raise ValueError("there are no values to average")
    sums, sizes = numpy.array([(group.sum(), group.size) for group in groups]).T
    return sums, sizes


def _effective(sums: NDArray[numpy.float64], sizes: NDArray[numpy.float64]) -> float:
    """How many independent pictures say as much about a rate as those of the prompts do."""
    number, prompts = float(sizes.sum()), len(sums)
    each, rate = number / prompts, float(sums.sum()) / number
    if prompts == 1:
        return 1.0
    alone = rate * (1 - rate) / number
    if alone == 0.0:  # no picture has the flag, or all have it
        return number
    return number / min(max(_variance(sums, sizes) / alone, 1 / each), each)


def _variance(sums: NDArray[numpy.float64], sizes: NDArray[numpy.float64]) -> float:
    """The variance of the mean over all pictures, between two prompts or more (Cochran 1977, of a ratio)."""
    number, prompts = sizes.sum(), len(sums)
    rest = sums - sizes * (sums.sum() / number)
    return float((rest**2).sum() * prompts / (prompts - 1) / number**2)


@cache
def _t(degrees: int) -> float:
    """The quantile of Student's t for two-sided intervals of `CONFIDENCE`, to 0.2 %.

    Exact for one and two degrees of freedom, then by Abramowitz and Stegun (1964), 26.7.5.
    """
    tail = 1 - CONFIDENCE
    if degrees == 1:
        return 1 / math.tan(tail * math.pi / 2)
    if degrees == 2:
        return math.sqrt(2 / (tail * (2 - tail)) - 2)
    z = NormalDist().inv_cdf(1 - tail / 2)
    terms = (
        z,
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return math.fsum(term / degrees**power for power, term in enumerate(terms))
