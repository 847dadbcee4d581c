"""Refinements, heatmaps and brushes: every button of theirs is one verb of the studio."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from gal_studio.core.errors import StudioError
from gal_studio.studio import Studio
from gal_studio.studio.views.types import CandidateView
from gal_studio.ui.api.errors import Handler
from gal_studio.ui.api.mask_runs import png_of, runs_of
from gal_studio.ui.api.view_cache import Recall
from gal_studio.ui.panels.panel import handlers_on
from gal_studio.ui.payloads.refinement import map_payload
from gal_studio.ui.payloads.rounds import Payload, picture_payload

MAPS = ("quality", "reproduction")


def find_maps(studio: Studio, request: Payload) -> Payload:
    """The patch maps of a candidate or of a pair, one for each subject; none where it was never judged."""
    if request["kind"] not in MAPS:
        raise StudioError(f"The map is {request['kind']!r}: choose one of {', '.join(MAPS)}.")
    return {"maps": [map_payload(found) for found in studio.patch_maps(request["owner"], request["kind"])]}


def find_part(studio: Studio, request: Payload) -> Payload:
    """The part of a candidate that was accepted; None when it was not accepted in part."""
    candidate = request["candidate"]
    masks = studio.store.decisions.masks(studio.store.candidates.round_of(candidate))
    return {"mask": _runs(studio, masks.get(candidate))}


def find_pair(studio: Studio, request: Payload) -> Payload:
    """What was painted over a pair, and the foreground of y; if y is a reference of an object, which one."""
    pair = studio.store.refinements.pair(request["pair"])
    painted = studio.store.refinements.paintings.newest(pair.round_id)
    project_id = studio.store.rounds.get(pair.round_id).project_id
    shown = [entry for entry in studio.store.projects.references(project_id) if pair.subject]
    mask = pair.reference_mask
    return {
        "painting": _runs(studio, painted.get(pair.id)),
        "foreground": _runs(studio, mask) if mask and studio.store.images.has(mask) else None,
        "reference": next((entry.id for entry in shown if entry.image == pair.reference_image), None),
    }


def find_subject(studio: Studio, request: Payload) -> Payload:
    """Where a reference shows its subject: as painted, else as found, else None; and what can be undone."""
    reference = studio.store.projects.reference(request["reference"])
    found = studio.store.refinements.foreground(reference.image)
    name = reference.mask or (found.mask if found else None)
    history = studio.store.projects.masks.history(reference.id)
    return {
        "mask": _runs(studio, name),
        "painted": reference.mask is not None,
        "can_undo": bool(history.undoable),
        "can_redo": bool(history.redoable),
    }


def keep_subject(studio: Studio, request: Payload) -> Payload:
    """Keep what was painted over a reference; no mask leaves the subject to the studio."""
    mask = request.get("mask")
    studio.set_reference_mask(request["reference"], png_of(mask) if mask else None)
    return {}


def _runs(studio: Studio, name: str | None) -> Payload | None:
    return runs_of(studio.store.images.mask(name)) if name else None


def keep_paint(studio: Studio, request: Payload) -> Payload:
    """Keep what was painted over a pair; no mask is no paint."""
    mask = request.get("mask")
    studio.paint(request["pair"], png_of(mask) if mask else None)
    return {}


def _undo_mask(studio: Studio, request: Payload) -> Payload:
    return {"changed": studio.undo_reference_mask(request["reference"])}


def _redo_mask(studio: Studio, request: Payload) -> Payload:
    return {"changed": studio.redo_reference_mask(request["reference"])}


def set_rule(studio: Studio, request: Payload) -> Payload:
    """Say what the next round does with a refinement."""
    settings = studio.change_settings(request["project"], {"refine": {"next_round": request["rule"]}})
    return {"rule": settings.refine.next_round}


def before_after(recall: Recall, request: Payload) -> Payload:
    """The pictures that a refinement and the round before it drew from the same prompts and seeds."""
    node = recall.studio.store.rounds.get(request["round"])
    if node.parent_id is None:
        return {"anchors": []}
    after = recall.round_view(node.project_id, node.id)
    before = {_place(view): view for view in recall.round_view(node.project_id, node.parent_id).candidates}
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
    """Anchor and seed: the same in every round."""
    return view.candidate.anchor_id, view.candidate.seed


def _judge_quality(studio: Studio, request: Payload) -> Payload:
    return {"job": studio.judge_quality(request["round"]).id}


def _make_pairs(studio: Studio, request: Payload) -> Payload:
    return {"round": studio.make_pairs(request["round"]).round_id}


def _refine(studio: Studio, request: Payload) -> Payload:
    return {"round": studio.refine(request["round"]).round_id}


def _run_refinement(studio: Studio, request: Payload) -> Payload:
    return {"round": studio.run_refinement(request["round"])[-1].round_id}


def _undo_painting(studio: Studio, request: Payload) -> Payload:
    return {"changed": studio.undo_painting(request["round"])}


def _redo_painting(studio: Studio, request: Payload) -> Payload:
    return {"changed": studio.redo_painting(request["round"])}


READS: Mapping[str, Callable[[Studio, Payload], Payload]] = MappingProxyType(
    {"patch_maps": find_maps, "part_mask": find_part, "pair": find_pair, "reference_mask": find_subject}
)
WRITES: Mapping[str, Callable[[Studio, Payload], Payload]] = MappingProxyType(
    {
        "judge_quality": _judge_quality,
        "make_pairs": _make_pairs,
        "refine": _refine,
        "run_refinement": _run_refinement,
        "paint": keep_paint,
        "undo_painting": _undo_painting,
        "redo_painting": _redo_painting,
        "set_mask": keep_subject,
        "undo_mask": _undo_mask,
        "redo_mask": _redo_mask,
        "next_rule": set_rule,
    }
)
"""What the Rounds screen may change; an answer's `round` is the round to show next."""


def refine_handlers(recall: Recall) -> list[Handler]:
    """What the page reads of refinements."""
    return [
        *handlers_on(recall.studio, READS),
        *handlers_on(recall, {"before_after": before_after}),
    ]
