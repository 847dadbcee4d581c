"""A project as JSON: its subjects, its anchors and its settings."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from gal_studio.assets import POCKET_ADAPTER, drawn_with, load_presets
from gal_studio.core.gal.ladder import LADDER
from gal_studio.core.gal.recipes import on_ladder
from gal_studio.core.gal.scores.registry import SCORES
from gal_studio.core.jobs.kinds import offered_kinds
from gal_studio.core.models.names import is_calibrated
from gal_studio.core.records.project import ProjectView
from gal_studio.core.records.views import view_of
from gal_studio.core.settings import NATIVE, GalSettings, ReferenceSettings, TuneSettings
from gal_studio.core.settings_fields import SettingField, setting_fields, value_words
from gal_studio.core.types import Kind
from gal_studio.core.variants.registry import offered_variants
from gal_studio.state.hooks import gives_references
from gal_studio.studio.views.json_types import Ts
from gal_studio.studio.views.round import anchor_views
from gal_studio.studio.views.types import AnchorView
from gal_studio.ui.payloads import Fact


@dataclass(frozen=True)
class Reference:
    """A reference of a project."""

    id: str
    prompt: str


@dataclass(frozen=True)
class MaskedReference(Reference):
    """A reference, and whether its subject was painted."""

    mask: bool


@dataclass(frozen=True)
class Subject:
    """An object or a style of a project, with its references."""

    trigger: str
    facts: tuple[Fact, ...]
    references: tuple[MaskedReference, ...]


Settings = Annotated[
    dict[str, dict[str, Any]],
    Ts("{\n  tune: { preview_every: number; [name: string]: unknown };\n"
       "  [section: string]: { [name: string]: unknown };\n}"),
]  # fmt: skip
"""Settings by group and name; `gal_studio.core.settings` checks each by its own type."""


@dataclass(frozen=True)
class ScoreLabel:
    """Label and explanation of a candidate's score."""

    name: str
    label: str
    explanation: str
    in_percent: bool


@dataclass(frozen=True)
class Offered:
    """The button of a kind of job, or of a variant of rounds, on the Rounds screen."""

    change: Literal["run_job", "make_round"]
    kind: str
    button: str
    hint: str


@dataclass(frozen=True)
class MadeWith:
    """The models of a project, as the form of a new project takes them; `preset` is "own" without one."""

    preset: str
    base_model: str
    clip_model: str


@dataclass(frozen=True)
class Project:
    """A project: what the top line and step 1 show; it `judges` LoRAs from elsewhere, and trains nothing."""

    id: str
    name: str
    kind: Kind
    model: str
    base_model: str
    triggers: tuple[str, ...]
    references: tuple[Reference, ...]
    subjects: tuple[Subject, ...]
    stands_for: str
    example: str  # a prompt with the words for the subject
    anchors: tuple[AnchorView, ...]
    scores: tuple[ScoreLabel, ...]
    offered: tuple[Offered, ...]
    settings: Settings
    fields: tuple[SettingField, ...]
    draws_without_training: bool
    judges: bool
    made_with: MadeWith
    derived: str
    facts: tuple[Fact, ...]


ITS_OWN = "Pocket’s own"


def model_name(project: ProjectView) -> str:
    """A short name of the base model, for its chip."""
    return project.model_title.split(" (")[0].rstrip("/").rsplit("/", 1)[-1]


def triggers(project: ProjectView) -> tuple[str, ...]:
    """The words that name the subjects in a prompt: trigger words, or the descriptor of a style."""
    return tuple(subject.trigger_word or subject.name for subject in project.prompts.subjects)


def subject_payloads(project: ProjectView) -> tuple[Subject, ...]:
    """Each subject with its derived prompts and its references."""
    return tuple(
        Subject(
            trigger=subject.trigger_word,
            facts=(
                ("Trigger word", subject.trigger_word),
                ("Prompt without it", subject.plain_prompt),
                ("Class prompt", subject.class_prompt),
            )
            if subject.trigger_word
            else (),
            references=tuple(
                MaskedReference(reference.id, reference.prompt, reference.mask is not None)
                for reference in project.references
                if subject.is_shown_by(reference)
            ),
        )
        for subject in project.prompts.subjects
    )


def _derived(project: ProjectView) -> str:
    words = [f"“{word}”" for word in triggers(project)]
    return project.prompts.taught.use(words)


def _commits(project: ProjectView) -> list[Fact]:
    """The commits of hub models to which the project is pinned."""
    pinned = [f"{name} at {commit[:12]}" for name, commit in sorted(project.commits.items())]
    return [("Pinned versions", ", ".join(pinned))] if pinned else []


def _training(tune: TuneSettings, gal: GalSettings, judges: bool) -> list[Fact]:
    """How its rounds are trained, if any are."""
    if judges:
        return []
    return [
        ("Training", f"{tune.steps} steps, rank {tune.rank}, learning rate {tune.learning_rate:g}"),
        ("Weight multiplier (λ)", f"{gal.balance_lambda:g}" if gal.balance else "off"),
    ]


def _references(references: ReferenceSettings) -> list[Fact]:
    """What draws with the references before any training."""
    adapter = references.adapter.strip()
    if not adapter:
        return []
    if adapter == NATIVE:
        return [("Generates with references", "the base model itself")]
    more = ", without their background" if references.subject_alone else ""
    name = ITS_OWN if adapter == POCKET_ADAPTER else adapter
    return [("Image adapter", f"{name}, strength {references.strength:g}{more}")]


def _pictures(project: ProjectView) -> str:
    """How many pictures are drawn of a test prompt, and how."""
    drawing = project.settings.generation
    number = f"at most {drawing.candidates}" if on_ladder(project.settings) else str(drawing.candidates)
    return f"{number} per test prompt, {drawing.drawn_with}{_recipes(project)}"


def _recipes(project: ProjectView) -> str:
    """How the LoRA draws candidates (Eq. G13), unless as trained."""
    generation = project.settings.generation
    lowest, latest = generation.lowest_strength, generation.latest_switch
    if on_ladder(project.settings):
        return f", LoRA strengths from 1 to {LADDER[-1].mean:g}, adaptive"
    if lowest == 1:
        return ""
    if latest == 0:
        return f", LoRA strengths from 1 to {lowest:g}"
    share = "" if latest == 1 else f" in at most the first {100 * latest:.0f}% of denoising"
    return f", LoRA strengths from 1 to {lowest:g}{share}"


def fields_here() -> tuple[SettingField, ...]:
    """The settings that can be changed here: those of references with a feature."""
    fields = setting_fields(((POCKET_ADAPTER, ITS_OWN),))
    if gives_references():
        return fields
    return tuple([one for one in fields if not one.name.startswith("references.")])


def draws_without_training(references: ReferenceSettings, base_model: str) -> bool:
    """Whether the model can be given references here."""
    return gives_references() and bool(drawn_with(references, base_model))


def _copy_detectors(project: ProjectView) -> str:
    if not project.has_references:
        return "not detected without reference images"
    words = value_words("gal.copy_detectors")[project.settings.gal.copy_detectors]
    settings = project.settings
    if is_calibrated(project.clip_model, settings.refine.vision_model):
        return words
    return f"{words}; not calibrated for these models, so check a few images"


def _made_with(project: ProjectView) -> MadeWith:
    models = project.base_model, project.clip_model
    preset = next((one.name for one in load_presets() if (one.base_model, one.clip_model) == models), "")
    return MadeWith(preset, "", "") if preset else MadeWith("own", *models)


def project_payload(project: ProjectView) -> Project:
    """What the top bar and step 1 show of a project."""
    settings = project.settings
    enabled, count = sum(anchor.enabled for anchor in project.anchors), len(project.anchors)
    return view_of(
        Project,
        project,
        model=model_name(project),
        base_model=project.model_title,
        triggers=triggers(project),
        references=tuple(Reference(one.id, one.prompt) for one in project.references),
        subjects=subject_payloads(project),
        stands_for=project.prompts.stands_for,
        example=project.prompts.filled(project.prompts.taught.anchor),
        anchors=anchor_views(project.anchors),
        scores=tuple(ScoreLabel(each.name, each.label, each.explanation, each.in_percent) for each in SCORES),
        offered=(
            *(Offered("run_job", name, one.button, one.hint) for name, one in offered_kinds().items()),
            *(Offered("make_round", name, one.button, one.hint) for name, one in offered_variants().items()),
        ),
        settings=settings.to_dict(),
        fields=fields_here(),
        draws_without_training=draws_without_training(settings.references, project.base_model),
        made_with=_made_with(project),
        derived=_derived(project),
        facts=(
            ("Model", project.model_title),
            *_commits(project),
            *([("Starts from", project.starts_from)] if project.starts_from else []),
            ("Test prompts", f"{enabled} of {count}" if enabled < count else str(count)),
            *_training(settings.tune, settings.gal, project.judges),
            ("Images", _pictures(project)),
            *_references(settings.references),
            ("Copy detection", _copy_detectors(project)),
            ("Seed", str(project.seed)),
        ),
    )  # fmt: skip
