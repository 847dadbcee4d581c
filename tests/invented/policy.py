"""An acquisition policy that nobody needs yet: test prompts far from each other, and from what is known.

It picks a core set by the CLIP features of the pictures (farthest first), away from the references and from
what was accepted in this round and before.
"""

from collections.abc import Sequence
from typing import ClassVar

import numpy

from gal_studio.core.gal.policies.policy import Policy
from gal_studio.core.gal.policies.pool import PoolSnapshot
from gal_studio.core.types import AnchorScore


class Spread(Policy):
    """The best picture of each test prompt, each one as far as possible from all that is known before it."""

    name: ClassVar[str] = "spread"
    label: ClassVar[str] = "Spread out"
    needs_features: ClassVar[bool] = True
    stops_when_clean: ClassVar[bool] = False

    def order(self, pool: PoolSnapshot) -> Sequence[AnchorScore]:
        """Farthest first, by the cosine to the nearest picture that is known or was picked before."""
        left = [score for score in pool.ranked if self.pictures(pool, score)]
        features = {score.anchor.id: pool.features[self.pictures(pool, score)[0].id] for score in left}
        known = [*pool.reference_features.values(), *(pool.features[one.id] for one in pool.accepted)]
        picked: list[AnchorScore] = []
        while left:
            nearest = [
                max((float(one @ features[score.anchor.id]) for one in known), default=0.0) for score in left
            ]
            picked.append(left.pop(int(numpy.argmin(nearest))))
            known.append(features[picked[-1].anchor.id])
        return picked

    def reason(self, pool: PoolSnapshot, score: AnchorScore) -> str:
        """Why it was picked."""
        references, accepted = len(pool.reference_features), len(pool.accepted)
        return f"Its image looks unlike {references} references, {accepted} accepted and the others."


SPREAD = Spread()
