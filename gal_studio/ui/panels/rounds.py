"""The Rounds screen. Each button and key calls one verb of the studio."""

import gradio as gr

from gal_studio.core.errors import StudioError
from gal_studio.studio import Studio
from gal_studio.ui.api.errors import Handler
from gal_studio.ui.api.mask_runs import pixels_of
from gal_studio.ui.api.view_cache import ViewCache
from gal_studio.ui.api.writes import Acts
from gal_studio.ui.panels import refine, trials
from gal_studio.ui.panels.panel import Context, Panel, handlers_on, make_panel
from gal_studio.ui.payloads import Payload
from gal_studio.ui.payloads.choices import (
    choices_payload,
    history_payload,
    learning_payload,
    relative_payload,
)
from gal_studio.ui.payloads.rounds import map_points

VERDICTS = ("accepted", "rejected", "undecided")


def record(studio: Studio, request: Payload) -> None:
    """Give some pictures a verdict."""
    if request["verdict"] not in VERDICTS:
        raise StudioError(f"The verdict is {request['verdict']!r}: choose one of {', '.join(VERDICTS)}.")
    studio.decide(request["candidates"], request["verdict"])


def next_round(studio: Studio, request: Payload) -> Payload:
    """Create the next round, or find the one that was created, and queue all of it."""
    child = studio.next_round(request["round"])
    studio.run_missing(child.id)
    return {"round": child.id}


def accept(studio: Studio, request: Payload) -> Payload:
    """Accept the suggestion, as far as the page shows it."""
    shown = frozenset(request["candidates"])
    return {"accepted": list(studio.accept_suggestion(request["round"], shown=shown))}


def record_part(studio: Studio, request: Payload) -> None:
    """Accept the painted part of a picture."""
    studio.accept_in_part(request["candidate"], pixels_of(request["mask"]))


def undo(studio: Studio, request: Payload) -> Payload:
    """Undo the last decision of a round; says what it was."""
    words = [step.words for step in studio.history(request["round"]) if step.stands]
    return {"changed": list(studio.undo(request["round"])), "what": words[-1] if words else ""}


def redo(studio: Studio, request: Payload) -> Payload:
    """Redo the decision that was undone last; says what it is."""
    words = [step.words for step in studio.history(request["round"]) if not step.stands]
    return {"changed": list(studio.redo(request["round"])), "what": words[0] if words else ""}


def explain(studio: Studio, request: Payload) -> None:
    """Store the reason that was typed for a choice."""
    studio.explain_choice(request["choice"], request["round"], request["reason"])


def relatives(studio: Studio, request: Payload) -> Payload:
    """The pictures of the same test prompt and seed in the other rounds of the project."""
    found = studio.same_seed_elsewhere(request["candidate"])
    return {
        "rounds": [
            {"round": one.round_id, "name": one.round_name, "picture": relative_payload(one)} for one in found
        ]
    }


def learn(studio: Studio, request: Payload) -> None:
    """Switch on or off that suggestions follow what was learned from the choices."""
    studio.change_settings(request["project"], {"gal": {"learn_from_choices": request["on"]}})


def archive(studio: Studio, request: Payload) -> Payload:
    """Hide a round with those after it; says which one to show instead."""
    before = studio.archive_round(request["round"])
    return {"before": before.id if before else None}


READS: Acts = {
    "relatives": relatives,
    "history": lambda studio, request: {"steps": history_payload(studio.history(request["round"]))},
}
WRITES: Acts = {
    "fine_tune": lambda studio, request: {"round": studio.fine_tune(request["round"]).round_id},
    "generate": lambda studio, request: {"round": studio.generate(request["round"]).round_id},
    "accept": accept,
    "next_round": next_round,
    "branch": lambda studio, request: {"round": studio.branch(request["round"]).id},
    "run_round": lambda studio, request: {"round": studio.run_missing(request["round"])[-1].round_id},
    "rename_round": lambda studio, request: {"name": studio.rename_round(request["round"], request["name"])},
    "star_round": lambda studio, request: studio.star_round(request["round"], request["starred"]),
    "archive_round": archive,
    "restore_round": lambda studio, request: studio.restore_round(request["round"]),
    "decide": record,
    "mark_copies": lambda studio, request: studio.mark_copies(request["candidates"], request["copy"]),
    "undo": undo,
    "redo": redo,
    "go_to": lambda studio, request: {"changed": list(studio.go_to(request["round"], request.get("step")))},
    "set_weight": lambda studio, request: studio.set_weight(request["candidate"], request.get("weight")),
    "explain_choice": explain,
    "learn": learn,
    "accept_in_part": record_part,
}
"""The writes of the Rounds screen; `round` in an answer is the round to show next."""


def other_rounds(views: ViewCache, request: Payload) -> Payload:
    """The pictures of all rounds but the shown one, as points of the map."""
    project_id, shown = request["project"], request.get("round")
    others = [summary for summary in views.rounds(project_id) if summary.id != shown]
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


def choices(views: ViewCache, request: Payload) -> Payload:
    """What was chosen in each round beside what was suggested, and what is learned from it."""
    chosen, learning = views.choices(request["project"])
    return {"rounds": choices_payload(chosen), "learning": learning_payload(learning)}


def _reads(context: Context) -> list[Handler]:
    return [
        *refine.handlers(context.views),
        *handlers_on(context.views.studio, {**READS, **trials.READS}),
        *handlers_on(context.views, {"other_rounds": other_rounds, "choices": choices}),
    ]


def _build(context: Context) -> gr.HTML:
    return make_panel("rounds", _reads(context))


PANEL = Panel(_reads, _build, {**WRITES, **refine.WRITES, **trials.WRITES})
