"""The poll: the parts whose digest has changed since the last answer, and the candidates that are new."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from gal_studio.core.errors import StudioError
from gal_studio.core.gal.reasons import short_names
from gal_studio.studio import Studio
from gal_studio.studio.views.types import CandidateView, RoundSummary, RoundView
from gal_studio.ui.api.view_cache import Recall
from gal_studio.ui.payloads import Payload
from gal_studio.ui.payloads.projects import project_payload
from gal_studio.ui.payloads.refinement import refinement_payload
from gal_studio.ui.payloads.rounds import (
    candidate_payload,
    part_marks,
    positions,
    round_chips,
    round_payload,
    score_payloads,
)
from gal_studio.ui.payloads.work import job_payload, preview_payloads, queue_payload


@dataclass(frozen=True)
class Shown:
    """What the page shows: the rounds of a project, and one of them."""

    recall: Recall
    rounds: tuple[RoundSummary, ...]
    view: RoundView

    @property
    def studio(self) -> Studio:
        """The studio that answers."""
        return self.recall.studio

    @property
    def refined(self) -> RoundView | None:
        """The round that the shown one refines."""
        round_ = self.view.round
        if self.view.kind != "refine" or round_.parent_id is None:
            return None
        return self.recall.round_view(round_.project_id, round_.parent_id)


Part = Callable[[Shown], Any]
PARTS: Mapping[str, Part] = MappingProxyType(
    {
        "project": lambda shown: project_payload(shown.view.project),
        "rounds": lambda shown: round_chips(
            shown.rounds, covers(shown.studio, shown.rounds), shown.view.settings.gal.top_k
        ),
        "job": lambda shown: job_payload(shown.studio.job_view(shown.view.project.id)),
        "round": lambda shown: {**round_payload(shown.view), "previews": preview_payloads(shown.view)},
        "scores": lambda shown: score_payloads(shown.view, _accepted(shown.refined)),
        "positions": lambda shown: positions(shown.view),
        "masks": lambda shown: part_marks(_masks(shown.view)),
        "verdicts": lambda shown: _verdicts(shown.view),
    }
)
"""What a poll tells of every round; the page takes each part by its name."""
REFINEMENT_PARTS: Mapping[str, Part] = MappingProxyType(
    {
        "refinement": lambda shown: refinement_payload(
            shown.recall.refinement(shown.view.project.id, shown.view.round.id), shown.view
        ),
    }
)
"""What a poll tells of a refinement besides."""


def poll(recall: Recall, request: Payload) -> Payload:
    """The state of a project and one of its rounds, as far as the page does not know it.

    `request`: `project`, `round` (None: the newest) and `known` with the digests of parts and the mark of
    the candidates from the last answer. Without a project there is only the queue.
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
    chosen = next((summary for summary in rounds if summary.id == request.get("round")), rounds[-1])
    shown = Shown(recall, rounds, recall.round_view(project_id, chosen.id))
    parts = {**PARTS, **REFINEMENT_PARTS} if shown.refined else PARTS
    return {
        **_news({**{name: part(shown) for name, part in parts.items()}, **queue}, known),
        "round": chosen.id,
        "candidates": new_candidates(shown.view, known.get("candidates") or {}),
    }


def _news(parts: dict[str, Any], known: Payload) -> Payload:
    """The parts that the page does not know as they are, and the digests of all."""
    digests = {name: digest(part) for name, part in parts.items()}
    seen = known.get("parts") or {}
    fresh = {name: part for name, part in parts.items() if seen.get(name) != digests[name]}
    return {"parts": fresh, "digests": digests}


def _masks(view: RoundView) -> dict[str, str]:
    return {tile.candidate.id: tile.mask for tile in view.candidates if tile.mask is not None}


def _verdicts(view: RoundView) -> dict[str, str]:
    return {tile.candidate.id: tile.verdict for tile in view.candidates if tile.verdict != "undecided"}


def _accepted(view: RoundView | None) -> frozenset[str]:
    """The anchors that have an accepted picture."""
    tiles = view.candidates if view else ()
    return frozenset(_anchor(tile) for tile in tiles if tile.verdict == "accepted")


def covers(studio: Studio, rounds: tuple[RoundSummary, ...]) -> dict[str, Payload]:
    """The picture that stands for each round; a round whose pictures are lost has none."""
    chosen = {summary.id: summary.cover_candidate_id for summary in rounds if summary.cover_candidate_id}
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
    old = [tile for tile in view.candidates if tile.candidate.index < counts.get(_anchor(tile), 0)]
    same = _digest(old) == (mark.get("digest") or _digest([]))
    ids = {tile.candidate.id for tile in old} if same else set()
    fresh = [tile for tile in view.candidates if tile.candidate.id not in ids]
    if same and not fresh:
        return None
    heads = short_names(view.project.anchors)
    return {
        "reset": not same,
        "items": [candidate_payload(tile, heads.get(_anchor(tile), tile.prompt)) for tile in fresh],
        "mark": {"counts": _counts(view), "digest": _digest(view.candidates)},
    }


def _counts(view: RoundView) -> dict[str, int]:
    counts: dict[str, int] = {}
    for tile in view.candidates:
        counts[_anchor(tile)] = max(counts.get(_anchor(tile), 0), tile.candidate.index + 1)
    return counts


def _anchor(tile: CandidateView) -> str:
    return tile.candidate.anchor_id


def _digest(tiles: Sequence[CandidateView]) -> str:
    return digest([[tile.candidate.id, tile.candidate.image] for tile in tiles])
