"""Where the loss of a training went, and whether it still fell when it ended."""

import math
from collections.abc import Sequence
from statistics import fmean, variance
from typing import Literal

LEAST = 10
"""Steps of each of the two quarters that are compared."""
CLEAR = 2.0
"""Standard errors from which a difference counts."""
MOVES_BY = 1.25
"""How many times its start a loss must be at the end, or its end at the start, to have risen or fallen."""

Losses = Sequence[tuple[int, float]]
"""The loss of each step."""
Trend = Literal["fell", "rose", "unclear"]


def still_falls(losses: Losses) -> bool:
    """Whether the last quarter of the (step, loss) rows is clearly below the quarter before, on average.

    The loss of a step varies with its noise levels, so that a difference counts from two standard errors on.
    False for fewer than 40 rows.
    """
    quarter, values = len(losses) // 4, [loss for _, loss in losses]
    return _errors(values[-2 * quarter : -quarter], values[-quarter:]) < -CLEAR


def trend(losses: Losses) -> Trend:
    """Whether the last quarter of the rows is clearly and far above the first, or below it.

    A loss that is not finite rose. Fewer than 40 rows say nothing.
    """
    quarter, values = len(losses) // 4, [loss for _, loss in losses]
    if not all(map(math.isfinite, values)):
        return "rose"
    first, last = values[:quarter], values[-quarter:]
    errors = _errors(first, last)
    if errors > CLEAR and fmean(last) >= MOVES_BY * fmean(first):
        return "rose"
    if errors < -CLEAR and fmean(first) >= MOVES_BY * fmean(last):
        return "fell"
    return "unclear"


def _errors(before: Sequence[float], after: Sequence[float]) -> float:
    """How many standard errors the mean of one quarter is above that of another; 0 of fewer than 10 steps."""
    if len(before) < LEAST:
        return 0.0
    difference = fmean(after) - fmean(before)
    error = math.sqrt((variance(before) + variance(after)) / len(before))
    return difference / error if error else math.copysign(math.inf, difference) if difference else 0.0
