"""What is new since the page asked last: parts whose digest changed, and candidates that it has not seen."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from gal_studio.core.errors import StudioError
from gal_studio.core.gal.reasons import short_names
from gal_studio.studio import Studio
from gal_studio.studio.views.types import CandidateView, RoundSummary, RoundView
from gal_studio.ui.api.view_cache import Recall
from gal_studio.ui.payloads.refinement import refinement_payload
from gal_studio.ui.payloads.rounds import (
    Payload,
    candidate_payload,
    job_payload,
    part_marks,
    positions,
    project_payload,
    round_chips,
    round_payload,
    score_payloads,
)
from gal_studio.ui.payloads.work import preview_payloads, queue_payload


def poll(recall: Recall, request: Payload) -> Payload:
    """The state of a project and one of its rounds, as far as the page does not know it.

    `request`: `project`, `round` (None: the newest) and `known` with the digests of parts and the mark of
    the candidates from the last answer. Without a project there is the queue alone.
    """
    known = request.get("known") or {}
    project_id = request.get("project")
    queue = {"queue": queue_payload(recall.studio.queue_view())}
    if not project_id:
        return {**_news(queue, known), "round": None, "candidates": None}
    try:
        rounds = recall.rounds(project_id)
    except StudioError as error:
        return {"gone": str(error)}
    if not rounds:
        return {"gone": f"There is no project {project_id!r} in this workspace."}
    shown = _shown(rounds, request.get("round"))
    view = recall.round_view(project_id, shown.id)
    parts = _parts(recall.studio, view, rounds)
    if view.kind == "refine" and shown.parent_id is not None:
        parts["refinement"] = refinement_payload(recall.refinement(project_id, shown.id), view)
        parts["scores"] = score_payloads(view, _accepted(recall.round_view(project_id, shown.parent_id)))
    return {
        **_news({**parts, **queue}, known),
        "round": shown.id,
        "candidates": new_candidates(view, known.get("candidates") or {}),
    }


def _news(parts: dict[str, Any], known: Payload) -> Payload:
    """The parts that the page does not know as they are, and the digests of all."""
    digests = {name: digest(part) for name, part in parts.items()}
    seen = known.get("parts") or {}
    fresh = {name: part for name, part in parts.items() if seen.get(name) != digests[name]}
    return {"parts": fresh, "digests": digests}


def _shown(rounds: tuple[RoundSummary, ...], wanted: str | None) -> RoundSummary:
    return next((entry for entry in rounds if entry.id == wanted), rounds[-1])


def _parts(studio: Studio, view: RoundView, rounds: tuple[RoundSummary, ...]) -> dict[str, Any]:
    verdicts = {entry.candidate.id: entry.verdict for entry in view.candidates}
    return {
        "project": project_payload(view.project),
        "rounds": round_chips(rounds, covers(studio, rounds), view.settings.gal.top_k),
        "job": job_payload(studio.job_view(view.project.id)),
        "round": {**round_payload(view), "previews": preview_payloads(view)},
        "scores": score_payloads(view),
        "positions": positions(view),
        "masks": part_marks({e.candidate.id: e.mask for e in view.candidates if e.mask is not None}),
        "verdicts": {name: verdict for name, verdict in verdicts.items() if verdict != "undecided"},
    }


def _accepted(view: RoundView) -> frozenset[str]:
    """The anchors that have an accepted picture."""
    return frozenset(_anchor(entry) for entry in view.candidates if entry.verdict == "accepted")


def covers(studio: Studio, rounds: tuple[RoundSummary, ...]) -> dict[str, Payload]:
    """The picture that stands for each round; a round whose pictures are lost has none."""
    chosen = {entry.id: entry.cover_candidate_id for entry in rounds if entry.cover_candidate_id}
    images = {round_id: studio.store.candidates.get(cover).image for round_id, cover in chosen.items()}
    return {
        round_id: {"id": chosen[round_id], "version": image[:8]}
        for round_id, image in images.items()
        if image
    }


def digest(part: Any) -> str:
    """A short fingerprint of a part."""
    return hashlib.sha256(json.dumps(part, sort_keys=True).encode()).hexdigest()[:16]


def new_candidates(view: RoundView, mark: Payload) -> Payload | None:
    """Candidates beyond the mark; all of them, with `reset`, when those below it are not what they were.

    The mark counts the candidates of each anchor, because pictures are drawn anchor by anchor or one index
    after another, as the device likes.
    """
    counts: dict[str, int] = mark.get("counts") or {}
    old = [entry for entry in view.candidates if entry.candidate.index < counts.get(_anchor(entry), 0)]
    same = _digest(old) == (mark.get("digest") or _digest([]))
    ids = {entry.candidate.id for entry in old} if same else set()
    fresh = [entry for entry in view.candidates if entry.candidate.id not in ids]
    if same and not fresh:
        return None
    heads = short_names(view.project.anchors)
    return {
        "reset": not same,
        "items": [candidate_payload(entry, heads.get(_anchor(entry), entry.prompt)) for entry in fresh],
        "mark": {"counts": _counts(view), "digest": _digest(view.candidates)},
    }


def _counts(view: RoundView) -> dict[str, int]:
    counts: dict[str, int] = {}
    for entry in view.candidates:
        counts[_anchor(entry)] = max(counts.get(_anchor(entry), 0), entry.candidate.index + 1)
    return counts


def _anchor(entry: CandidateView) -> str:
    return entry.candidate.anchor_id


def _digest(entries: Sequence[CandidateView]) -> str:
    return digest([[entry.candidate.id, entry.candidate.image] for entry in entries])
