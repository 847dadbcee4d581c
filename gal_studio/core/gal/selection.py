"""Rank the anchors, and suggest one picture for each of the most uncertain (Eq. G5 to G7)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from gal_studio.core.gal.reasons import explain, explain_pool, find_tie, short_names, uncertainty_key
from gal_studio.core.types import LIKENESS, AnchorScore, Candidate, Suggestion


@dataclass(frozen=True)
class SuggestionSet:
    """A policy's suggestions, `exhausted` if fewer than asked for (Eq. G7); `sentence` sums up the pool.

    `by` says how the anchors were chosen: by their rank, at random, or as learned from a person's choices.
    """

    suggestions: tuple[Suggestion, ...]
    exhausted: bool
    sentence: str
    by: Literal["rank", "random", "learned"] = "rank"


def priority(score: AnchorScore) -> tuple[Fraction, float, int, str]:
    """Sort key of Eq. G5: entropy (by exact counts), then |mean margin|, then order in the pool."""
    return -uncertainty_key(score), abs(score.mean_margin), score.anchor.order, score.anchor.id


def rank_anchors(scores: Iterable[AnchorScore]) -> tuple[AnchorScore, ...]:
    """Eq. G5: all anchors, most informative first, in an order that does not depend on the input's."""
    return tuple(sorted(scores, key=priority))


def informative(score: AnchorScore) -> bool:
    """Whether H > 0: some candidates are copies and some are not."""
    return 0 < score.overfit < score.candidates


def best_candidate(candidates: Iterable[Candidate], rejected: Collection[str] = ()) -> Candidate | None:
    """Eq. G6, ours: the largest s(x, a) among non-copies, the first on a tie; None if all are copies.

    A copy is what a witness calls one (Eq. G12). Only if none else is left, it is one that is not `in_style`,
    which the rejected ones count for, too.
    """
    given = tuple(candidates)
    non_copies = [each for each in given if not each.overfit and each.id not in rejected]
    styled = in_style(given)
    good = [candidate for candidate in non_copies if candidate.id in styled] or non_copies
    return min(good, key=lambda candidate: (-candidate.similarity_anchor, candidate.index), default=None)


def in_style(candidates: Iterable[Candidate]) -> frozenset[str]:
    """The IDs of an anchor's non-copies but for the quarter (rounded down) that is least like the references.

    They show one thing, so that what sets them apart is how it is drawn. All, if some have no such score.
    """
    clean = [candidate for candidate in candidates if not candidate.overfit]
    known = [(candidate.score(LIKENESS), candidate.index, candidate.id) for candidate in clean]
    if any(likeness is None for likeness, _, _ in known):
        return frozenset(name for _, _, name in known)
    return frozenset(name for _, _, name in sorted(known)[len(known) // 4 :])


def suggest(
    scores: Iterable[AnchorScore],
    candidates_by_anchor: Mapping[str, Sequence[Candidate]],
    top_k: int,
) -> SuggestionSet:
    """Eq. G5 to G7: at most `top_k` anchors with H > 0, each with its best picture and a reason."""
    ranked = rank_anchors(scores)
    reasons = explain_all(ranked, top_k)
    uncertain = [score for score in ranked if informative(score)]
    suggestions = []
    for rank, score in enumerate(uncertain[:top_k], start=1):
        best = best_candidate(candidates_by_anchor[score.anchor.id])
        if best is None:
            raise ValueError(f"the candidates of {score.anchor.id} do not belong to its score")
        suggestions.append(Suggestion(score.anchor.id, best.id, rank, reasons[score.anchor.id]))
    sentence = explain_pool(len(uncertain), top_k, len(ranked))
    return SuggestionSet(tuple(suggestions), len(uncertain) < top_k, sentence)


def explain_all(scores: Iterable[AnchorScore], top_k: int) -> dict[str, str]:
    """Explain every anchor, suggested or not, in one sentence: by anchor id, in ranking order."""
    ranked = rank_anchors(scores)
    names = short_names([score.anchor for score in ranked])
    chosen = min(top_k, sum(informative(score) for score in ranked))
    return {
        score.anchor.id: explain(score, position + 1, chosen, find_tie(ranked, position, chosen, names))
        for position, score in enumerate(ranked)
    }
