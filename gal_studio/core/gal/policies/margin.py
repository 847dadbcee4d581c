"""Margin sampling: the test prompts whose pictures are the closest calls."""

from collections.abc import Sequence
from typing import ClassVar

from gal_studio.core.gal.policies.policy import Policy
from gal_studio.core.gal.policies.pool import PoolSnapshot
from gal_studio.core.gal.reasons import count_copies
from gal_studio.core.types import AnchorScore


class Margin(Policy):
    """Anchors by |mean of s(x, a) - s(x, ref)|, the smallest first, of those with a picture to suggest."""

    name: ClassVar[str] = "margin"
    label: ClassVar[str] = "Closest calls"
    wants: ClassVar[str] = "The test prompts whose pictures are the closest calls."

    def order(self, pool: PoolSnapshot) -> Sequence[AnchorScore]:
        """The smallest margin first; Eq. G5 decides ties."""
        usable = [score for score in pool.ranked if self.pictures(pool, score)]
        return sorted(usable, key=lambda score: abs(score.mean_margin))

    def reason(self, pool: PoolSnapshot, score: AnchorScore) -> str:
        """Its margin."""
        return f"{count_copies(score)}. Its pictures are closer calls than those of other test prompts."


MARGIN = Margin()
