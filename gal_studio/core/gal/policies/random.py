"""The paper's baseline: random test prompts."""

from collections.abc import Sequence
from typing import ClassVar

from gal_studio.core.gal.policies.policy import Policy
from gal_studio.core.gal.policies.pool import PoolSnapshot
from gal_studio.core.gal.reasons import count_copies, ordinal
from gal_studio.core.records.candidate import Candidate
from gal_studio.core.types import AnchorScore


class Random(Policy):
    """The first picture of `top_k` anchors drawn at random.

    The published program generates a single picture for each of these anchors, so every H is 0 and, with
    balance, so is every weight. Ours: the weight comes from the whole round's uncertainty (Eq. G8), so that a
    comparison with the uncertainty policy is about selection alone.
    """

    name: ClassVar[str] = "random"
    label: ClassVar[str] = "Random"
    stops_when_clean: ClassVar[bool] = False

    def order(self, pool: PoolSnapshot) -> Sequence[AnchorScore]:
        """The drawn ones in the order of the pool, then the others at random."""
        listed = sorted(pool.scores, key=lambda score: (score.anchor.order, score.anchor.id))
        rng = pool.rng(self.name)
        first = (
            sorted(rng.choice(len(listed), size=min(pool.top_k, len(listed)), replace=False))
            if listed
            else []
        )
        others = rng.permutation([place for place in range(len(listed)) if place not in first])
        return [listed[int(place)] for place in (*first, *others)]

    def pictures(self, pool: PoolSnapshot, score: AnchorScore) -> Sequence[Candidate]:
        """All pictures, the first one first."""
        return pool.groups[score.anchor.id]

    def reason(self, pool: PoolSnapshot, score: AnchorScore) -> str:
        """That it was drawn."""
        place = self.place(pool, score)
        return f"{ordinal(place)} of those chosen at random from {len(pool.scores)} test prompts."

    def why_not(self, pool: PoolSnapshot, score: AnchorScore) -> str:
        """That others were drawn."""
        return f"{count_copies(score)}. Not suggested: other test prompts were chosen at random."

    def why(self, pool: PoolSnapshot, score: AnchorScore, picture: Candidate) -> str:
        """That nobody looked at it."""
        return "the first one of its test prompt, whatever it shows."

    def summary(self, pool: PoolSnapshot, available: int) -> str:
        """How many were drawn."""
        return f"{min(available, pool.top_k)} test prompts were chosen at random."


RANDOM = Random()
