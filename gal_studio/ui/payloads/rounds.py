"""A round as JSON: its chip, its scores, its candidates, and their places on the map."""

from collections.abc import Collection, Mapping
from dataclasses import asdict

from gal_studio.core.gal.reasons import short_names
from gal_studio.core.gal.scores.registry import known_scores
from gal_studio.studio.views.types import CandidateView, RoundSummary, RoundView, ScoreView
from gal_studio.ui.payloads import Payload
from gal_studio.ui.payloads.projects import anchor_payloads

_ACCEPTED_BEFORE = "One of its pictures was accepted in the round before and still counts."


def round_chips(rounds: tuple[RoundSummary, ...], covers: dict[str, Payload], wanted: int) -> list[Payload]:
    """The strip of rounds; `wanted` pictures are to be accepted where nothing is suggested yet."""
    return [
        {
            "id": summary.id,
            "name": summary.name,
            "parent_id": summary.parent_id,
            "kind": summary.kind,
            "step": summary.step,
            "accepted": summary.accepted,
            "candidates": summary.candidates,
            "wanted": summary.suggested or wanted,
            "cover": covers.get(summary.id),
            "starred": summary.starred,
            "empty": _is_empty(summary),
        }
        for summary in rounds
    ]


def _is_empty(summary: RoundSummary) -> bool:
    """Whether nothing was done in a round; a refinement begins with its pairs."""
    return summary.kind == summary.step == "fine_tune" and summary.adapter is None and not summary.candidates


def round_payload(view: RoundView) -> Payload:
    """The current round, without its pictures."""
    return {
        "id": view.round.id,
        "number": view.round.number,
        "kind": view.round.kind,
        "step": view.step,
        "trained": view.round.adapter is not None,
        "pool": anchor_payloads(view.pool),
        "expected": view.settings.generation.candidates,
        "complete": view.complete,
        "witnesses": view.settings.gal.witnesses,
        "openness": view.openness,
        "example_weight": view.example_weight,
        "exhausted": view.sentence if view.exhausted or not view.complete else "",
        "trainable": view.trainable,
        "ahead": asdict(view.ahead),
        "undo": view.undo_words,
        "redo": view.redo_words,
        "losses": losses_payload(view.losses),
    }


def losses_payload(losses: tuple[tuple[int, float], ...]) -> list[list[float]]:
    """A loss curve with at most about 600 points."""
    return [[step, round(loss, 5)] for step, loss in _thinned(losses)]


def _thinned(losses: tuple[tuple[int, float], ...], most: int = 600) -> tuple[tuple[int, float], ...]:
    return losses[:: max(1, -(-len(losses) // most))]


def score_payloads(view: RoundView, accepted_before: Collection[str] = ()) -> list[Payload]:
    """The scores of the anchors, in the order of priority; ranked only once all pictures are drawn.

    Nothing is suggested for the anchors in `accepted_before`: the refined round has an accepted picture of
    them.
    """
    names = short_names([score.anchor for score in view.scores])
    ranked = view.step != "wait" and view.complete
    return [
        _score_payload(
            score, names[score.anchor.id], ranked, ranked and score.anchor.id not in accepted_before
        )
        for score in view.scores
    ]


def _score_payload(view: ScoreView, head: str, ranked: bool, open_: bool) -> Payload:
    suggested = view.suggested_candidate_id if open_ else None
    return {
        "anchor_id": view.anchor.id,
        "prompt": view.anchor.prompt,
        "head": head,
        "n": view.score.candidates,
        "copies": view.score.overfit,
        "rate": view.score.overfit_rate,
        "low": view.interval[0],
        "high": view.interval[1],
        "entropy": view.score.entropy,
        "mean_margin": view.score.mean_margin,
        "rank": view.rank if ranked else None,
        "suggested": suggested,
        "chosen": suggested is not None,
        "reason": (view.reason if open_ else _ACCEPTED_BEFORE) if ranked else "",
        "why": view.why if suggested else "",
        "left_out": view.left_out if suggested else 0,
    }


def candidate_payload(view: CandidateView, head: str) -> Payload:
    """One tile; verdicts and places on the map are sent separately, since they change."""
    candidate = view.candidate
    return {
        "id": candidate.id,
        "version": candidate.image[:8],
        "anchor_id": candidate.anchor_id,
        "prompt": view.prompt,
        "head": head,
        "index": candidate.index,
        "own": candidate.own,
        "seed": str(candidate.seed),
        "strength": round(candidate.recipe.mean, 3),
        "scores": known_scores(candidate),
        "margin": candidate.margin,
        "copy": candidate.overfit,
        "copy_by": candidate.overfit_by,
        "copy_by_witnesses": candidate.overfit_by_witnesses,
        "compared": candidate.is_compared,
        "remark": candidate.remark,
    }


def picture_payload(view: CandidateView) -> Payload:
    """A candidate of which only the picture is shown."""
    candidate = view.candidate
    return {
        "id": candidate.id,
        "version": candidate.image[:8],
        "prompt": view.prompt,
        "copy": candidate.overfit,
    }


def part_marks(masks: Mapping[str, str]) -> dict[str, str]:
    """Candidates that are accepted in part, each with a prefix of the hash of its mask."""
    return {name: mask[:8] for name, mask in masks.items()}


def positions(view: RoundView) -> dict[str, list[float]]:
    """The places of candidates and references on the map."""
    placed = [shown.candidate for shown in view.candidates]
    places = {c.id: [round(c.x, 3), round(c.y, 3)] for c in placed if c.x is not None and c.y is not None}
    if places:
        places |= {name: [round(x, 3), round(y, 3)] for name, (x, y) in view.reference_positions.items()}
    return places


def map_points(view: RoundView) -> list[list[str | int | float | None]]:
    """The candidates of a round that is only shown behind another one, on both maps: test prompt, index,
    place by likeness (None if it has none), likeness to the reference's prompt and to the own one.
    """
    drawn = [shown.candidate for shown in view.candidates]
    return [
        [c.anchor_id, c.index, _place(c.x), _place(c.y), round(c.similarity_reference, 4),
         round(c.similarity_anchor, 4)]
        for c in drawn
    ]  # fmt: skip


def _place(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
