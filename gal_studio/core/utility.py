"""How useful a picture is: no copy, as asked, and with what is learned (Eq. G17, G18)."""

import math

KEPT_FROM, SLOPE = 0.65, 15.0
"""Of what full strength carries: from where on the style or object counts as seen, and how sharply."""
LEAST_LEARNED = 0.05  # of what full strength carries: with less, nothing was learned that could be kept


def kept_chance(carries: float, full: float) -> float | None:
    """How probably raters see the style or object in a picture, in (0, 1).

    `carries` (Eq. G17) is compared with what pictures at full strength carry in the first round, `full`. None
    where that is next to nothing.
    """
    if full < LEAST_LEARNED:
        return None
    return 1.0 / (1.0 + math.exp(min(-SLOPE * (carries / full - KEPT_FROM), 500.0)))


def utility(copy_chance: float, asked: float | None, carried: float | None) -> float:
    """U = (1 - p) a c, in [0, 1]; what is not known counts as 1.

    `copy_chance` is p(copy) (Eq. G16) and `asked` whether what was asked for is recognised, both in [0, 1].
    `carried` (Eq. G17) is 0 as the base model's pictures and 1 as the references; beyond that counts no more.
    """
    known = 1.0 if asked is None else asked
    return (1.0 - copy_chance) * known * (1.0 if carried is None else min(max(carried, 0.0), 1.0))
