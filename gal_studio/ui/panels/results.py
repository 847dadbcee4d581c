"""Step 3: rounds beside each other, from what is stored."""

import gradio as gr

from gal_studio.studio.views.types import RoundView
from gal_studio.ui.api.view_cache import Recall
from gal_studio.ui.panels.panel import make_panel
from gal_studio.ui.payloads.rounds import Payload, picture_payload


def round_row(name: str, view: RoundView) -> Payload:
    """One line of the table, with the pictures that were accepted."""
    rates = [score.score.overfit_rate for score in view.scores]
    return {
        "id": view.round.id,
        "name": name,
        "candidates": len(view.candidates),
        "overfit_rate": sum(rates) / len(rates) if rates else None,
        "openness": view.openness if rates else None,
        "weight": view.example_weight,
        "adapter": view.round.adapter is not None,
        "accepted": [picture_payload(entry) for entry in view.candidates if entry.verdict == "accepted"],
    }


def all_rounds(recall: Recall, project_id: str) -> Payload:
    """Every round of a project."""
    rounds = recall.rounds(project_id)
    return {"rounds": [round_row(entry.name, recall.round_view(project_id, entry.id)) for entry in rounds]}


def same_noise(recall: Recall, project_id: str, anchor_id: str, index: int) -> Payload:
    """What each round drew for one anchor from one seed, and how many seeds there are."""
    rows, most = [], 0
    for entry in recall.rounds(project_id):
        candidates = recall.round_view(project_id, entry.id).candidates
        drawn = [view for view in candidates if view.candidate.anchor_id == anchor_id]
        found = next((view for view in drawn if view.candidate.index == index), None)
        most = max(most, len(drawn))
        rows.append({"name": entry.name, "picture": picture_payload(found) if found else None})
    return {"rounds": rows, "most": most}


def build_results(recall: Recall) -> gr.HTML:
    """The panel and its handlers."""

    def results(request: Payload) -> Payload:
        return all_rounds(recall, request["project"])

    def same_seed(request: Payload) -> Payload:
        return same_noise(recall, request["project"], request["anchor"], int(request["index"]))

    return make_panel("results", [results, same_seed])
