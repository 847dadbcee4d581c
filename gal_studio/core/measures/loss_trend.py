"""Whether the loss of a training still fell when it ended."""

from collections.abc import Sequence
from math import sqrt
from statistics import fmean, variance

LEAST = 10
"""Steps of each of the two quarters that are compared."""
CLEAR = 2.0
"""Standard errors from which a difference counts."""


def still_falls(losses: Sequence[tuple[int, float]]) -> bool:
    """Whether the last quarter of the (step, loss) rows is clearly below the quarter before, on average.

    The loss of a step varies with its noise levels, so that a difference counts from two standard errors on.
    False for fewer than 40 rows.
    """
    quarter = len(losses) // 4
    if quarter < LEAST:
        return False
    values = [loss for _, loss in losses]
    before, last = values[-2 * quarter : -quarter], values[-quarter:]
    error = sqrt((variance(before) + variance(last)) / quarter)
    return fmean(before) - fmean(last) > CLEAR * error
