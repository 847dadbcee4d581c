"""How a project comes into being: everything that was given is checked before anything is stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

from PIL import Image

from gal_studio.assets import demo, load_anchors, load_preset, resolve_model
from gal_studio.core.errors import StudioError
from gal_studio.core.prompts import (
    check_prompt,
    check_trigger_word,
    class_prompt,
    expand_anchors,
    foreground_prompt,
    plain_prompt,
    style_descriptor,
    subject,
)
from gal_studio.core.settings import Settings
from gal_studio.core.types import Kind
from gal_studio.state import Store
from gal_studio.state.pictures import read_picture
from gal_studio.state.projects import NewProject

Picture = bytes | str | Path
DEFAULT_PRESET = "pocket"
LARGEST_SEED = 2**63 - 1


@dataclass(frozen=True)
class ProjectDraft:
    """What a person gives. Models and settings that are left out come from the preset.

    `references` are (picture, prompt); `changes` are settings in part, laid over the preset's; `anchors` are
    templates with `{}` where the subject stands.
    """

    kind: Kind
    references: Sequence[tuple[Picture, str]]
    trigger_word: str = ""
    name: str = ""
    preset: str = DEFAULT_PRESET
    base_model: str | None = None
    clip_model: str | None = None
    settings: Settings | None = None
    changes: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0
    anchors: Sequence[str] | None = None
    origin: str | None = None


def demo_draft(kind: Kind) -> ProjectDraft:
    """The bundled references, on the default preset."""
    bundled = demo(kind)
    references = tuple(zip(bundled.images, bundled.prompts, strict=True))
    return ProjectDraft(kind, references, bundled.trigger_word, bundled.name)


def create_project(store: Store, draft: ProjectDraft) -> str:
    """Check a draft, store its pictures, its anchors and its first round; returns the project's id."""
    if draft.kind not in get_args(Kind):
        raise StudioError(f"The kind is {draft.kind!r}: choose style or object.")
    if isinstance(draft.seed, bool) or not isinstance(draft.seed, int) or not 0 <= draft.seed <= LARGEST_SEED:
        raise StudioError(f"The seed is {draft.seed!r}: choose a whole number from 0 to {LARGEST_SEED}.")
    trigger_word = check_trigger_word(draft.trigger_word) if draft.kind == "object" else ""
    prompts = _checked_prompts(draft, trigger_word)
    anchors = anchor_prompts(draft.kind, draft.anchors, prompts[0][0], trigger_word)
    settings = _settings(draft)
    check_settings(settings, len(anchors))
    preset = load_preset(draft.preset)
    base_model = _anchored(draft.base_model or preset.base_model)
    clip_model = _anchored(draft.clip_model or preset.clip_model)
    check_model(base_model, "model_index.json", "an image model")
    check_model(clip_model, "open_clip_config.json", "an open_clip model")
    pictures = [_read(picture, place) for place, (picture, _) in enumerate(draft.references, start=1)]
    images = [store.images.add_picture(picture) for picture in pictures]
    new = NewProject(
        name=draft.name.strip() or prompts[0][0],
        kind=draft.kind,
        base_model=base_model,
        clip_model=clip_model,
        trigger_word=trigger_word,
        seed=draft.seed,
        settings=settings,
        references=tuple((*texts, image) for texts, image in zip(prompts, images, strict=True)),
        anchors=anchors,
        origin=draft.origin,
    )
    with store.database.transaction():
        project = store.projects.add(new)
        store.rounds.add(project.id, None, settings)
    return project.id


def _checked_prompts(draft: ProjectDraft, trigger_word: str) -> list[tuple[str, str]]:
    """(prompt, plain prompt) of every reference."""
    if not draft.references:
        raise StudioError("The project has no reference: add a picture and say what it shows.")
    checked = []
    for _, text in draft.references:
        prompt = check_prompt(text)
        if draft.kind == "style":
            style_descriptor(prompt)
            checked.append((prompt, prompt))
        else:
            foreground_prompt(prompt, trigger_word)
            class_prompt(prompt, trigger_word)
            checked.append((prompt, plain_prompt(prompt, trigger_word)))
    return checked


def anchor_prompts(
    kind: Kind, templates: Sequence[str] | None, reference_prompt: str, trigger_word: str
) -> tuple[str, ...]:
    """The anchors' prompts; a template that names the subject in full needs no `{}`."""
    subject_words = subject(kind, reference_prompt, trigger_word)
    given = load_anchors(kind) if templates is None else [line for line in templates if line.strip()]
    opened = [line if "{}" in line else line.replace(subject_words, "{}", 1) for line in given]
    return expand_anchors(kind, opened, reference_prompt, trigger_word)


def _settings(draft: ProjectDraft) -> Settings:
    base = draft.settings or load_preset(draft.preset).settings[draft.kind]
    return base.updated(draft.changes)


def check_settings(settings: Settings, anchors: int) -> None:
    """Refuse settings under which no round can tell anything."""
    if settings.sample.candidates < 2:
        raise StudioError(
            f"Candidates is {settings.sample.candidates}: "
            "uncertainty needs at least 2 pictures of each anchor."
        )
    if settings.gal.top_k > anchors:
        raise StudioError(
            f"Suggestions (top k) is {settings.gal.top_k}, but there are only {anchors} anchors: "
            "choose fewer suggestions or add anchors."
        )


def check_model(name: str, table: str, what: str) -> None:
    """Refuse a directory that is missing or of another kind; what a hub id holds shows when it is opened."""
    if not name.strip():
        raise StudioError(f"The name of {what} is empty: give a directory or a hub id.")
    resolved = resolve_model(name)
    path = Path(resolved.removeprefix("local-dir:")).expanduser()
    if not (resolved.startswith("local-dir:") or path.is_absolute() or name.startswith(".") or path.is_dir()):
        return
    if not path.is_dir():
        raise StudioError(f"There is no model directory {name}: check the path.")
    if not (path / table).is_file():
        raise StudioError(f"The directory {name} is not {what}: it holds no {table}.")


def _anchored(name: str) -> str:
    """A directory by its whole path, since the worker may run in another folder; other names as they are."""
    prefix = "local-dir:" if name.startswith("local-dir:") else ""
    path = Path(name.removeprefix(prefix)).expanduser()
    return f"{prefix}{path.absolute()}" if path.is_dir() and name.strip() else name


def _read(picture: Picture, place: int) -> Image.Image:
    try:
        return read_picture(picture)[0]
    except StudioError as error:
        if isinstance(picture, bytes):
            raise StudioError(f"Picture {place}: {error}") from error
        raise
