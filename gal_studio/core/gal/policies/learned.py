"""The test prompts whose best picture a person would accept first, as learned from their choices."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from gal_studio.core.gal.learned import (
    LEAST_OVERRIDES,
    JudgedRound,
    Preference,
    feature_names,
    fit_preference,
)
from gal_studio.core.gal.policies.policy import Policy
from gal_studio.core.gal.policies.pool import PoolSnapshot
from gal_studio.core.gal.policies.uncertainty import UNCERTAINTY
from gal_studio.core.gal.reasons import count_copies, explain_pool, ordinal, quoted
from gal_studio.core.gal.selection import informative
from gal_studio.core.records.candidate import Candidate
from gal_studio.core.types import AnchorScore


@dataclass(frozen=True)
class Learned(Policy):
    """Anchors with H > 0 in the order of what was learned; uncertainty as long as nothing was."""

    name: ClassVar[str] = "learned"
    label: ClassVar[str] = "Learned from your choices"
    needs_choices: ClassVar[bool] = True

    preference: Preference | None = field(default=None, compare=False)

    def acting(self, pool: PoolSnapshot) -> Policy:
        """What was learned from the other rounds; uncertainty with too few overrides, or nothing to learn."""
        if pool.overrides < LEAST_OVERRIDES or not pool.judged:
            return UNCERTAINTY
        here = JudgedRound(pool.candidates, pool.scores, frozenset())
        fitted = fit_preference(pool.judged, feature_names([*pool.judged, here]))
        return UNCERTAINTY if fitted is None else Learned(fitted)

    def order(self, pool: PoolSnapshot) -> Sequence[AnchorScore]:
        """By the likeliest picture of each that may teach; ties go to the first in the pool."""
        best = [
            (-max(self._likely(pool, score)), score.anchor.order, score.anchor.id, score)
            for score in pool.scores
            if informative(score)
        ]
        return [score for *_, score in sorted(best, key=lambda one: one[:3])]

    def pictures(self, pool: PoolSnapshot, score: AnchorScore) -> Sequence[Candidate]:
        """The ones that may teach, the likeliest first."""
        good, likely = _good(pool, score), self._likely(pool, score)
        return [good[place] for place in sorted(range(len(good)), key=lambda place: -likely[place])]

    def _likely(self, pool: PoolSnapshot, score: AnchorScore) -> list[float]:
        assert self.preference is not None, "`acting` gives the policy that was fitted"
        good = _good(pool, score)
        return [float(value) for value in self.preference.probability(good, pool.scores)]

    def reason(self, pool: PoolSnapshot, score: AnchorScore) -> str:
        """Its place in the learned order, and what the last one suggested is put before."""
        place, other = self.place(pool, score)
        rest = f", before {quoted(pool.scores, other)}" if other else ""
        return f"{count_copies(score)}. {ordinal(place)} in the order learned from your choices{rest}."

    def why_not(self, pool: PoolSnapshot, score: AnchorScore) -> str:
        """That others come first."""
        return f"{count_copies(score)}. Not suggested: by your choices so far, you prefer other images."

    def why(self, pool: PoolSnapshot, score: AnchorScore, picture: Candidate) -> str:
        """That it is like those that were accepted."""
        return "the most like those that you accepted."

    def summary(self, pool: PoolSnapshot, available: int) -> str:
        """How many follow the choices; how many there are if they are too few (Eq. G7)."""
        if available < pool.top_k:
            return explain_pool(available, pool.top_k, pool.scores)
        if pool.top_k == 1:
            return "This is the first one in the order learned from your choices."
        return f"These {pool.top_k} are in the order learned from your choices."


def _good(pool: PoolSnapshot, score: AnchorScore) -> list[Candidate]:
    return [picture for picture in pool.groups[score.anchor.id] if not pool.standard.lacks(picture)]


LEARNED = Learned()


@dataclass(frozen=True)
class LearnedAgreement:
    """Of `choices` accepted pictures, how many each policy suggests in rounds that it had not seen."""

    choices: int
    learned: int
    plain: int


def leave_one_round_out(rounds: Sequence[JudgedRound], top_k: Sequence[int]) -> LearnedAgreement | None:
    """Fit on all rounds but one and suggest in that one; None with fewer than two rounds to learn from.

    `top_k` says at most how many are suggested in each round. Only pictures that can be suggested count.
    """
    names = feature_names(rounds)
    choices, hits = 0, {LEARNED.name: 0, UNCERTAINTY.name: 0}
    for place, (left_out, most) in enumerate(zip(rounds, top_k, strict=True)):
        preference = fit_preference([*rounds[:place], *rounds[place + 1 :]], names)
        accepted = left_out.accepted & {one.id for one in left_out.candidates}
        if preference is None or not accepted:
            continue
        choices += len(accepted)
        pool = PoolSnapshot(candidates=left_out.candidates, scores=left_out.scores, top_k=most)
        for policy in (Learned(preference), UNCERTAINTY):
            made = {one.candidate_id for one in policy.suggest(pool).suggestions}
            hits[policy.name] += len(accepted & made)
    if not choices:
        return None
    return LearnedAgreement(choices, hits[LEARNED.name], hits[UNCERTAINTY.name])
