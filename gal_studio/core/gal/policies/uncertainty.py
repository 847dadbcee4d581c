"""The paper's policy: the most uncertain test prompts, each with its best picture (Eq. G5 to G7)."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from gal_studio.core.gal.policies.policy import Policy
from gal_studio.core.gal.policies.pool import PoolSnapshot
from gal_studio.core.gal.reasons import explain_pool
from gal_studio.core.gal.selection import explain_all, informative
from gal_studio.core.types import AnchorScore


class Uncertainty(Policy):
    """Anchors with H > 0, the most uncertain one first."""

    name: ClassVar[str] = "uncertainty"
    label: ClassVar[str] = "Uncertainty"
    next_words: ClassVar[str] = "the next most undecided"

    def order(self, pool: PoolSnapshot) -> Sequence[AnchorScore]:
        """Eq. G5."""
        return [score for score in pool.ranked if informative(score)]

    def reasons(self, pool: PoolSnapshot) -> Mapping[str, str]:
        """The rank of each test prompt, with what breaks a tie."""
        return explain_all(pool.scores, self.most(pool))

    def reason(self, pool: PoolSnapshot, score: AnchorScore) -> str:
        """The rank of one test prompt."""
        return self.reasons(pool)[score.anchor.id]

    def summary(self, pool: PoolSnapshot, available: int) -> str:
        """How many test prompts the model is undecided about (Eq. G7)."""
        return explain_pool(available, pool.top_k, pool.scores)


UNCERTAINTY = Uncertainty()
