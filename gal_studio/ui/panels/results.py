"""Step 3: compare rounds."""

import gradio as gr

from gal_studio.studio.views.types import RoundView
from gal_studio.ui.api.view_cache import ViewCache
from gal_studio.ui.panels.panel import Context, Panel, handlers_on, make_panel
from gal_studio.ui.payloads import Payload
from gal_studio.ui.payloads.rounds import picture_payload


def round_row(name: str, view: RoundView) -> Payload:
    """One row of the table, with the accepted pictures."""
    rates = [score.score.overfit_rate for score in view.scores]
    return {
        "id": view.round.id,
        "name": name,
        "candidates": len(view.candidates),
        "overfit_rate": sum(rates) / len(rates) if rates else None,
        "openness": view.openness if rates else None,
        "weight": view.example_weight,
        "adapter": view.round.adapter is not None,
        "accepted": [picture_payload(tile) for tile in view.candidates if tile.verdict == "accepted"],
    }


def all_rounds(views: ViewCache, project_id: str) -> Payload:
    """All rounds of a project."""
    rounds = views.rounds(project_id)
    return {
        "rounds": [round_row(summary.name, views.round_view(project_id, summary.id)) for summary in rounds]
    }


def same_seed(views: ViewCache, project_id: str, anchor_id: str, index: int) -> Payload:
    """The picture of each round for one anchor and seed, and the number of seeds."""
    rows, most = [], 0
    for summary in views.rounds(project_id):
        candidates = views.round_view(project_id, summary.id).candidates
        drawn = [view for view in candidates if view.candidate.anchor_id == anchor_id]
        found = next((view for view in drawn if view.candidate.index == index), None)
        most = max(most, len(drawn))
        rows.append({"name": summary.name, "picture": picture_payload(found) if found else None})
    return {"rounds": rows, "most": most}


def _same_seed(views: ViewCache, request: Payload) -> Payload:
    return same_seed(views, request["project"], request["anchor"], int(request["index"]))


def _build(context: Context) -> gr.HTML:
    results = {
        "results": lambda views, request: all_rounds(views, request["project"]),
        "same_seed": _same_seed,
    }
    return make_panel("results", handlers_on(context.views, results))


PANEL = Panel(_build)
