"""Estimates over several references, with their intervals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy
from numpy.typing import NDArray

from gal_studio.core.intervals import CONFIDENCE, FEWEST

Values = Mapping[str, Mapping[str, Sequence[float]]]
"""By reference and prompt the values of its pictures, those of all seeds together."""
Over = Literal["references", "prompts", ""]
DRAWS = 2000


@dataclass(frozen=True)
class Estimate:
    """A mean with its 95 % interval, which is None with too few prompts; `over` is what it speaks for."""

    value: float
    low: float | None
    high: float | None
    over: Over
    references: int
    prompts: int
    pictures: int


def speaks_for(values: Values) -> Over:
    """What an interval can be over.

    References from six on: it then says what other references would show. With fewer, the prompts of these
    references if each has at least six. Otherwise nothing.
    """
    if len(values) >= FEWEST:
        return "references"
    return "prompts" if values and min(map(len, values.values())) >= FEWEST else ""


def estimate(values: Values, rng: numpy.random.Generator) -> Estimate:
    """The mean over references of the means over prompts of the means over pictures.

    Its percentile interval is a bootstrap in two stages: references are resampled with replacement, and the
    prompts of each; with fewer than six references the prompts alone.
    """
    means, over = _prompt_means(values), speaks_for(values)
    low: float | None = None
    high: float | None = None
    if over:
        tail = (1 - CONFIDENCE) / 2
        drawn = _resample_references(means, rng) if over == "references" else _resample_prompts(means, rng)
        low, high = (float(numpy.quantile(drawn, share)) for share in (tail, 1 - tail))
    return Estimate(
        float(numpy.mean([each.mean() for each in means])),
        low,
        high,
        over,
        len(means),
        sum(each.size for each in means),
        sum(len(pictures) for prompts in values.values() for pictures in prompts.values()),
    )


def _prompt_means(values: Values) -> list[NDArray[numpy.float64]]:
    """For each reference the mean of each of its prompts."""
    means = [
        numpy.array([numpy.mean(pictures) for pictures in prompts.values()], dtype=numpy.float64)
        for prompts in values.values()
    ]
    if not means or not all(each.size for each in means):
        raise ValueError("there are no values to average")
    return means


def _resampled(means: NDArray[numpy.float64], rng: numpy.random.Generator) -> NDArray[numpy.float64]:
    """The means of resamples of a reference's prompts, (draws,)."""
    found: NDArray[numpy.float64] = means[rng.integers(means.size, size=(DRAWS, means.size))].mean(axis=1)
    return found


def _resample_prompts(
    means: Sequence[NDArray[numpy.float64]], rng: numpy.random.Generator
) -> NDArray[numpy.float64]:
    found: NDArray[numpy.float64] = numpy.mean([_resampled(each, rng) for each in means], axis=0)
    return found


def _resample_references(
    means: Sequence[NDArray[numpy.float64]], rng: numpy.random.Generator
) -> NDArray[numpy.float64]:
    chosen = rng.integers(len(means), size=(len(means), DRAWS))
    total = numpy.zeros(DRAWS)
    for place in chosen:  # a reference that is drawn twice has its prompts resampled twice
        drawn = numpy.array([_resampled(each, rng) for each in means])
        total += drawn[place, numpy.arange(DRAWS)]
    return total / len(means)
