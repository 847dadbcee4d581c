"""An acquisition policy that nobody needs yet, as an example of a new one: test prompts far from each other.

It picks a core set by the CLIP features of the pictures (farthest first). A real one is a file in
`gal_studio/core/gal/policies` and one line in its `registry.py`.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import ClassVar

import numpy

from gal_studio.core.gal.policies.policy import Policy
from gal_studio.core.gal.policies.pool import PoolSnapshot
from gal_studio.core.gal.policies.registry import POLICIES
from gal_studio.core.types import AnchorScore

NAME = "spread"


class Spread(Policy):
    """The best picture of each test prompt, each one as far as possible from those before it."""

    name: ClassVar[str] = NAME
    label: ClassVar[str] = "Spread out"
    wants: ClassVar[str] = "Test prompts whose pictures look as different from each other as possible."
    needs_features: ClassVar[bool] = True

    def order(self, pool: PoolSnapshot) -> Sequence[AnchorScore]:
        """Farthest first, by the cosine to the nearest picture that was picked before."""
        left = [score for score in pool.ranked if self.pictures(pool, score)]
        features = {s.anchor.id: pool.features[self.pictures(pool, s)[0].id] for s in left}
        picked: list[AnchorScore] = []
        while left:
            nearest = [
                max((float(features[p.anchor.id] @ features[s.anchor.id]) for p in picked), default=0.0)
                for s in left
            ]
            picked.append(left.pop(int(numpy.argmin(nearest))))
        return picked

    def reason(self, pool: PoolSnapshot, score: AnchorScore) -> str:
        """Why it was picked."""
        return "Its picture looks unlike the other suggested ones."


@contextmanager
def registered() -> Iterator[None]:
    """The policy as it would be with its line in the registry."""
    policy = POLICIES.add(Spread())
    try:
        yield
    finally:
        POLICIES.remove(policy)
