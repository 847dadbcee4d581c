"""Create a project; everything is checked before anything is stored."""

import logging
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import InitVar, dataclass, field, replace
from pathlib import Path
from typing import Any

from PIL import Image

from gal_studio.assets import demo, load_preset, load_presets, resolve_model
from gal_studio.causes import missing
from gal_studio.core import checks
from gal_studio.core.entered import about_entered
from gal_studio.core.errors import StudioError
from gal_studio.core.gal.balance import plan_draws
from gal_studio.core.models.lora_start import LoraStart
from gal_studio.core.models.names import INDEXES, CheckpointName, checkpoint_name
from gal_studio.core.models.pasted import pasted, refuse_address
from gal_studio.core.models.reports import ModelNames
from gal_studio.core.naming import MAX_ROUND_NAME_LENGTH, check_name, shortened, unique_name
from gal_studio.core.prompts import fill_trigger
from gal_studio.core.records.project import Project
from gal_studio.core.references import Prompts, describe
from gal_studio.core.settings import MOST_STEPS, Settings
from gal_studio.core.snapshot import Start
from gal_studio.core.taught.registry import find_taught
from gal_studio.core.types import Kind, Reference
from gal_studio.state import Store
from gal_studio.state.files.answering import check_answers
from gal_studio.state.files.paths import user_path
from gal_studio.studio.create.anchors import anchor_prompts
from gal_studio.studio.create.lora_file import Convert, checked_lora, prepare_starts, rank_of
from gal_studio.studio.create.model_check import model_check
from gal_studio.studio.create.model_folders import given_model, refuse_what_is_no_pipeline
from gal_studio.studio.create.plan import starting_settings
from gal_studio.studio.create.prior import MOST_PRIOR_PICTURES, check_prior_prompt, read_prior
from gal_studio.studio.create.references import Picture, ReferenceDraft, read_reference

logger = logging.getLogger(__name__)
DEFAULT_PRESET = "pocket"
MOST_REFERENCES = 64
MOST_JUDGED = 6  # LoRAs side by side


@dataclass(frozen=True)
class ProjectDraft:
    """What a user gives. Models and settings that are left out come from the preset.

    `references` are drafts or (picture, prompt); those with the same trigger word show one object. `changes`
    override some settings of the preset; `test_prompts`, also called `anchors`, are templates with `{}` for
    the subject; `prior` are pictures that the training keeps as they are (Eq. G9), with prompts, in place of
    drawn ones. Trainings
    `start_from` a LoRA from elsewhere, or from the base model; one that changes a text encoder is refused
    unless it is taken `without_text_encoder`. Each LoRA to be `judged` becomes a first round, which is drawn
    and measured without training. Such a project may have no references: it is then `described` by a prompt
    that calls what the LoRA was taught, such as `An image in ink style`, and its copies are not judged.
    """

    kind: Kind
    references: Sequence[ReferenceDraft | tuple[Picture, str]]
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
    prior: Sequence[tuple[Picture, str]] = ()
    start_from: Path | None = None
    without_text_encoder: bool = False
    judged: Sequence[Path] = ()
    described: str = ""
    test_prompts: InitVar[Sequence[str] | None] = None

    def __post_init__(self, test_prompts: Sequence[str] | None) -> None:
        """Take test prompts under their other name, also in a copy with some values replaced."""
        if test_prompts is not None:
            object.__setattr__(self, "anchors", test_prompts)

    @property
    def given(self) -> tuple[ReferenceDraft, ...]:
        """All references; for objects, one without a trigger word takes that of the project.

        `[trigger]` in a prompt stands for the trigger word.
        """
        word = find_taught(self.kind).word(self.trigger_word)
        drafts = (
            given if isinstance(given, ReferenceDraft) else ReferenceDraft(*given)
            for given in self.references
        )
        named = (replace(draft, trigger_word=draft.trigger_word or word) for draft in drafts)
        return tuple(replace(draft, prompt=fill_trigger(draft.prompt, draft.trigger_word)) for draft in named)

    @property
    def texts(self) -> list[tuple[str, str]]:
        """(prompt, trigger word) of each reference, or of what describes a project without any."""
        if self.given or not self.described:
            return [(given.prompt, given.trigger_word) for given in self.given]
        word = find_taught(self.kind).word(self.trigger_word)
        return [(fill_trigger(self.described, word), word)]

    @property
    def left_out(self) -> tuple[str, ...]:
        """What is left out of the prompts and trigger words that a person wrote, each sentence once."""
        words = dict.fromkeys([self.trigger_word, *(given.trigger_word for given in self.given)])
        prompts = [
            *(prompt for prompt, _ in self.texts),
            *(self.anchors or ()),
            *(text for _, text in self.prior),
        ]
        notes = [*map(about_entered, prompts), *(about_entered(word, "trigger word") for word in words)]
        return tuple(dict.fromkeys(filter(None, notes)))


def demo_draft(kind: Kind) -> ProjectDraft:
    """A draft with the bundled references and the default preset."""
    bundled = demo(kind)
    references = tuple(zip(bundled.images, bundled.prompts, strict=True))
    return ProjectDraft(kind, references, bundled.trigger_word, bundled.name)


def create_project(
    store: Store,
    draft: ProjectDraft,
    check_models: Callable[[ModelNames], None] = lambda _: None,
    convert: Convert = model_check.convert,
) -> str:
    """Check a draft and store its pictures, its anchors and its first round; returns the project's ID.

    `check_models` refuses models that cannot be used; it comes after quick checks, since it may ask the hub.
    `convert` writes a LoRA from elsewhere as the studio's own. The same origin twice is one project. The
    database is not locked while pictures are read.
    """
    if (known := _existing(store, draft)) is not None:
        return known
    checks.one_of("The kind", draft.kind, Kind)
    checks.seed("The seed", draft.seed)
    described = describe(draft.kind, draft.texts)
    anchors = anchor_prompts(described.prompts, draft.anchors)
    settings = settings_of(draft)
    check_settings(settings, len(anchors))
    _check_judging(draft, settings)
    models = model_names(draft)
    check_base_model(models.base_model)
    check_crop(settings, models.base_model)
    check_model(models.clip_model, ("open_clip_config.json",), "an open_clip model")
    models, settings = _checked_models(draft, models, settings, check_models)
    prior = _read_prior(draft, described.prompts)
    starts = _prepared_starts(store, draft, models, settings, described.prompts.trigger, convert)
    settings = _with_room_for(store, settings, starts if draft.judged else [])
    new = Project(
        id="",
        name=check_name(draft.name) if draft.name.strip() else _default_name(draft, described.prompts),
        kind=draft.kind,
        base_model=models.base_model,
        clip_model=models.clip_model,
        trigger_word=described.prompts.subjects[0].trigger_word,
        seed=draft.seed,
        settings=settings,
        origin=draft.origin,
        described="" if draft.given else described.references[0].prompt,
    )
    references = _store_pictures(store, draft, described.references) if draft.given else ()
    given_prior = [(prompt, store.images.add_picture(picture)) for prompt, picture in prior]
    with store.database.transaction():
        if (known := _existing(store, draft)) is not None:
            return known
        named = replace(new, name=unique_name(new.name, set(store.projects.names().values())))
        made = store.projects.add(named, references, anchors, given_prior)
        _add_first_rounds(store, made.id, settings, starts, bool(draft.judged))
    return made.id


def _checked_models(
    draft: ProjectDraft, models: ModelNames, settings: Settings, check_models: Callable[[ModelNames], None]
) -> tuple[ModelNames, Settings]:
    """The models that can be used: without the preset's fast one where it is missing, unless it was named."""
    try:
        check_models(models)
        return models, settings
    except StudioError as error:
        named = draft.changes.get("generation", {})
        fast = models.speed_lora or models.fast_model
        if not fast or fast != load_preset(draft.preset).fast or {"fast_model", "speed_lora"} & named.keys():
            raise
        models = replace(models, fast_model="", speed_lora="")
        check_models(models)
        logger.warning("%s cannot be had, so that the base model generates: %s", fast, error)
    return models, replace(settings, generation=settings.generation.in_full)


def _add_first_rounds(
    store: Store, project_id: str, settings: Settings, starts: Sequence[Start], is_judged: bool
) -> None:
    if is_judged:
        titles: set[str] = set()
        for start in starts:
            stem = shortened(Path(start.source).stem.strip(), MAX_ROUND_NAME_LENGTH - 5) or "LoRA"
            titles.add(title := unique_name(stem, titles))
            store.rounds.add_given(project_id, settings, start.source, start.adapter, title)
        return
    for start in starts:
        store.projects.set_start(project_id, start)
    store.rounds.add(project_id, None, settings)


def check_judged(given: Sequence[str | Path]) -> None:
    """Refuse more LoRAs than can be compared, a file that is none, and one that is given twice."""
    if len(given) > MOST_JUDGED:
        raise StudioError(f"{len(given)} LoRAs are too many to compare: choose at most {MOST_JUDGED}.")
    paths = [checked_lora(path) for path in given]
    if twice := next((path for path in paths if paths.count(path) > 1), None):
        raise StudioError(f"The LoRA {twice.name} is given twice: leave one out.")


def _check_judging(draft: ProjectDraft, settings: Settings) -> None:
    """Refuse LoRAs that cannot be judged, and what contradicts judging them."""
    if not draft.judged:
        if not draft.given:
            raise StudioError(
                "Only a project that judges LoRAs can do without reference images: add an image and say what "
                "it shows."
            )
        return
    check_judged(draft.judged)
    if draft.start_from is not None:
        raise StudioError(
            "A project cannot both start from one LoRA and judge others: judge it, and start rounds from the "
            "one that you choose."
        )
    if settings.tune.method != "lora":
        raise StudioError(
            "A LoRA is judged with a preset that trains a LoRA: choose the method LoRA, or another preset."
        )


def _with_room_for(store: Store, settings: Settings, judged: Sequence[Start]) -> Settings:
    """Settings with which a later training can start from any of these LoRAs."""
    if not judged:
        return settings
    rank = max([settings.tune.rank, *(rank_of(store.adapters.plain(one.adapter)) for one in judged)])
    return settings.updated({"tune": {"rank": rank, "target": "all"}})


def model_names(draft: ProjectDraft) -> ModelNames:
    """The models of the project, with absolute paths."""
    preset, settings = load_preset(draft.preset), settings_of(draft)
    return ModelNames(
        absolute_base_model(draft.base_model or preset.base_model),
        _absolute(pasted(draft.clip_model or preset.clip_model)),
        settings.refine.vision_model,
        settings.machine.precision,
        "" if draft.start_from is None else str(checked_lora(draft.start_from)),
        settings.tune.method,
        settings.tune.target,
        settings.tune.rank if draft.start_from is not None else 1,
        settings.references.adapter,
        draft.without_text_encoder,
        settings.generation.fast_model,
        settings.generation.speed_lora,
    )


def _prepared_starts(
    store: Store, draft: ProjectDraft, models: ModelNames, settings: Settings, trigger: str, convert: Convert
) -> list[Start]:
    """The LoRAs to judge, or the one to start from, as adapters of the studio."""
    files = [str(checked_lora(path)) for path in draft.judged]
    is_judged = bool(files)
    if models.start_from:
        files = [models.start_from]
    return prepare_starts(
        store,
        [
            LoraStart(
                file,
                models.base_model,
                trigger,
                settings.to_dict(),
                {},
                draft.without_text_encoder,
                as_it_is=is_judged,
            )
            for file in files
        ],
        convert,
    )


def _existing(store: Store, draft: ProjectDraft) -> str | None:
    """The project that was already created for the origin of this draft."""
    known = store.projects.with_origin(draft.origin) if draft.origin else None
    return known.id if known else None


def _default_name(draft: ProjectDraft, prompts: Prompts) -> str:
    return judging_name([path.name for path in draft.judged]) or default_name(prompts)


def judging_name(files: Sequence[str]) -> str:
    """The name of an unnamed project that judges the LoRAs of these files; "" without any."""
    return f"Judging {', '.join(Path(name).stem for name in files)}"[:100] if files else ""


def default_name(prompts: Prompts) -> str:
    """The name of an unnamed project: its first prompt, or all its objects if there are several."""
    if len(prompts.subjects) == 1:
        return prompts.subjects[0].prompt
    return prompts.name[0].upper() + prompts.name[1:]


def _store_pictures(
    store: Store, draft: ProjectDraft, described: Sequence[Reference]
) -> tuple[Reference, ...]:
    """Store the pictures and masks of the references once all of them are read."""
    if len(draft.given) > MOST_REFERENCES:
        raise StudioError(
            f"The project has {len(draft.given)} references: choose the best {MOST_REFERENCES}."
        )
    is_subject = find_taught(draft.kind).is_subject
    read = [read_reference(given, place, is_subject) for place, given in enumerate(draft.given, start=1)]
    return tuple(
        replace(
            reference,
            image=store.images.add_picture(picture),
            mask=None if mask is None else store.images.add_picture(mask),
        )
        for reference, (picture, mask) in zip(described, read, strict=True)
    )


def _read_prior(draft: ProjectDraft, prompts: Prompts) -> list[tuple[str, Image.Image]]:
    """Read the user's own prior pictures: (prompt, picture)."""
    if len(draft.prior) > MOST_PRIOR_PICTURES:
        raise StudioError(
            f"There are {len(draft.prior)} regularization images: choose the best {MOST_PRIOR_PICTURES}."
        )
    return [
        (check_prior_prompt(prompt, prompts), read_prior(picture, place))
        for place, (picture, prompt) in enumerate(draft.prior, start=1)
    ]


def settings_of(draft: ProjectDraft) -> Settings:
    """The settings; the vision model is by default that of the preset, or the user's own CLIP."""
    preset = load_preset(draft.preset)
    is_own = draft.base_model not in (None, preset.base_model)
    settings = draft.settings or starting_settings(draft.kind, preset, is_own, bool(draft.judged))
    if draft.judged and draft.settings is None:  # how strong it draws best is what is asked
        settings = settings.updated({"generation": {"allocation": "ladder"}})
        if draft.anchors:  # a judgement may have few prompts
            settings = settings.updated({"gal": {"top_k": min(settings.gal.top_k, len(draft.anchors))}})
    settings = settings.adopting(draft.changes)
    vision_model = settings.refine.vision_model or (
        preset.vision_model if draft.clip_model in (None, preset.clip_model) else "clip"
    )
    adapter = " with ".join(map(_absolute_file, settings.references.adapter.split(" with ")))
    fast, lora = settings.generation.fast_model.strip(), settings.generation.speed_lora.strip()
    return settings.updated(
        {
            "refine": {"vision_model": _absolute(vision_model)},
            "references": {"adapter": adapter},
            "generation": {
                "fast_model": absolute_base_model(fast) if fast else "",
                "speed_lora": _absolute_file(lora) if lora else "",
            },
        }
    )


def check_settings(settings: Settings, anchors: int) -> None:
    """Refuse settings with which no round can suggest anything."""
    if settings.generation.candidates < 2:
        raise StudioError(
            f"Images per prompt is {settings.generation.candidates}: choose at least 2, so that the studio "
            "can tell how uncertain the model is."
        )
    if settings.gal.top_k > anchors:
        raise StudioError(
            f"Suggestions (top k) is {settings.gal.top_k}, but there are only {anchors} test prompts: "
            "choose fewer suggestions or add test prompts."
        )
    later = plan_draws(settings.tune, has_references=True, has_accepted=True).steps
    if later > MOST_STEPS:
        raise StudioError(
            f"With this share of accepted images a later training would take {later:,} steps, more "
            f"than {MOST_STEPS:,}: choose fewer training steps or a smaller share."
        )


def check_crop(settings: Settings, base_model: str) -> None:
    """Refuse pictures in their shapes for a model that saw squares alone."""
    squares = [preset.base_model for preset in load_presets() if preset.only_squares]
    if settings.tune.crop == "none" and resolve_model(base_model) in map(resolve_model, squares):
        raise StudioError(
            "Crop is none, but the bundled model knows only squares: choose a square, or another model."
        )


def check_base_model(name: str) -> None:
    """Refuse a missing directory or one-file checkpoint, a pickle, and an address that is no model's."""
    checks.text("The name of an image model", name)
    name = given_model(name)
    refuse_address(name)
    one_file = checkpoint_name(name)
    if one_file is not None:
        check_answers(user_path(one_file.file))
    if one_file is not None and not os.path.isfile(user_path(one_file.file)):
        raise StudioError(missing(user_path(one_file.file), shown=one_file.file))
    pipeline = name if one_file is None else one_file.pipeline
    if pipeline or one_file is None:
        check_model(pipeline, INDEXES, "an image model")


def check_model(name: str, tables: Sequence[str], what: str) -> None:
    """Refuse a directory that is missing or holds no such model; a hub ID is checked when it is loaded."""
    checks.text(f"The name of {what}", name)
    if not name.strip():
        raise StudioError(f"The name of {what} is empty: give a folder or a Hugging Face ID.")
    refuse_address(name)
    resolved = resolve_model(name)
    path = user_path(resolved.removeprefix("local-dir:"))
    check_answers(path)
    if not (resolved.startswith("local-dir:") or path.is_absolute() or name.startswith(".") or path.exists()):
        return
    is_there = any((path / table).is_file() for table in tables)
    if tables == INDEXES and not is_there:
        refuse_what_is_no_pipeline(path, name)
    if not path.is_dir():
        raise StudioError(missing(path, "model folder", shown=name))
    if not is_there:
        raise StudioError(f"The directory {name} is not {what}: it holds no {tables[0]}.")


def _absolute(name: str) -> str:
    """The absolute path of a directory, since the worker may run in another one; other names unchanged."""
    prefix = "local-dir:" if name.startswith("local-dir:") else ""
    checks.text("The name of a model", name)
    path = user_path(name.removeprefix(prefix))
    return f"{prefix}{path.absolute()}" if path.is_dir() and name.strip() else name


def _absolute_file(name: str) -> str:
    """The absolute path of a file or directory; other names unchanged."""
    path = user_path(name)
    return str(path.absolute()) if name.strip() and path.exists() else name


def absolute_base_model(name: str) -> str:
    """The absolute path of a base model, which may be a one-file checkpoint; other names unchanged."""
    name = given_model(name)
    one_file = checkpoint_name(name)
    if one_file is None:
        return _absolute(name)
    file = str(user_path(one_file.file).absolute())
    return str(CheckpointName(file, _absolute(given_model(one_file.pipeline))))
