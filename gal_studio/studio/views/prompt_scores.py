"""The scores of a round's test prompts, each with the reason why it is suggested or not."""

from collections.abc import Collection, Mapping, Sequence

from gal_studio.core.gal.reasons import explain_picture
from gal_studio.core.gal.replacements import explain_next_best
from gal_studio.core.gal.selection import SuggestionSet, explain_all, in_style, informative, rank_anchors
from gal_studio.core.intervals import wilson_interval
from gal_studio.core.types import AnchorScore, Candidate, Suggestion
from gal_studio.studio.views.types import ScoreView

_OTHERWISE = {
    "rank": "",
    "random": " Not suggested: the suggestions of this round are drawn at random.",
    "learned": " Not suggested: by what you chose so far, you would rather accept other pictures.",
}
"""Why a test prompt of the first ranks is not suggested, by the way in which suggestions are chosen."""


def score_views(
    scores: Sequence[AnchorScore],
    made: SuggestionSet,
    top_k: int,
    groups: Mapping[str, Sequence[Candidate]],
    rejected: Collection[str],
) -> tuple[ScoreView, ...]:
    """The scores in the order of priority; `groups` are the candidates of each anchor."""
    ranked = rank_anchors(scores)
    reasons = explain_all(ranked, top_k)
    suggested = {chosen.anchor_id: chosen for chosen in made.suggestions}
    views = []
    for rank, score in enumerate(ranked, start=1):
        chosen, candidates = suggested.get(score.anchor.id), groups.get(score.anchor.id, ())
        left_out = _left_out(chosen, candidates, rejected)
        is_top = rank <= top_k and bool(made.suggestions)
        why_not = _why_not(score, candidates, rejected, made) if is_top else ""
        views.append(
            ScoreView(
                anchor=score.anchor,
                score=score,
                interval=wilson_interval(score.overfit, score.candidates),
                rank=rank,
                suggested_candidate_id=chosen.candidate_id if chosen else None,
                reason=chosen.reason if chosen else f"{reasons[score.anchor.id]}{why_not}",
                why=_why(score, chosen, candidates, rejected, left_out, made) if chosen else "",
                left_out=left_out,
            )
        )
    return tuple(views)


def _left_out(chosen: Suggestion | None, candidates: Sequence[Candidate], rejected: Collection[str]) -> int:
    """How many good pictures were rejected that Eq. G6 prefers to the suggested one."""
    taken = next((one for one in candidates if chosen and one.id == chosen.candidate_id), None)
    if taken is None or taken.overfit:
        return 0
    styled = in_style(candidates)
    preferred = [
        one
        for one in candidates
        if (one.id in styled, one.similarity_anchor) >= (taken.id in styled, taken.similarity_anchor)
    ]
    return sum(one.id in rejected and not one.overfit for one in preferred if one.id != taken.id)


def _why(
    score: AnchorScore,
    chosen: Suggestion,
    candidates: Sequence[Candidate],
    rejected: Collection[str],
    left_out: int,
    made: SuggestionSet,
) -> str:
    """Why this picture of its test prompt; empty where its reason says all, as of one chosen at random."""
    taken = next((candidate for candidate in candidates if candidate.id == chosen.candidate_id), None)
    if taken is None or taken.overfit:  # a policy that does not look at the pictures
        return ""
    styled = in_style(candidates)
    good = [one for one in candidates if not one.overfit and one.id not in rejected and one.id != taken.id]
    closer = [one for one in good if one.similarity_anchor > taken.similarity_anchor]
    passed_over = sum(one.id not in styled for one in closer)
    if left_out:
        return explain_next_best(left_out, len(good), passed_over)
    return explain_picture(score, passed_over) if made.by == "rank" else ""


def _why_not(
    score: AnchorScore, candidates: Sequence[Candidate], rejected: Collection[str], made: SuggestionSet
) -> str:
    """Why a test prompt of the first ranks has no suggestion."""
    if not informative(score):
        return ""
    good = [candidate for candidate in candidates if not candidate.overfit]
    if good and all(candidate.id in rejected for candidate in good):
        return f" Not suggested: you left out {'its only' if len(good) == 1 else 'all of its'} good pictures."
    return _OTHERWISE[made.by]
