"""Which anchors and which of their pictures the sampler suggests (Eq. G5 to G7)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from gal_studio.core.gal.reasons import doubt, explain, explain_pool, find_tie, short_names
from gal_studio.core.types import AnchorScore, Candidate, Suggestion


@dataclass(frozen=True)
class SuggestionSet:
    """The sampler's proposal for a round; `sentence` says what the whole pool looks like."""

    suggestions: tuple[Suggestion, ...]
    exhausted: bool
    sentence: str


def priority(score: AnchorScore) -> tuple[Fraction, float, int, str]:
    """The sort key of Eq. G5: entropy (by exact counts), |mean margin|, order in the pool."""
    return -doubt(score), abs(score.mean_margin), score.anchor.order, score.anchor.id


def rank_anchors(scores: Iterable[AnchorScore]) -> tuple[AnchorScore, ...]:
    """Eq. G5: all anchors, the most informative first; the order given does not matter."""
    return tuple(sorted(scores, key=priority))


def informative(score: AnchorScore) -> bool:
    """Whether H > 0: some candidates copy and some do not."""
    return 0 < score.overfit < score.candidates


def best_candidate(candidates: Iterable[Candidate]) -> Candidate | None:
    """Eq. G6, ours: the largest s(x, a) of those that are no copy; ties by seed order; None without any."""
    good = [candidate for candidate in candidates if not candidate.overfit]
    return min(good, key=lambda candidate: (-candidate.similarity_anchor, candidate.index), default=None)


def suggest(
    scores: Iterable[AnchorScore],
    candidates_by_anchor: Mapping[str, Sequence[Candidate]],
    top_k: int,
) -> SuggestionSet:
    """Eq. G5 to G7: at most `top_k` anchors of H > 0, each with its best picture and the reason."""
    ranked = rank_anchors(scores)
    reasons = explain_all(ranked, top_k)
    unsure = [score for score in ranked if informative(score)]
    suggestions = []
    for rank, score in enumerate(unsure[:top_k], start=1):
        best = best_candidate(candidates_by_anchor[score.anchor.id])
        if best is None:
            raise ValueError(f"the candidates of {score.anchor.id} do not belong to its score")
        suggestions.append(Suggestion(score.anchor.id, best.id, rank, reasons[score.anchor.id]))
    sentence = explain_pool(len(unsure), top_k, len(ranked))
    return SuggestionSet(tuple(suggestions), len(unsure) < top_k, sentence)


def explain_all(scores: Iterable[AnchorScore], top_k: int) -> dict[str, str]:
    """One sentence for every anchor, suggested or not, in the order of the ranking, by anchor id."""
    ranked = rank_anchors(scores)
    names = short_names([score.anchor for score in ranked])
    chosen = min(top_k, sum(informative(score) for score in ranked))
    return {
        score.anchor.id: explain(score, position + 1, chosen, find_tie(ranked, position, chosen, names))
        for position, score in enumerate(ranked)
    }
