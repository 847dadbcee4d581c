"""BALD over trainings: the test prompts on which trainings with other seeds disagree the most (Eq. G21)."""

import math
from collections.abc import Sequence
from typing import ClassVar

from gal_studio.core.gal.disagreement import Disagreement, disagreement
from gal_studio.core.gal.policies.policy import Policy
from gal_studio.core.gal.policies.pool import PoolSnapshot
from gal_studio.core.gal.reasons import count_copies, ordinal
from gal_studio.core.types import AnchorScore


class Bald(Policy):
    """Anchors by the mean mutual information of a copy and the training, the largest first.

    Bayesian active learning by disagreement (Houlsby et al., arXiv 1112.5745), where trainings that differ in
    their seed stand for draws of the weights. Unlike in the paper a query is a test prompt, not a picture:
    its information is the mean over those of its pictures that were compared, and Eq. G6 picks the picture.
    It suggests nothing before trainings were compared, since one alone says nothing of the others; what it
    leaves open between its own pictures is Eq. G4, by which `uncertainty` ranks.
    """

    name: ClassVar[str] = "bald"
    label: ClassVar[str] = "Runs disagree (BALD)"
    needs_trainings: ClassVar[bool] = True
    next_words: ClassVar[str] = "the next one by how much runs disagree"

    def order(self, pool: PoolSnapshot) -> Sequence[AnchorScore]:
        """The largest disagreement first, of those with a picture to suggest; Eq. G5 decides ties."""
        known = [(score, _compared(pool, score)) for score in pool.ranked if self.pictures(pool, score)]
        open_ones = [(score, found.copies) for score, found in known if found and found.copies > 0]
        return [score for score, _ in sorted(open_ones, key=lambda one: -one[1])]

    def reason(self, pool: PoolSnapshot, score: AnchorScore) -> str:
        """How much its trainings disagree, in percent of the most possible, and its place."""
        place, _ = self.place(pool, score)
        found = _compared(pool, score)
        assert found is not None, "only compared ones are in the order"
        most = "the most" if place == 1 else f"{ordinal(place)} most"
        images = "1 image" if found.pictures == 1 else f"{found.pictures} images"
        return (
            f"{count_copies(score)}. Runs with other seeds disagree {most} on whether its images are copies: "
            f"{found.copies / math.log(2.0):.0%} over {images}."
        )

    def why_not(self, pool: PoolSnapshot, score: AnchorScore) -> str:
        """That trainings agree or were not compared, that no picture is good, or that others come first."""
        found = _compared(pool, score)
        if found is None:
            why = "its images are not compared with those of other runs"
        elif found.copies == 0:
            why = "runs with other seeds agree on its copies"
        elif not self.pictures(pool, score):
            why = "it has no image that is good enough"
        else:
            why = "runs disagree more on other test prompts"
        return f"{count_copies(score)}. Not suggested: {why}."

    def summary(self, pool: PoolSnapshot, available: int) -> str:
        """How many are suggested; without any, whether trainings agree or were never compared."""
        if available:
            made = min(available, pool.top_k)
            return f"{made} of {len(pool.scores)} test prompts are suggested, by how much runs disagree."
        if any(_compared(pool, score) for score in pool.scores):
            return (
                "Nothing to suggest: runs with other seeds agree on every test prompt that has a good image."
            )
        return (
            "Nothing to suggest: one run alone cannot disagree. Press Compare runs first (`gal-studio ask`), "
            "or choose another selection strategy."
        )


def _compared(pool: PoolSnapshot, score: AnchorScore) -> Disagreement | None:
    return disagreement(pool.groups[score.anchor.id])


BALD = Bald()
