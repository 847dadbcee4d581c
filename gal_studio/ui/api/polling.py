"""The poll: returns the parts of the page that have changed since the last poll, and new candidates."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gal_studio.core.errors import StudioError
from gal_studio.core.gal.reasons import short_names
from gal_studio.state.files.errors import DiskError, GoneError
from gal_studio.studio import Studio
from gal_studio.studio.views.broken import what_is_broken
from gal_studio.studio.views.types import CandidateView, RoundSummary, RoundView
from gal_studio.ui.api.view_cache import ViewCache
from gal_studio.ui.payloads import Payload
from gal_studio.ui.payloads.measures import measures_payload
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
    """What the page shows: the rounds of a project, and one of them in full."""

    views: ViewCache
    rounds: tuple[RoundSummary, ...]
    view: RoundView

    @property
    def studio(self) -> Studio:
        """The studio behind the views."""
        return self.views.studio

    @property
    def refined(self) -> RoundView | None:
        """The round that the shown one refines."""
        round_ = self.view.round
        if round_.kind != "refine" or round_.parent_id is None:
            return None
        return self.views.round_view(round_.project_id, round_.parent_id)


Part = Callable[[Shown], Any]
PARTS: Mapping[str, Part] = {
    "project": lambda shown: project_payload(shown.view.project),
    "rounds": lambda shown: round_chips(
        shown.rounds, covers(shown.studio, shown.rounds), shown.view.settings.gal.top_k
    ),
    "archived": lambda shown: [
        {"id": name, "name": called}
        for name, called in shown.studio.archived_rounds(shown.view.project.id).items()
    ],
    "job": lambda shown: job_payload(shown.studio.job_view(shown.view.project.id)),
    "round": lambda shown: {**round_payload(shown.view), "previews": preview_payloads(shown.view)},
    "scores": lambda shown: score_payloads(shown.view, _accepted(shown.refined)),
    "positions": lambda shown: positions(shown.view),
    "masks": lambda shown: part_marks(_masks(shown.view)),
    "weights": lambda shown: _weights(shown.view),
    "verdicts": lambda shown: _verdicts(shown.view),
    "measures": lambda shown: measures_payload(
        shown.views.measures(shown.view.project.id),
        shown.view.project,
        *shown.views.replays(shown.view.project.id),
    ),
}
"""The parts for every round, by the names that the page knows them by."""
REFINEMENT_PARTS: Mapping[str, Part] = {
    "refinement": lambda shown: refinement_payload(
        shown.views.refinement(shown.view.project.id, shown.view.round.id), shown.view
    ),
}
"""The additional parts for a refinement."""


def poll(views: ViewCache, request: Payload) -> Payload:
    """What has changed in a project and in one of its rounds since the last poll.

    `request` has `project`, `round` (None: the newest) and `known`: the digests of the parts and the mark of
    the candidates, both from the last answer. Without a project, only the queue is returned.
    """
    known = request.get("known") or {}
    project_id = request.get("project")
    queue = {"queue": queue_payload(views.studio.queue_view())}
    if not project_id:
        return {**_changed_parts(queue, known), "round": None, "candidates": None}
    if project_id not in views.studio.store.projects.names():
        return {"gone": f"There is no project {project_id!r} in this workspace."}
    try:
        rounds = views.rounds(project_id)
        if not rounds:
            raise StudioError("It has no round.")
        answer = _changes(views, project_id, rounds, request, queue, known)
        digest(answer["candidates"])  # like the parts, they must be strict JSON
    except (DiskError, GoneError):
        raise
    except Exception as error:
        return _broken(views, project_id, error)
    views.broken.pop(project_id, None)
    return answer


def _broken(views: ViewCache, project_id: str, error: Exception) -> Payload:
    """The answer for a project that cannot be shown; the list of projects says so from now on."""
    views.broken[project_id] = what_is_broken(project_id, error)
    return {"gone": f"{views.studio.store.projects.name(project_id)}: {views.broken[project_id]}"}


def _changes(
    views: ViewCache,
    project_id: str,
    rounds: tuple[RoundSummary, ...],
    request: Payload,
    queue: dict[str, Any],
    known: Payload,
) -> Payload:
    """What has changed in a project that can be shown."""
    chosen = next((summary for summary in rounds if summary.id == request.get("round")), rounds[-1])
    shown = Shown(views, rounds, views.round_view(project_id, chosen.id))
    parts = {**PARTS, **REFINEMENT_PARTS} if shown.refined else PARTS
    return {
        **_changed_parts({**{name: part(shown) for name, part in parts.items()}, **queue}, known),
        "round": chosen.id,
        "candidates": new_candidates(shown.view, known.get("candidates") or {}),
    }


def _changed_parts(parts: dict[str, Any], known: Payload) -> Payload:
    """The parts that have changed, and the digests of all parts."""
    digests = {name: digest(part) for name, part in parts.items()}
    seen = known.get("parts") or {}
    fresh = {name: part for name, part in parts.items() if seen.get(name) != digests[name]}
    return {"parts": fresh, "digests": digests}


def _masks(view: RoundView) -> dict[str, str]:
    return {tile.candidate.id: tile.mask for tile in view.candidates if tile.mask is not None}


def _weights(view: RoundView) -> dict[str, float]:
    return {tile.candidate.id: tile.weight for tile in view.candidates if tile.weight is not None}


def _verdicts(view: RoundView) -> dict[str, str]:
    return {tile.candidate.id: tile.verdict for tile in view.candidates if tile.verdict != "undecided"}


def _accepted(view: RoundView | None) -> frozenset[str]:
    """The anchors that have an accepted picture."""
    tiles = view.candidates if view else ()
    return frozenset(tile.candidate.anchor_id for tile in tiles if tile.verdict == "accepted")


def covers(studio: Studio, rounds: tuple[RoundSummary, ...]) -> dict[str, Payload]:
    """The cover picture of each round; none for a round whose pictures are lost."""
    chosen = {summary.id: summary.cover_candidate_id for summary in rounds if summary.cover_candidate_id}
    images = {round_id: studio.store.candidates.get(cover).image for round_id, cover in chosen.items()}
    return {
        round_id: {"id": chosen[round_id], "version": image[:8]}
        for round_id, image in images.items()
        if image
    }


def digest(part: Any) -> str:
    """A short hash of a part."""
    return hashlib.sha256(json.dumps(part, sort_keys=True, allow_nan=False).encode()).hexdigest()[:16]


def new_candidates(view: RoundView, mark: Payload) -> Payload | None:
    """The candidates after the mark; all candidates, with `reset`, if those before it have changed.

    The mark has their number, since new ones follow the others, and what a person said of which candidate:
    those of which something else is said now come again.
    """
    old = view.candidates[: int(mark.get("count") or 0)]
    same = _digest(old) == (mark.get("digest") or _digest([]))
    said = mark.get("marks") or {}
    ids = {
        tile.candidate.id
        for tile in old
        if same and said.get(tile.candidate.id) == tile.candidate.marked_copy
    }
    fresh = [tile for tile in view.candidates if tile.candidate.id not in ids]
    if same and not fresh:
        return None
    heads = short_names(view.project.anchors)
    return {
        "reset": not same,
        "items": [
            candidate_payload(tile, heads.get(tile.candidate.anchor_id, tile.prompt)) for tile in fresh
        ],
        "mark": {"count": len(view.candidates), "digest": _digest(view.candidates), "marks": _marks(view)},
    }


def _marks(view: RoundView) -> dict[str, bool]:
    said = {tile.candidate.id: tile.candidate.marked_copy for tile in view.candidates}
    return {name: copy for name, copy in said.items() if copy is not None}


def _digest(tiles: Sequence[CandidateView]) -> str:
    return digest(
        [[one.id, one.image, one.overfit_by_witnesses] for one in (tile.candidate for tile in tiles)]
    )
