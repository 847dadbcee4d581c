"""Whether a round lost what it should carry (Eq. G17)."""

from dataclasses import dataclass
from statistics import fmean

from gal_studio.core.intervals import Difference, is_down
from gal_studio.core.measures.compare import Drawn, Key, change, gain
from gal_studio.core.measures.pictures import MeasuredPicture

LOST_SHARE = 0.5
"""How much of what the first round carries a later one must lack to be said to have lost it."""
PAIRS = 12
"""Pairs of pictures from which on it is said."""


@dataclass(frozen=True)
class Kept:
    """What a later round's pictures have more than those of the first of its line, prompts and seeds alike.

    Only pairs count in which neither is a copy: a copy carries all of the style, so that to copy less is no
    loss. `first` is the mean of Eq. G17 in the first round, `carries` the difference of it, and `utility`
    that of u, which rewards nothing that is nearly a copy.
    """

    first: float
    carries: Difference
    utility: Difference

    @property
    def is_lost(self) -> bool:
        """Whether half of it is gone or more: both differences are clear, and of enough pairs."""
        is_clear = is_down(self.carries) and is_down(self.utility) and self.carries.pictures >= PAIRS
        return is_clear and self.carries.value <= -LOST_SHARE * self.first


def kept(first: Drawn, later: Drawn) -> Kept | None:
    """Compare a round with the first one of its line; None without pairs of pictures that are no copies."""
    old, new = _clean(first), _clean(later)
    pairs = {key: old[key] for key in sorted(old.keys() & new.keys())}
    carries, utility = change(pairs, new, "carries"), gain(pairs, new)
    if carries is None or utility is None:
        return None
    return Kept(fmean(one.candidate.carries or 0.0 for one in pairs.values()), carries, utility)


def _clean(drawn: Drawn) -> dict[Key, MeasuredPicture]:
    return {key: one for key, one in drawn.items() if one.no_copy and one.candidate.carries is not None}
