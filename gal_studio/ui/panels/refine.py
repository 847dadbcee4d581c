"""Refinements, heat maps and brushes. Each button calls one verb of the studio."""

from typing import get_args

from gal_studio.core.errors import StudioError
from gal_studio.state.tables.refinements import MapKind
from gal_studio.studio import Studio
from gal_studio.studio.views.types import CandidateView
from gal_studio.ui.api.errors import Handler
from gal_studio.ui.api.mask_runs import pixels_of, runs_of
from gal_studio.ui.api.view_cache import ViewCache
from gal_studio.ui.api.writes import Acts
from gal_studio.ui.panels.panel import handlers_on
from gal_studio.ui.payloads import Payload
from gal_studio.ui.payloads.refinement import map_payload
from gal_studio.ui.payloads.rounds import picture_payload

MAPS = get_args(MapKind)


def find_maps(studio: Studio, request: Payload) -> Payload:
    """The patch maps of a candidate or of a pair, one for each subject; none if it was not judged."""
    if request["kind"] not in MAPS:
        raise StudioError(f"The map is {request['kind']!r}: choose one of {', '.join(MAPS)}.")
    return {"maps": [map_payload(found) for found in studio.patch_maps(request["owner"], request["kind"])]}


def find_part(studio: Studio, request: Payload) -> Payload:
    """The accepted part of a candidate; None if it was not accepted in part."""
    candidate = request["candidate"]
    masks = studio.store.decisions.of_round(studio.store.candidates.round_of(candidate)).masks
    return {"mask": _runs(studio, masks.get(candidate))}


def find_pair(studio: Studio, request: Payload) -> Payload:
    """The painting of a pair, the foreground of y, and the ID of y if it is a reference of an object."""
    pair = studio.store.refinements.pair(request["pair"])
    painted = studio.store.refinements.paintings.newest(pair.round_id)
    project_id = studio.store.rounds.get(pair.round_id).project_id
    shown = [reference for reference in studio.store.projects.references(project_id) if pair.subject]
    mask = pair.reference_mask
    return {
        "painting": _runs(studio, painted.get(pair.id)),
        "foreground": _runs(studio, mask) if mask and studio.store.images.has(mask) else None,
        "reference": next(
            (reference.id for reference in shown if reference.image == pair.reference_image), None
        ),
    }


def find_subject(studio: Studio, request: Payload) -> Payload:
    """The mask of a reference, painted or found, and whether it can be undone and redone."""
    reference = studio.store.projects.reference(request["reference"])
    found = studio.store.refinements.foreground(reference.image)
    name = reference.mask or (found.mask if found else None)
    can_undo, can_redo = studio.store.projects.masks.can_undo(reference.id)
    painted = reference.mask is not None
    return {"mask": _runs(studio, name), "painted": painted, "can_undo": can_undo, "can_redo": can_redo}


def keep_subject(studio: Studio, request: Payload) -> None:
    """Store the painted mask of a reference; without one, the studio finds the subject."""
    mask = request.get("mask")
    studio.set_reference_mask(request["reference"], pixels_of(mask) if mask else None)


def _runs(studio: Studio, name: str | None) -> Payload | None:
    return runs_of(studio.store.images.mask(name)) if name else None


def keep_paint(studio: Studio, request: Payload) -> None:
    """Store the painting of a pair; without a mask, it is removed."""
    mask = request.get("mask")
    studio.paint(request["pair"], pixels_of(mask) if mask else None)


def set_rule(studio: Studio, request: Payload) -> Payload:
    """Set what the next round does with a refinement."""
    settings = studio.change_settings(request["project"], {"refine": {"next_round": request["rule"]}})
    return {"rule": settings.refine.next_round}


def before_after(views: ViewCache, request: Payload) -> Payload:
    """The pictures of a refinement and of its round that have the same prompt and seed."""
    node = views.studio.store.rounds.get(request["round"])
    if node.parent_id is None:
        return {"anchors": []}
    after = views.round_view(node.project_id, node.id)
    before = {_place(view): view for view in views.round_view(node.project_id, node.parent_id).candidates}
    anchors = []
    for anchor in after.pool:
        drawn = sorted(
            (view for view in after.candidates if view.candidate.anchor_id == anchor.id),
            key=lambda view: view.candidate.index,
        )
        pictures = [
            {"before": picture_payload(before[_place(view)]), "after": picture_payload(view)}
            for view in drawn
            if _place(view) in before
        ]
        if pictures:
            anchors.append({"id": anchor.id, "prompt": anchor.prompt, "pictures": pictures})
    return {"anchors": anchors}


def _place(view: CandidateView) -> tuple[str, int]:
    """The anchor and the seed, which are the same in every round."""
    return view.candidate.anchor_id, view.candidate.seed


READS: Acts = {
    "patch_maps": find_maps,
    "part_mask": find_part,
    "pair": find_pair,
    "reference_mask": find_subject,
}
WRITES: Acts = {
    "judge_quality": lambda studio, request: {"job": studio.judge_quality(request["round"]).id},
    "make_pairs": lambda studio, request: {"round": studio.make_pairs(request["round"]).round_id},
    "refine": lambda studio, request: {"round": studio.refine(request["round"]).round_id},
    "run_refinement": lambda studio, request: {"round": studio.run_refinement(request["round"])[-1].round_id},
    "paint": keep_paint,
    "undo_painting": lambda studio, request: {"changed": studio.undo_painting(request["round"])},
    "redo_painting": lambda studio, request: {"changed": studio.redo_painting(request["round"])},
    "set_mask": keep_subject,
    "undo_mask": lambda studio, request: {"changed": studio.undo_reference_mask(request["reference"])},
    "redo_mask": lambda studio, request: {"changed": studio.redo_reference_mask(request["reference"])},
    "next_rule": set_rule,
}
"""The writes of the Rounds screen; `round` in an answer is the round to show next."""


def handlers(views: ViewCache) -> list[Handler]:
    """The handlers with which the page reads refinements."""
    return [*handlers_on(views.studio, READS), *handlers_on(views, {"before_after": before_after})]
