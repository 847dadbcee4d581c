"""Step 1: what a person gives, and what the studio makes of it before anything is stored."""

import secrets
import time
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.utils import get_upload_folder

from gal_studio.assets import demo
from gal_studio.core.errors import StudioError
from gal_studio.core.prompts import (
    check_prompt,
    check_trigger_word,
    class_prompt,
    foreground_prompt,
    plain_prompt,
    style_descriptor,
)
from gal_studio.core.types import Kind
from gal_studio.studio import ProjectDraft, Studio
from gal_studio.studio.creating import DEFAULT_PRESET, anchor_prompts
from gal_studio.ui.panel import make_panel
from gal_studio.ui.payloads import Payload

_DEMO_NOTES: dict[Kind, str] = {"style": "One picture, its style", "object": "A few pictures of one thing"}
_SHOWN_ANCHORS = 4


def derive(request: Payload) -> Payload:
    """What follows from kind, prompts and trigger word; `problem` when something is missing still."""
    try:
        prompts = [text for text in request["prompts"] if text]
        return _derived(request["kind"], prompts, request["trigger_word"])
    except StudioError as error:
        return {"problem": str(error)}


def _derived(kind: Kind, prompts: list[str], trigger_word: str) -> Payload:
    if kind == "style":
        facts = [["Descriptor (calls the style)", style_descriptor(prompts[0])]]
        word = ""
    else:
        word = check_trigger_word(trigger_word)
        facts = [
            ["Object", foreground_prompt(prompts[0], word)],
            ["Plain prompt", plain_prompt(prompts[0], word)],
            ["Class", class_prompt(prompts[0], word)],
        ]
        for prompt in prompts[1:]:
            foreground_prompt(prompt, word)
    anchors = anchor_prompts(kind, None, prompts[0], word)
    return {"name": check_prompt(prompts[0]), "facts": facts, "anchors": list(anchors[:_SHOWN_ANCHORS])}


def nested(changes: dict[str, Any]) -> dict[str, Any]:
    """`{"tune.rank": 4}` as `{"tune": {"rank": 4}}`."""
    result: dict[str, Any] = {}
    for name, value in changes.items():
        group, _, key = name.partition(".")
        result.setdefault(group, {})[key] = value
    return result


def uploaded(path: str) -> Path:
    """The path of an upload, and of nothing else on this machine."""
    found = Path(path).resolve()
    if not found.is_relative_to(Path(get_upload_folder()).resolve()):
        raise StudioError("This picture was not uploaded here: choose it again.")
    return found


def draft(request: Payload) -> ProjectDraft:
    """The form as the studio takes it."""
    changes = dict(request.get("settings") or {})
    seed = changes.pop("seed", 0)
    preset = request.get("preset")
    if preset is None and not (request.get("base_model") and request.get("clip_model")):
        raise StudioError("The model is not named: give a base model and a CLIP model, or choose a preset.")
    return ProjectDraft(
        kind=request["kind"],
        references=[(uploaded(entry["path"]), entry["prompt"]) for entry in request["references"]],
        trigger_word=request.get("trigger_word", ""),
        name=request.get("name", ""),
        preset=preset or DEFAULT_PRESET,
        base_model=None if preset else request["base_model"],
        clip_model=None if preset else request["clip_model"],
        changes=nested(changes),
        seed=seed,
        origin=request.get("origin"),
    )


def projects_and_demos(studio: Studio) -> Payload:
    """The projects of the workspace and the demos that come with the studio."""
    return {
        "projects": [
            {
                "id": project.id,
                "name": project.name,
                "kind": project.kind,
                "rounds": len(studio.store.rounds.of_project(project.id)),
                "created": time.strftime("%d %b %H:%M", time.localtime(project.created)),
                "cover": project.references[0].id if project.references else None,
            }
            for project in studio.projects()
        ],
        "demos": [
            {"kind": kind, "title": demo(kind).name, "note": note}
            for kind, note in _DEMO_NOTES.items()
        ],
    }  # fmt: skip


def models(studio: Studio) -> Payload:
    """The models on offer with their settings for both kinds."""
    return {
        "seed": 0,
        "presets": [
            {
                "name": preset.name,
                "title": preset.title,
                "note": preset.note,
                "settings": {kind: settings.to_dict() for kind, settings in preset.settings.items()},
            }
            for preset in studio.presets()
        ],
    }


def build_reference(studio: Studio) -> gr.HTML:
    """The panel and its handlers."""

    def overview(request: Payload) -> Payload:
        return projects_and_demos(studio)

    def options(request: Payload) -> Payload:
        return models(studio)

    def check(request: Payload) -> Payload:
        return {"notes": list(studio.check_picture(uploaded(request["path"])))}

    def create(request: Payload) -> Payload:
        return {"project": studio.create_project(draft(request))}

    def change(request: Payload) -> Payload:
        return studio.change_settings(request["project"], nested(request["settings"])).to_dict()

    def try_demo(request: Payload) -> Payload:
        project_id = studio.create_demo(request["kind"], origin=f"demo {secrets.token_hex(8)}")
        studio.run_round(studio.rounds(project_id)[0].id)
        return {"project": project_id}

    return make_panel("reference", [overview, options, derive, check, create, change, try_demo])
