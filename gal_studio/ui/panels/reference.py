"""Step 1: the list of projects, the form of a new project, and the anchors of the current one."""

import base64
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import gradio as gr

from gal_studio.assets import demo, load_presets
from gal_studio.core import checks
from gal_studio.core.errors import StudioError
from gal_studio.core.types import Kind
from gal_studio.studio import ProjectDraft, Studio
from gal_studio.studio.create.captions import captions_zip
from gal_studio.studio.create.plan import fitted
from gal_studio.studio.create.project import DEFAULT_PRESET
from gal_studio.studio.create.references import check_reference
from gal_studio.studio.views.broken import BrokenProject
from gal_studio.ui.api.errors import Handler
from gal_studio.ui.api.polling import poll
from gal_studio.ui.api.uploaded import examined, look, seen
from gal_studio.ui.api.uploads import uploads
from gal_studio.ui.api.view_cache import ViewCache
from gal_studio.ui.api.writes import Acts
from gal_studio.ui.panels.form_notes import base_model_of, nested, start_of
from gal_studio.ui.panels.form_plan import base_settings, own_settings, plan_of
from gal_studio.ui.panels.model_facts import model_facts
from gal_studio.ui.panels.panel import Context, Panel, handlers_on, make_panel
from gal_studio.ui.panels.reference_form import derive, drafts, given_mask, uploaded
from gal_studio.ui.payloads import Payload

_DEMO_NOTES: dict[Kind, str] = {"style": "One picture and its style", "object": "A few pictures of one thing"}


def draft(request: Payload) -> ProjectDraft:
    """The form as a draft of a project."""
    changes = dict(request.get("settings") or {})
    seed: Any = checks.typed_seed(changes.pop("seed", 0))
    preset = request.get("preset")
    plan = plan_of(None, request)
    if plan is not None and plan.doubt and not request.get("sure"):
        raise StudioError(plan.doubt)
    if preset is None and not (request.get("base_model") and request.get("clip_model")):
        raise StudioError("The model is missing: give a base model and a CLIP model, or choose a preset.")
    return ProjectDraft(
        kind=request["kind"],
        references=drafts(request),
        name=request.get("name", ""),
        preset=preset or DEFAULT_PRESET,
        base_model=None if preset else request["base_model"],
        clip_model=None if preset else request["clip_model"],
        settings=base_settings(request),
        changes=nested(changes),
        seed=seed,
        origin=request.get("origin"),
        start_from=Path(start_of(request)) if start_of(request) else None,
    )


def projects_and_demos(views: ViewCache) -> Payload:
    """The projects of the workspace, those that cannot be shown first, and the bundled demos."""
    studio = views.studio
    for project_id in list(views.broken):
        poll(views, {"project": project_id})  # it may have been put right since
    return {
        "projects": [
            *(_listed_broken(studio, project) for project in studio.broken_projects()),
            *(
                {
                    "id": project.id,
                    "name": project.name,
                    "kind": project.kind,
                    "rounds": len(studio.store.rounds.shown(project.id)),
                    "created": _day(project.created),
                    "cover": project.references[0].id if project.references else None,
                    "size": _size(studio, project.id, project.archived),
                    "broken": views.broken.get(project.id, ""),
                }
                for project in studio.projects()
            ),
        ],
        "demos": [
            {"kind": kind, "title": demo(kind).name, "note": note}
            for kind, note in _DEMO_NOTES.items()
        ],
    }  # fmt: skip


def _listed_broken(studio: Studio, project: BrokenProject) -> Payload:
    return {
        "id": project.id,
        "name": project.name,
        "kind": "style",
        "rounds": 0,
        "created": "",
        "cover": None,
        "size": _size(studio, project.id, project.archived),
        "broken": project.problem,
    }


def _size(studio: Studio, project_id: str, archived: bool) -> str | None:
    return _megabytes(studio.project_size(project_id)) if archived else None


def _day(seconds: float) -> str:
    """A time in words; empty for one that no calendar has."""
    with suppress(OverflowError, OSError, ValueError):
        return time.strftime("%d %b %H:%M", time.localtime(seconds))
    return ""


def models() -> Payload:
    """The available models with their settings for both kinds."""
    return {
        "seed": 0,
        "own": {kind: settings.to_dict() for kind, settings in own_settings().items()},
        "presets": [
            {
                "name": preset.name,
                "title": preset.title,
                "note": preset.note,
                "settings": {kind: fitted(preset, kind).to_dict() for kind in preset.settings},
            }
            for preset in load_presets()
        ],
    }


def anchors_added(studio: Studio, request: Payload) -> Payload:
    """Add anchors, one per line; returns a sentence about what has changed."""
    project, lines = request["project"], [line.strip() for line in request["lines"] if line.strip()]
    before = {anchor.prompt: anchor.enabled for anchor in studio.project(project).anchors}
    studio.add_anchors(project, lines, only=bool(request.get("only")))
    after = {anchor.prompt: anchor.enabled for anchor in studio.project(project).anchors}
    added = len(after.keys() - before.keys())
    again = sum(after[prompt] and not enabled for prompt, enabled in before.items())
    off = sum(enabled and not after[prompt] for prompt, enabled in before.items())
    known = len(lines) - added - again
    words = [
        (added, "added"),
        (again, "switched on again"),
        (off, "switched off"),
        (0 if request.get("only") else known, "already there"),
    ]
    said = [f"{number} test prompt{'' if number == 1 else 's'} {what}" for number, what in words if number]
    return {"said": ", ".join(said) + "." if said else "Nothing changed."}


def _create(studio: Studio, request: Payload) -> Payload:
    """Create the project of the form, and queue its first round unless it is `only` to be created."""
    project_id = studio.create_project(draft(request))
    uploads().taken(uploaded(request))
    if not request.get("only"):
        studio.run_missing(studio.rounds(project_id)[0].id)
    return {"project": project_id}


def _rename(studio: Studio, request: Payload) -> Payload:
    studio.rename(request["project"], request["name"])
    return {"name": studio.project(request["project"]).name}


def _change(studio: Studio, request: Payload) -> Payload:
    return studio.change_settings(request["project"], nested(request["settings"])).to_dict()


def _try_demo(studio: Studio, request: Payload) -> Payload:
    project_id = studio.create_demo(request["kind"], origin=request["origin"])
    studio.run_missing(studio.rounds(project_id)[0].id)
    return {"project": project_id}


def _check(_: Studio, request: Payload) -> Payload:
    """Check a picture, with its mask if there is one."""
    path, mask = uploads().path(request["path"]), given_mask(request)
    return {"notes": examined(request["path"]).notes if mask is None else check_reference(path, mask)}


def _captions(_: Studio, request: Payload) -> Payload:
    """The captions of the form as a zip of text files, in base64."""
    made = captions_zip((one["name"], one["caption"]) for one in request["captions"])
    return {"zip": base64.b64encode(made).decode()}


def _look(studio: Studio, request: Payload) -> Payload:
    return look(studio, request["paths"], base_model_of(request))


def _seen(studio: Studio, request: Payload) -> Payload:
    return seen(studio, request["sets"], base_model_of(request))


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size < 1e7 else f"{size / 1e6:.0f} MB"


READS: Acts = {
    "derive": lambda studio, request: derive(request, studio.store),
    "options": lambda *_: models(),
    "check": _check,
    "seen": _seen,
    "model_facts": model_facts,
    "captions": _captions,
}
WHOLE_PROJECTS: Acts = {
    "create": _create,
    "look": _look,
    "archive": lambda studio, request: studio.archive(request["project"]),
    "delete": lambda studio, request: {"freed": _megabytes(studio.delete(request["project"]))},
    "try_demo": _try_demo,
}
"""Writes that read or delete files, or make room on a full disk: they cannot run in one transaction."""
WRITES: Acts = {
    "change": _change,
    "rename": _rename,
    "restore": lambda studio, request: studio.restore(request["project"]),
    "add_anchors": anchors_added,
    "enable_anchor": lambda studio, request: studio.enable_anchor(
        request["anchor"], bool(request["enabled"])
    ),
}


def _reads(context: Context) -> list[Handler]:
    overview = handlers_on(context.views, {"overview": lambda views, _: projects_and_demos(views)})
    return [*overview, *handlers_on(context.views.studio, READS)]


def _build(context: Context) -> gr.HTML:
    return make_panel("reference", _reads(context))


PANEL = Panel(_reads, _build, WRITES, WHOLE_PROJECTS)
