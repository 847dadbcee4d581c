"""Step 3: compare rounds."""

from collections.abc import Sequence

import gradio as gr

from gal_studio.core.errors import StudioError
from gal_studio.core.models.export_forms import FORM_WORDS, about_form
from gal_studio.state.tables.exports import Export
from gal_studio.studio import Studio
from gal_studio.studio.views.types import ProjectView, RoundView
from gal_studio.ui.api.errors import Handler
from gal_studio.ui.api.view_cache import ViewCache
from gal_studio.ui.api.writes import Acts
from gal_studio.ui.panels.panel import Context, Panel, handlers_on, make_panel
from gal_studio.ui.payloads import Payload
from gal_studio.ui.payloads.measures import sheet_payload
from gal_studio.ui.payloads.rounds import picture_payload


def round_row(name: str, view: RoundView, exports: Sequence[Export]) -> Payload:
    """One row of the table, with the accepted pictures."""
    return {
        "id": view.round.id,
        "name": name,
        "candidates": len(view.candidates),
        "weight": view.example_weight,
        "parent_id": view.round.parent_id,
        "adapter": view.round.adapter is not None,
        "exports": _export_choices(exports, view.project),
        "accepted": [picture_payload(tile) for tile in view.candidates if tile.verdict == "accepted"],
    }


def _export_choices(exports: Sequence[Export], project: ProjectView) -> list[Payload]:
    """Every form in which a round can be exported, and what was."""
    title = project.model_title.partition(" (")[0]
    found = {
        export.form: {"made": not export.waits, "sentence": export.sentence, "same": export.is_same}
        for export in exports
    }
    return [
        {
            "form": form,
            "title": words.title,
            "note": about_form(form, project.base_model, title),
            "export": found.get(form),
        }
        for form, words in FORM_WORDS.items()
    ]


def all_rounds(views: ViewCache, project_id: str) -> Payload:
    """All rounds of a project."""
    rounds = views.rounds(project_id)
    return {
        "rounds": [
            round_row(
                summary.name,
                views.round_view(project_id, summary.id),
                views.studio.exports(summary.id),
            )
            for summary in rounds
        ]
    }


def same_seed(views: ViewCache, project_id: str, anchor_id: str, index: int) -> Payload:
    """The picture of each round for one anchor and seed, and the number of seeds."""
    rows, most = [], 0
    for summary in views.rounds(project_id):
        candidates = views.round_view(project_id, summary.id).candidates
        mine = [view for view in candidates if view.candidate.anchor_id == anchor_id]
        drawn = [view for view in mine if not view.candidate.own]
        found = next((view for view in drawn if view.candidate.index == index), None)
        most = max(most, len(drawn))
        rows.append({"name": summary.name, "picture": picture_payload(found) if found else None})
    return {"rounds": rows, "most": most}


def test_pictures(views: ViewCache, project_id: str) -> Payload:
    """The pictures of the test set: one row for each prompt, with those of each round by its ID."""
    return sheet_payload(views.measures(project_id))


def _same_seed(views: ViewCache, request: Payload) -> Payload:
    return same_seed(views, request["project"], request["anchor"], int(request["index"]))


def _reads(context: Context) -> list[Handler]:
    results = {
        "results": lambda views, request: all_rounds(views, request["project"]),
        "same_seed": _same_seed,
        "test_pictures": lambda views, request: test_pictures(views, request["project"]),
    }
    return handlers_on(context.views, results)


def _build(context: Context) -> gr.HTML:
    return make_panel("results", _reads(context))


def _change_test_set(studio: Studio, request: Payload) -> None:
    seeds = request["seeds"]
    if isinstance(seeds, bool) or not isinstance(seeds, int):
        raise StudioError(f"Pictures of each benchmark prompt is {seeds!r}: choose a whole number.")
    studio.change_test_set(request["project"], request["prompts"], seeds)


def _replay(studio: Studio, request: Payload) -> Payload:
    """Draw the line of rounds that goes through the shown round again."""
    return {"project": studio.replay_through(request["round"], request["policy"])}


WRITES: Acts = {
    "measure": lambda studio, request: {"job": studio.measure(request["round"]).id},
    "measure_all": lambda studio, request: {
        "jobs": [job.id for job in studio.measure_all(request["project"])]
    },
    "export_round": lambda studio, request: {
        "job": studio.export_round(request["round"], request["form"]).id
    },
    "change_test_set": _change_test_set,
    "replay": _replay,
    "continue_replay": lambda studio, request: {
        "jobs": [job.id for job in studio.continue_replay(request["project"])]
    },
    "stop_replay": lambda studio, request: {
        "jobs": [job.id for job in studio.stop_replay(request["project"])]
    },
    "measure_when": lambda studio, request: studio.measure_when(request["project"], request["when"]),
}
PANEL = Panel(_reads, _build, WRITES)
