"""The next best suggestion after a person left one out."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from gal_studio.core.gal.reasons import explain_passed_over, short_names
from gal_studio.core.gal.selection import SuggestionSet, best_candidate, informative, rank_anchors
from gal_studio.core.types import AnchorScore, Candidate, Suggestion

_REPLACED = "In place of a picture that you left out: the next best one of its test prompt."


@dataclass(frozen=True)
class Decided:
    """What a person has decided so far: rejected candidates, and anchors with an accepted picture."""

    rejected: Collection[str]
    answered: Collection[str]


def replace_left_out(
    made: SuggestionSet,
    scores: Sequence[AnchorScore],
    groups: Mapping[str, Sequence[Candidate]],
    decided: Decided,
) -> SuggestionSet:
    """The suggestions, each one that was rejected replaced by the next best.

    That is the next picture of the same anchor by Eq. G6; when none is left and none was accepted, the next
    anchor by Eq. G5. Suggestions keep their ranks; one without a replacement is dropped.
    """
    names = short_names([score.anchor for score in scores])
    spare = _spare_anchors(made, scores, decided)
    kept = []
    for suggestion in made.suggestions:
        left = next_best(groups.get(suggestion.anchor_id, ()), suggestion, decided.rejected)
        if left is not None and left != suggestion and made.by != "rank":
            left = replace(left, reason=_REPLACED)
        if left is None and suggestion.anchor_id not in decided.answered:
            left = _next_anchor(spare, groups, suggestion, decided, names)
        if left is not None:
            kept.append(left)
    return replace(made, suggestions=tuple(kept))


def next_best(
    candidates: Sequence[Candidate], suggestion: Suggestion, rejected: Collection[str]
) -> Suggestion | None:
    """The suggestion itself unless it was rejected, else one of the next best picture (Eq. G6)."""
    if suggestion.candidate_id not in rejected:
        return suggestion
    best = best_candidate(candidates, rejected)
    if best is None:
        return None
    return Suggestion(suggestion.anchor_id, best.id, suggestion.rank, suggestion.reason)


def _spare_anchors(
    made: SuggestionSet, scores: Sequence[AnchorScore], decided: Decided
) -> Iterator[AnchorScore]:
    taken = {suggestion.anchor_id for suggestion in made.suggestions} | set(decided.answered)
    return iter(
        [score for score in rank_anchors(scores) if informative(score) and score.anchor.id not in taken]
    )


def _next_anchor(
    spare: Iterator[AnchorScore],
    groups: Mapping[str, Sequence[Candidate]],
    suggestion: Suggestion,
    decided: Decided,
    names: Mapping[str, str],
) -> Suggestion | None:
    for score in spare:
        best = best_candidate(groups[score.anchor.id], decided.rejected)
        if best is not None:
            reason = (
                f"{score.overfit} of {score.candidates} look like the reference: the next most undecided, "
                f"in place of “{names[suggestion.anchor_id]}”, whose good pictures you left out."
            )
            return Suggestion(score.anchor.id, best.id, suggestion.rank, reason)
    return None


def explain_next_best(left_out: int, others: int, passed_over: int = 0) -> str:
    """Explain the choice of a picture after `left_out` good ones of its anchor were rejected (Eq. G6, ours).

    `others` good ones are left; of them `passed_over` are closer to the prompt, with least in common with the
    reference.
    """
    before = "the one" if left_out == 1 else f"the {left_out}"
    if not others:
        return f"the last good one of this test prompt, after {before} that you left out."
    return f"closest to its prompt after {before} that you left out{explain_passed_over(passed_over)}."
