"""Rank the anchors and the pictures of each, by uncertainty and utility (Eq. G5, G6)."""

from collections.abc import Iterable
from dataclasses import dataclass

from gal_studio.core.gal.reasons import explain, explain_standing, short_names, uncertainty_key
from gal_studio.core.gal.standard import Standard
from gal_studio.core.records.candidate import Candidate
from gal_studio.core.types import AnchorScore, Suggestion


@dataclass(frozen=True)
class SuggestionSet:
    """A policy's suggestions, `exhausted` if fewer than asked for (Eq. G7); `sentence` sums up the pool.

    It `ends` a run in which nobody accepts anything else: a further round would be of no use.
    """

    suggestions: tuple[Suggestion, ...]
    exhausted: bool
    sentence: str
    ends: bool = False


def priority(score: AnchorScore) -> tuple[float, float, int, str]:
    """Sort key of Eq. G5: entropy (by exact counts), then |mean margin|, then order in the pool."""
    return -uncertainty_key(score), abs(score.mean_margin), score.anchor.order, score.anchor.id


def rank_anchors(scores: Iterable[AnchorScore]) -> tuple[AnchorScore, ...]:
    """Eq. G5: all anchors, most informative first, in an order that does not depend on the input's."""
    return tuple(sorted(scores, key=priority))


def informative(score: AnchorScore) -> bool:
    """Whether H > 0, and a candidate may be suggested: some are copies, and some are good (Eq. G6)."""
    return score.overfit > 0 and score.good > 0


def preferred(candidates: Iterable[Candidate], standard: Standard | None = None) -> tuple[Candidate, ...]:
    """Eq. G6, ours: the good candidates of an anchor by their utility, the largest first.

    Good are those that lack nothing by the standard of the round (by default of these candidates).
    """
    given = tuple(candidates)
    known = standard or Standard.of(given)
    good = [candidate for candidate in given if not known.lacks(candidate)]
    return tuple(sorted(good, key=lambda one: (-one.utility, -one.similarity_anchor, one.index)))


def explain_all(scores: Iterable[AnchorScore], top_k: int) -> dict[str, str]:
    """Explain every anchor, suggested or not: by anchor id, in ranking order."""
    ranked = rank_anchors(scores)
    names = short_names([score.anchor for score in ranked])
    chosen = min(top_k, sum(informative(score) for score in ranked))
    standing = explain_standing(ranked, chosen, names)
    return {score.anchor.id: explain(score, said) for score, said in zip(ranked, standing, strict=True)}
