"""Where a prompt turns from the reference to what it asks for (Eq. G15): p(copy) along the LoRA's strength.

The more of the LoRA, the more copies. A logistic curve in the strength s models that,
`q(s) = e + (1 - 2e) / (1 + exp((t - s) / v))`, with the strength `t` at which the prompt turns and the width
`v` of the turn. Both have a posterior on a grid: a few pictures already say what is known and what is not.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy
from numpy.typing import ArrayLike, NDArray

from gal_studio.core.types import CopyCurve

Floats = NDArray[numpy.float64]

TURNS = numpy.linspace(-0.5, 1.5, 41)  # below the least strength: all copies; above 1: none
SHARPNESS = numpy.array([0.03, 0.07, 0.15, 0.3])
LAPSE = 0.02  # the share of pictures that are not what the curve says, such as a detector's mistakes
SHRINKAGE = 6.0  # how many pictures the other prompts of the pool are worth


@dataclass(frozen=True)
class Observed:
    """A picture: the strength at which it was drawn, in [0, 1], and its p(copy), in [0, 1]."""

    strength: float
    copy: float


def entropies(rate: ArrayLike) -> Floats:
    """Eq. G4 of each rate in [0, 1], in nats."""
    p = numpy.asarray(rate, dtype=numpy.float64)
    inside = numpy.clip(p, 1e-300, 1.0)
    outside = numpy.clip(1.0 - p, 1e-300, 1.0)
    values: Floats = -p * numpy.log(inside) - (1.0 - p) * numpy.log(outside)
    return values


def curves(strengths: ArrayLike) -> Floats:
    """Eq. G15: `q(s)` for every strength, (g, n): a row a point of the grid of `TURNS` and `SHARPNESS`."""
    turns, sharpness = (grid.reshape(-1, 1) for grid in numpy.meshgrid(TURNS, SHARPNESS, indexing="ij"))
    s = numpy.asarray(strengths, dtype=numpy.float64).reshape(1, -1)
    steepness = numpy.clip((turns - s) / sharpness, -60.0, 60.0)
    values: Floats = LAPSE + (1.0 - 2.0 * LAPSE) / (1.0 + numpy.exp(steepness))
    return values


def posteriors(pool: Sequence[Sequence[Observed]]) -> Floats:
    """Eq. G15: the posterior over the grid of each prompt of a pool, (a, g), rows that sum to 1.

    What the other prompts of the pool say is each prompt's prior: most references turn at similar
    strengths. A picture is a copy with its p(copy), and
    what it says of the curve is the mean of both cases: one of 0.5 says nothing.
    """
    likelihoods = numpy.array([_log_likelihood(observed) for observed in pool]).reshape(len(pool), -1)
    flat = numpy.full(likelihoods.shape[1], -numpy.log(likelihoods.shape[1]))
    shared = flat
    for _ in range(3):
        each = _normalized(likelihoods + shared)
        mean = (each.sum(axis=0) + SHRINKAGE * numpy.exp(flat)) / (len(pool) + SHRINKAGE)
        shared = numpy.log(_smooth(mean))
    return _normalized(likelihoods + shared)


def _log_likelihood(observed: Sequence[Observed]) -> Floats:
    q = curves([picture.strength for picture in observed])
    p = numpy.array([picture.copy for picture in observed])
    return numpy.asarray(numpy.log(p * q + (1.0 - p) * (1.0 - q)).sum(axis=1))


def _normalized(log_weights: Floats) -> Floats:
    weights = numpy.exp(log_weights - log_weights.max(axis=1, keepdims=True))
    return numpy.asarray(weights / weights.sum(axis=1, keepdims=True))


def _smooth(weights: Floats) -> Floats:
    """Spread over neighbouring turns, so that a pool of few prompts rules out none."""
    grid = weights.reshape(len(TURNS), len(SHARPNESS))
    padded = numpy.pad(grid, ((2, 2), (0, 0)), mode="edge")
    kernel = numpy.array([1.0, 3.0, 4.0, 3.0, 1.0]) / 12.0
    spread = sum(kernel[k] * padded[k : k + len(TURNS)] for k in range(5))
    values = numpy.asarray(spread).reshape(-1) + 1e-4 / weights.size
    return numpy.asarray(values / values.sum())


def read_turns(pool: Sequence[Sequence[Observed]], strengths: Sequence[float]) -> tuple[CopyCurve, ...]:
    """Eq. G15: the curve of each prompt of a pool, at the strengths over which its pictures are spread."""
    levels = sorted(set(strengths), reverse=True)
    posterior = posteriors(pool)
    at_all, at_levels = _without_lapses(curves(strengths)).mean(axis=1), _without_lapses(curves(levels))
    turns = numpy.repeat(TURNS, len(SHARPNESS))
    found = []
    for weights in posterior:
        low, high = (_quantiles(at_levels, weights, share) for share in (0.1, 0.9))
        found.append(
            CopyCurve(
                strengths=tuple(levels),
                low=low,
                mean=tuple((weights @ at_levels).tolist()),
                high=high,
                turns=float(weights @ turns),
                rate=float(weights @ at_all),
                entropy=float(weights @ entropies(at_all)),
            )
        )
    return tuple(found)


def _without_lapses(q: Floats) -> Floats:
    return numpy.asarray((q - LAPSE) / (1.0 - 2.0 * LAPSE)).clip(0.0, 1.0)


def _quantiles(values: Floats, weights: Floats, share: float) -> tuple[float, ...]:
    """The value of each column (g, n) below which this share of the weights (g,) lies."""
    order = numpy.argsort(values, axis=0)
    below = numpy.cumsum(weights[order], axis=0)
    rows = (below < share - 1e-12).sum(axis=0).clip(max=len(values) - 1)
    return tuple(float(values[order[row, column], column]) for column, row in enumerate(rows))
