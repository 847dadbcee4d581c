"""Whether a round kept what it should carry (Eq. G17): one rule for its candidates and for the benchmark."""

from collections.abc import Mapping, Sequence
from statistics import median

import numpy

from gal_studio.core.intervals import Interval, is_down, paired_difference
from gal_studio.core.types import Candidate

LOST_FROM = 0.1
"""How much less of the style or object (Eq. G17) a round must carry to be said to have lost it."""

Drawn = Mapping[tuple[str, int], Candidate]
"""Pictures by prompt and number, drawn alike in both rounds."""


def kept(first: Drawn, later: Drawn, rng: numpy.random.Generator) -> Interval | None:
    """Eq. G7: how much more a later round carries (Eq. G17) than an earlier one, where neither copies.

    A copy carries all of the style, so that to copy less is no loss. None without such pairs.
    """
    old, new = _clean(first), _clean(later)
    common = sorted(old.keys() & new.keys())
    if not common:
        return None
    return paired_difference({key: old[key] for key in common}, {key: new[key] for key in common}, rng)


def is_lost(change: Interval | None) -> bool:
    """Whether a round clearly carries less than the first one of its line."""
    return is_down(change) and change is not None and change.value <= -LOST_FROM


def carried(pictures: Sequence[Candidate]) -> float | None:
    """What half of the pictures carry at most (Eq. G17); None where that is not known of all."""
    known = [one.carries for one in pictures if one.carries is not None]
    return median(known) if len(known) == len(pictures) > 0 else None


def carries_nothing(pictures: Sequence[Candidate]) -> bool:
    """Whether half of the pictures carry no more than the base model's; False where that is not known."""
    known = carried(pictures)
    return known is not None and known <= 0.0


def _clean(drawn: Drawn) -> dict[tuple[str, int], float]:
    return {key: one.carries for key, one in drawn.items() if one.carries is not None and not one.overfit}
