"""Margin sampling: the test prompts whose pictures are the closest calls."""

from collections.abc import Sequence
from typing import ClassVar

from gal_studio.core.gal.policies.policy import Policy
from gal_studio.core.gal.policies.pool import PoolSnapshot
from gal_studio.core.gal.reasons import count_copies, ordinal, quoted
from gal_studio.core.types import AnchorScore


class Margin(Policy):
    """Anchors by |mean of s(x, a) - s(x, ref)|, the smallest first, of those with a picture to suggest."""

    name: ClassVar[str] = "margin"
    label: ClassVar[str] = "Closest calls"

    def order(self, pool: PoolSnapshot) -> Sequence[AnchorScore]:
        """The smallest margin first; Eq. G5 decides ties."""
        usable = [score for score in pool.ranked if self.pictures(pool, score)]
        return sorted(usable, key=lambda score: abs(score.mean_margin))

    def reason(self, pool: PoolSnapshot, score: AnchorScore) -> str:
        """Its margin and rank; the last one suggested is compared with the next in line."""
        place, other = self.place(pool, score)
        rest = f"; next in line: {quoted(pool.scores, other)}" if other else ""
        return (
            f"{count_copies(score)}. {_PLACES.get(place, f'{ordinal(place)} closest call')} between its own "
            f"prompt and the reference’s{rest}."
        )


_PLACES = {1: "Closest call"}
MARGIN = Margin()
