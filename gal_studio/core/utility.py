"""How useful a picture is: no copy, as asked, and with what is learned (Eq. G17, G18)."""

import math
from typing import Literal

Look = Literal["fully", "partly", "not"]
"""How far a picture keeps the style, as raters say it in three grades."""
KEPT_FROM, SLOPE = 0.65, 15.0
"""Of what full strength carries: from where on the style or object counts as seen, and how sharply."""
WHOLE_FROM, PART_FROM = 0.7, 0.4
"""Of what full strength carries: from where on raters mostly see the whole style, and a part of it."""
LEAST_LEARNED = 0.05  # of what full strength carries: with less, nothing was learned that could be kept


def kept_chance(carries: float, full: float) -> float | None:
    """How probably raters see the style or object in a picture, in (0, 1).

    `carries` (Eq. G17) is compared with what pictures at full strength carry in the first round, `full`. None
    where that is next to nothing.
    """
    return None if full < LEAST_LEARNED else _chance(carries / full)


def _chance(share: float) -> float:
    return 1.0 / (1.0 + math.exp(min(-SLOPE * (share - KEPT_FROM), 500.0)))


def look(kept: float) -> Look:
    """How far a picture keeps the style, by its chance of Eq. G17."""
    if kept >= _chance(WHOLE_FROM):
        return "fully"
    return "partly" if kept >= _chance(PART_FROM) else "not"


def utility(copy_chance: float, asked: float | None, carried: float | None) -> float:
    """U = (1 - p) a c, in [0, 1]; what is not known counts as 1.

    `copy_chance` is p(copy) (Eq. G16) and `asked` whether what was asked for is recognised, both in [0, 1].
    `carried` (Eq. G17) is 0 as the base model's pictures and 1 as the references; beyond that counts no more.
    """
    known = 1.0 if asked is None else asked
    return (1.0 - copy_chance) * known * (1.0 if carried is None else min(max(carried, 0.0), 1.0))
