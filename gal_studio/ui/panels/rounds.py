"""The Rounds screen. Each button and key calls one verb of the studio."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import gradio as gr

from gal_studio.core.errors import StudioError
from gal_studio.studio import Studio
from gal_studio.ui.api.mask_runs import pixels_of
from gal_studio.ui.panels import refine
from gal_studio.ui.panels.panel import Context, Panel, make_panel
from gal_studio.ui.payloads import Payload

VERDICTS = ("accepted", "rejected", "undecided")


def record(studio: Studio, request: Payload) -> Payload:
    """Give some pictures a verdict."""
    if request["verdict"] not in VERDICTS:
        raise StudioError(f"The verdict is {request['verdict']!r}: choose one of {', '.join(VERDICTS)}.")
    studio.decide(request["candidates"], request["verdict"])
    return {}


def record_part(studio: Studio, request: Payload) -> Payload:
    """Accept the painted part of a picture."""
    studio.accept_in_part(request["candidate"], pixels_of(request["mask"]))
    return {}


def undo(studio: Studio, request: Payload) -> Payload:
    """Undo the last decision; returns the pictures that changed."""
    return {"changed": list(studio.undo(request["round"]))}


def redo(studio: Studio, request: Payload) -> Payload:
    """Redo the last undone decision; returns the pictures that changed."""
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
        "undo": undo,
        "redo": redo,
        "accept_in_part": record_part,
    }
)
"""The writes of the Rounds screen; `round` in an answer is the round to show next."""


def _build(context: Context) -> gr.HTML:
    return make_panel("rounds", refine.handlers(context.views))


PANEL = Panel(_build, {**WRITES, **refine.WRITES})
