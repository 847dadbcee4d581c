"""The Rounds screen: every button and key is one verb of the studio."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import gradio as gr

from gal_studio.core.errors import StudioError
from gal_studio.studio import Studio
from gal_studio.ui.api.mask_runs import png_of
from gal_studio.ui.api.view_cache import Recall
from gal_studio.ui.panels.panel import make_panel
from gal_studio.ui.panels.refine import refine_handlers
from gal_studio.ui.payloads.rounds import Payload

VERDICTS = ("accepted", "rejected", "undecided")


def record(studio: Studio, request: Payload) -> Payload:
    """Give some pictures one verdict."""
    if request["verdict"] not in VERDICTS:
        raise StudioError(f"The verdict is {request['verdict']!r}: choose one of {', '.join(VERDICTS)}.")
    studio.decide(request["candidates"], request["verdict"])
    return {}


def record_part(studio: Studio, request: Payload) -> Payload:
    """Accept the painted part of a picture."""
    studio.accept_in_part(request["candidate"], png_of(request["mask"]))
    return {}


def step_back(studio: Studio, request: Payload) -> Payload:
    """Take the last decision back; which pictures changed."""
    return {"changed": list(studio.undo(request["round"]))}


def step_forward(studio: Studio, request: Payload) -> Payload:
    """Bring the last undone decision back; which pictures changed."""
    return {"changed": list(studio.redo(request["round"]))}


def _fine_tune(studio: Studio, request: Payload) -> Payload:
    return {"round": studio.fine_tune(request["round"]).round_id}


def _generate(studio: Studio, request: Payload) -> Payload:
    return {"round": studio.generate(request["round"]).round_id}


def _accept(studio: Studio, request: Payload) -> Payload:
    return {"accepted": list(studio.accept_suggestion(request["round"]))}


def _next_round(studio: Studio, request: Payload) -> Payload:
    return {"round": studio.next_round(request["round"]).id}


def _branch(studio: Studio, request: Payload) -> Payload:
    return {"round": studio.branch(request["round"]).id}


WRITES: Mapping[str, Callable[[Studio, Payload], Payload]] = MappingProxyType(
    {
        "fine_tune": _fine_tune,
        "generate": _generate,
        "accept": _accept,
        "next_round": _next_round,
        "branch": _branch,
        "decide": record,
        "undo": step_back,
        "redo": step_forward,
        "accept_in_part": record_part,
    }
)
"""What the Rounds screen may change; an answer's `round` is the round to show next."""


def build_rounds(recall: Recall) -> gr.HTML:
    """The panel and its handlers."""
    return make_panel("rounds", refine_handlers(recall))
