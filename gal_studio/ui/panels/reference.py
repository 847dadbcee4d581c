"""Step 1: the list of projects, the form of a new project, and the anchors of the current one."""

import base64
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field
from typing_extensions import Doc, Unpack

from gal_studio.assets import demo, load_presets
from gal_studio.core import checks
from gal_studio.core.entered import about_several, entered
from gal_studio.core.errors import StudioError
from gal_studio.core.records.project import ProjectView
from gal_studio.core.records.round import shown_rounds
from gal_studio.core.settings import ReferenceSettings
from gal_studio.core.settings_fields import SettingField
from gal_studio.core.settings_group import nested
from gal_studio.core.taught.registry import TAUGHT, find_taught
from gal_studio.core.types import Kind
from gal_studio.core.words import counted
from gal_studio.state.files.own_presets import OwnPreset
from gal_studio.studio import ProjectDraft, Studio
from gal_studio.studio.create.captions import captions_zip
from gal_studio.studio.create.plan import fitted
from gal_studio.studio.create.prompt_notes import Unknown, unknown_prompt
from gal_studio.studio.create.references import check_reference
from gal_studio.studio.locate import Located
from gal_studio.ui.api.uploaded import examined
from gal_studio.ui.api.uploaded import look as request_looks
from gal_studio.ui.api.uploaded import seen as seen_sets
from gal_studio.ui.api.uploads import uploads
from gal_studio.ui.panels.form import Form, chosen_base_model
from gal_studio.ui.panels.form_plan import own_settings, plan_of
from gal_studio.ui.panels.model_facts import facts_of_models
from gal_studio.ui.panels.reference_form import derived, drafts, given_mask
from gal_studio.ui.payloads import Id, Lines, OfProject, Only, Text
from gal_studio.ui.payloads.forms import (
    AskedModels,
    Caption,
    Check,
    Create,
    Derive,
    Derived,
    ExaminedSet,
    Look,
    ModelFacts,
    Seen,
    SettingValues,
)
from gal_studio.ui.payloads.projects import draws_without_training, fields_here
from gal_studio.ui.requests import Context, Requests

REQUESTS = Requests("reference")
REQUESTS.verbs("read", Studio.local_models, only="models")
REQUESTS.verbs("write", Studio.restore, Studio.enable_anchor)
REQUESTS.verbs("write", Studio.rename, only="name")
REQUESTS.verbs("write outside", Studio.archive)
REQUESTS.verbs("write outside", Studio.remove_preset, only="saved")


@dataclass(frozen=True)
class ListedProject:
    """A project in the list; `size` in words for one that is archived."""

    id: str
    name: str
    kind: Kind = "style"
    rounds: int = 0
    judges: Annotated[bool, Doc("Are its rounds LoRAs from elsewhere?")] = False
    created: str = ""
    cover: str | None = None
    size: str | None = None
    broken: Annotated[str, Doc("Why it cannot be shown; empty if it can.")] = ""


@dataclass(frozen=True)
class AddedAnchors:
    """What was added, in a sentence, and the first test prompt that the model was taught nothing of."""

    sentence: str
    unknown: Unknown | None


@dataclass(frozen=True)
class Demo:
    """A bundled project."""

    kind: Kind
    title: str
    note: str


@dataclass(frozen=True)
class TriedDemo:
    """The project of a demo, and whether it was made now."""

    project: str
    is_new: bool


@dataclass(frozen=True)
class OpenedProject:
    """The bundled finished project, and its first round if it was imported now."""

    project: str
    round: str | None


@dataclass(frozen=True)
class Overview:
    """The projects of the workspace and the bundled ones."""

    projects: tuple[ListedProject, ...]
    demos: tuple[Demo, ...]


@dataclass(frozen=True)
class Preset:
    """A model preset, with the settings for both kinds of projects.

    `draws` says whether the model comes with an image adapter, `origin` whose the numbers of its training
    are.
    """

    name: str
    title: str
    note: str
    base_model: str
    draws: bool
    origin: str
    settings: dict[Kind, dict[str, Any]]


@dataclass(frozen=True)
class Options:
    """What a new project can be made with; `own` are the settings for a model of the user's own.

    `saved` are the presets of the workspace.
    """

    seed: int
    fields: tuple[SettingField, ...]
    own: dict[Kind, dict[str, Any]]
    presets: tuple[Preset, ...]
    saved: tuple[OwnPreset, ...]


def draft(form: Form, origin: str | None = None) -> ProjectDraft:
    """The form as a draft of a project."""
    seed: Any = checks.typed_seed(form.seed)
    plan = plan_of(None, form)
    if plan is not None and plan.doubt and not form.sure:
        raise StudioError(plan.doubt)
    if not (form.base_model and form.clip_model):
        raise StudioError("The model is missing: give a base model and a CLIP model, or choose a preset.")
    return ProjectDraft(
        kind=form.kind,
        references=drafts(form),
        name=form.name,
        **form.models,
        settings=form.started_from,
        changes=form.nested_changes,
        seed=seed,
        origin=origin,
        start_from=Path(form.start_from) if form.start_from else None,
        without_text_encoder=form.without_text_encoder,
        judged=tuple(map(Path, form.judged or ())),
        described=form.described,
        trigger_word=form.sets[0].word if form.described else "",
    )


@REQUESTS.read
def overview(context: Context) -> Overview:
    """The projects of the workspace, those that cannot be shown first, and the bundled demos."""
    studio = context.studio
    return Overview(
        projects=(
            *(
                ListedProject(one.id, one.name, size=_size(studio, one.id, one.archived), broken=one.problem)
                for one in studio.broken_projects()
            ),
            *(_listed(studio, project) for project in studio.projects()),
        ),
        demos=tuple(Demo(one.name, demo(one.name).name, one.demo) for one in TAUGHT),
    )


def _listed(studio: Studio, project: ProjectView) -> ListedProject:
    return ListedProject(
        id=project.id,
        name=project.name,
        kind=project.kind,
        rounds=len(shown_rounds(studio.store.rounds.of_project(project.id))),
        judges=project.judges,
        created=_day(project.created),
        cover=project.references[0].id if project.references else None,
        size=_size(studio, project.id, project.archived),
    )


def _size(studio: Studio, project_id: str, archived: bool) -> str | None:
    return _megabytes(studio.project_size(project_id)) if archived else None


def _day(seconds: float) -> str:
    """A time in words; empty for one that no calendar has."""
    with suppress(OverflowError, OSError, ValueError):
        return time.strftime("%d %b %H:%M", time.localtime(seconds))
    return ""


@REQUESTS.read
def options(context: Context) -> Options:
    """The available models with their settings for both kinds."""
    return Options(
        seed=0,
        fields=fields_here(),
        own={kind: settings.to_dict() for kind, settings in own_settings().items()},
        presets=tuple(
            Preset(
                name=preset.name,
                title=preset.title,
                note=preset.note,
                base_model=preset.base_model,
                draws=draws_without_training(ReferenceSettings(), preset.base_model),
                origin=preset.origin.words,
                settings={kind: fitted(preset, kind).to_dict() for kind in preset.settings},
            )
            for preset in load_presets()
        ),
        saved=_saved_presets(context.studio),
    )


def _saved_presets(studio: Studio) -> tuple[OwnPreset, ...]:
    """Those that can be read: a damaged file keeps nobody from a new project, and saving says so."""
    with suppress(StudioError):
        return studio.own_presets()
    return ()


@REQUESTS.read
def derive(context: Context, **form: Unpack[Derive]) -> Derived:
    """What the studio derives from the form while it is typed."""
    return derived(Form.parsed(dict(form)), context.studio.store)


@REQUESTS.read
def check(_: Context, **picture: Unpack[Check]) -> Annotated[tuple[str, ...], Only("notes")]:
    """Check an uploaded picture, with its mask if there is one."""
    path = uploads().path(picture["path"])  # refuses one that is gone, which `examined` may still know
    mask = given_mask(dict(picture))
    return tuple(examined(picture["path"]).notes if mask is None else check_reference(path, mask))


@REQUESTS.read
def seen(context: Context, **form: Unpack[Seen]) -> Annotated[tuple[ExaminedSet, ...], Only("sets")]:
    """What is noticed of the pictures of each set, and how the chosen model sees them."""
    return seen_sets(context.studio, form["sets"], chosen_base_model(dict(form)))


@REQUESTS.read
def model_facts(context: Context, **form: Unpack[AskedModels]) -> ModelFacts:
    """What is known of the chosen models."""
    return facts_of_models(context.studio, Form.parsed(dict(form)))


@REQUESTS.read
def captions(
    _: Context, captions: Annotated[list[Caption], Field(max_length=500)]
) -> Annotated[str, Only("zip")]:
    """The captions of the form as text files."""
    made = captions_zip((one["name"], one["caption"]) for one in captions)
    return base64.b64encode(made).decode()


@REQUESTS.write_outside
def create(context: Context, **form: Unpack[Create]) -> OfProject:
    """Create the project of the form, and queue its first round unless it is `only` to be created."""
    given = Form.parsed(dict(form))
    made = draft(given, context.key or None)
    project_id = context.studio.create_project(made)
    if not form.get("only"):
        context.studio.begin(project_id)
    return project_id


@REQUESTS.write_outside
def save_preset(
    context: Context,
    name: Text,
    preset: Id,
    base_model: Text,
    clip_model: Text,
    settings: Annotated[dict[Id, Text], Field(max_length=200)],
) -> Annotated[tuple[OwnPreset, ...], Only("saved")]:
    """Save the chosen model and the typed settings as a preset."""
    return context.studio.save_preset(OwnPreset(name, preset, base_model, clip_model, settings))


@REQUESTS.write_outside
def look(context: Context, **form: Unpack[Look]) -> Annotated[dict[str, str], Only("images")]:
    """Ask a model to look at uploaded pictures."""
    is_subject = find_taught(form.get("kind", "style")).is_subject
    return request_looks(context.studio, form["paths"], chosen_base_model(dict(form)), is_subject)


@REQUESTS.write_outside
def delete(context: Context, project: Id) -> Annotated[str, Only("freed")]:
    """Delete an archived project."""
    return _megabytes(context.studio.delete(project))


@REQUESTS.write_outside
def try_demo(context: Context, kind: Kind) -> TriedDemo:
    """Open the project of a demo; if there is none, create it and do all of its first round."""
    is_repeated = context.key and context.studio.store.projects.with_origin(context.key)
    known = None if is_repeated else context.studio.demo_project(kind)
    if known is not None:
        return TriedDemo(known, False)
    project_id = context.studio.create_demo(kind, origin=context.key or None)
    context.studio.run_missing(context.studio.rounds(project_id)[0].id)
    return TriedDemo(project_id, True)


@REQUESTS.write_outside
def open_finished(context: Context) -> OpenedProject:
    """Open the bundled finished project; it is imported unless it is on the list.

    It opens with what the choice in its first round changed.
    """
    known = context.studio.finished_project()
    if known is not None:
        return OpenedProject(known, None)
    project_id = context.studio.open_finished()
    return OpenedProject(project_id, context.studio.rounds(project_id)[1].id)


@REQUESTS.write
def change(context: Context, project: Id, settings: SettingValues) -> dict[str, Any]:
    """Change some settings, by their dotted names; returns all of them."""
    return context.studio.change_settings(project, nested(settings)).to_dict()


@REQUESTS.read
def filled(
    context: Context, project: Id, lines: Lines | None = None
) -> Annotated[tuple[str, ...], Only("prompts")]:
    """The test prompts that these lines make."""
    return tuple(map(context.studio.project(project).prompts.filled, lines or ()))


@REQUESTS.write
def add_anchors(context: Context, project: Id, lines: Lines, only: bool | None = None) -> AddedAnchors:
    """Add test prompts, one in a line; `only` switches all others off."""
    studio, written = context.studio, lines
    lines = [line.strip() for line in lines if entered(line).strip()]
    shown = studio.project(project)
    before = {anchor.prompt: anchor.enabled for anchor in shown.anchors}
    studio.add_anchors(project, lines, only=bool(only))
    after = {anchor.prompt: anchor.enabled for anchor in studio.project(project).anchors}
    added = len(after.keys() - before.keys())
    again = sum(after[prompt] and not enabled for prompt, enabled in before.items())
    off = sum(enabled and not after[prompt] for prompt, enabled in before.items())
    known = len(lines) - added - again
    words = [
        (added, "added"),
        (again, "enabled again"),
        (off, "disabled"),
        (0 if only else known, "already there"),
    ]
    counts = [f"{counted(number, 'test prompt')} {what}" for number, what in words if number]
    unknown = unknown_prompt([entered(line) for line in lines], shown.prompts.name, shown.base_model)
    sentences = [", ".join(counts) + "." if counts else "Nothing changed.", about_several(written)]
    return AddedAnchors(" ".join(filter(None, sentences)), unknown)


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size < 1e7 else f"{size / 1e6:.0f} MB"


@REQUESTS.write_outside
def locate(context: Context, project: Id, path: Text, place: Text) -> Located:
    """Say where a local model lies now that has moved; its files are compared."""
    return context.studio.locate_model(path, Path(place.strip()), project)
