"""The Rounds screen. Each button and key calls one verb of the studio."""

import gradio as gr

from gal_studio.core.errors import StudioError
from gal_studio.studio import Studio
from gal_studio.ui.api.mask_runs import pixels_of
from gal_studio.ui.api.view_cache import ViewCache
from gal_studio.ui.api.writes import Acts
from gal_studio.ui.panels import refine
from gal_studio.ui.panels.panel import Context, Panel, handlers_on, make_panel
from gal_studio.ui.payloads import Payload
from gal_studio.ui.payloads.rounds import map_points

VERDICTS = ("accepted", "rejected", "undecided")


def record(studio: Studio, request: Payload) -> None:
    """Give some pictures a verdict."""
    if request["verdict"] not in VERDICTS:
        raise StudioError(f"The verdict is {request['verdict']!r}: choose one of {', '.join(VERDICTS)}.")
    studio.decide(request["candidates"], request["verdict"])


def record_part(studio: Studio, request: Payload) -> None:
    """Accept the painted part of a picture."""
    studio.accept_in_part(request["candidate"], pixels_of(request["mask"]))


WRITES: Acts = {
    "fine_tune": lambda studio, request: {"round": studio.fine_tune(request["round"]).round_id},
    "generate": lambda studio, request: {"round": studio.generate(request["round"]).round_id},
    "accept": lambda studio, request: {"accepted": list(studio.accept_suggestion(request["round"]))},
    "next_round": lambda studio, request: {"round": studio.next_round(request["round"]).id},
    "branch": lambda studio, request: {"round": studio.branch(request["round"]).id},
    "decide": record,
    "undo": lambda studio, request: {"changed": list(studio.undo(request["round"]))},
    "redo": lambda studio, request: {"changed": list(studio.redo(request["round"]))},
    "accept_in_part": record_part,
}
"""The writes of the Rounds screen; `round` in an answer is the round to show next."""


def other_rounds(views: ViewCache, request: Payload) -> Payload:
    """The pictures of all rounds but the shown one, as points of the map."""
    project_id = request["project"]
    others = [summary for summary in views.rounds(project_id) if summary.id != request["round"]]
    return {
        "rounds": [
            {
                "id": summary.id,
                "name": summary.name,
                "points": map_points(views.round_view(project_id, summary.id)),
            }
            for summary in others
        ]
    }


def _build(context: Context) -> gr.HTML:
    reads = handlers_on(context.views, {"other_rounds": other_rounds})
    return make_panel("rounds", [*refine.handlers(context.views), *reads])


PANEL = Panel(_build, {**WRITES, **refine.WRITES})
