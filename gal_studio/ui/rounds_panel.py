"""The Rounds screen: every button and key is one verb of the studio."""

import gradio as gr

from gal_studio.core.errors import StudioError
from gal_studio.studio import Studio
from gal_studio.ui.masks import png_of
from gal_studio.ui.panel import make_panel
from gal_studio.ui.payloads import Payload, part_marks
from gal_studio.ui.recall import Recall
from gal_studio.ui.refine_panel import refine_handlers

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
    return decided(studio, studio.store.candidates.round_of(request["candidate"]))


def step_back(studio: Studio, request: Payload) -> Payload:
    """Take the last decision back."""
    return _after(studio, request["round"], studio.undo(request["round"]))


def step_forward(studio: Studio, request: Payload) -> Payload:
    """Bring the last undone decision back."""
    return _after(studio, request["round"], studio.redo(request["round"]))


def _after(studio: Studio, round_id: str, changed: tuple[str, ...]) -> Payload:
    return {"changed": list(changed), **decided(studio, round_id)}


def decided(studio: Studio, round_id: str) -> Payload:
    """All verdicts of a round, and the parts that were accepted."""
    decisions = studio.store.decisions
    return {"verdicts": decisions.verdicts(round_id), "masks": part_marks(decisions.masks(round_id))}


def build_rounds(studio: Studio) -> gr.HTML:
    """The panel and its handlers; an answer's `round` is the round to show next."""

    def fine_tune(request: Payload) -> Payload:
        return {"round": studio.fine_tune(request["round"]).round_id}

    def generate(request: Payload) -> Payload:
        return {"round": studio.generate(request["round"]).round_id}

    def accept(request: Payload) -> Payload:
        return {"accepted": list(studio.accept_suggestion(request["round"]))}

    def next_round(request: Payload) -> Payload:
        return {"round": studio.next_round(request["round"]).id}

    def branch(request: Payload) -> Payload:
        return {"round": studio.branch(request["round"]).id}

    def decide(request: Payload) -> Payload:
        return record(studio, request)

    def undo(request: Payload) -> Payload:
        return step_back(studio, request)

    def redo(request: Payload) -> Payload:
        return step_forward(studio, request)

    def accept_in_part(request: Payload) -> Payload:
        return record_part(studio, request)

    own = [fine_tune, generate, accept, next_round, branch, decide, undo, redo, accept_in_part]
    return make_panel("rounds", [*own, *refine_handlers(Recall(studio))])
