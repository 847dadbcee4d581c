"""What the form of a new project says of the chosen models: licence, commit, size, or their refusal."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from gal_studio.core.errors import StudioError
from gal_studio.core.jobs.kinds import bytes_in_words
from gal_studio.core.models.reports import ModelNames, ModelReport, ModelReports
from gal_studio.core.settings import Settings
from gal_studio.core.settings_group import nested
from gal_studio.studio import ProjectDraft, Studio
from gal_studio.studio.create.lora_file import checked_lora, read_lora_facts
from gal_studio.studio.create.project import check_base_model, model_names
from gal_studio.ui.panels.form import Form
from gal_studio.ui.payloads.forms import HubModel, ModelFacts, ModelProblem

LARGEST_RANK = 1024  # a judged LoRA keeps its own
_LABELS = {
    "base_model": "Base model",
    "clip_model": "CLIP model",
    "vision_model": "Vision model",
    "adapter": "Image adapter",
    "fast_model": "Fast model",
    "speed_lora": "Speed LoRA",
}
_NAMED = ("references.adapter", "generation.fast_model", "generation.speed_lora")
_FAST = ("fast_model", "speed_lora")
_OF_THE_FORM = ("base_model", "clip_model", "vision_model", "start_from")


def facts_of_models(studio: Studio, form: Form) -> ModelFacts:
    """What is known of the models that the form names; `waiting` until they have been looked up.

    So for a LoRA to start from: its file is read at once, and then compared with the base model.
    """
    if studio.models is None or not (form.base_model and form.clip_model):
        return ModelFacts()
    start, problems = _start(form)
    named = {name: value for name, value in form.changes.items() if name in _NAMED}
    start.setdefault("changes", nested(named))
    try:
        names = model_names(ProjectDraft(form.kind, (), **form.models, **start, settings=form.started_from))
        check_base_model(names.base_model)
        reports = studio.models.poll(names)
    except StudioError as error:
        return ModelFacts(problems=(ModelProblem("base_model", str(error)), *problems))
    found = (
        ModelFacts(waiting=True) if reports is None else _found(reports, not named.keys() & set(_NAMED[1:]))
    )
    if not (found.waiting or found.problems):
        found = _with_judged(found, studio, names, form)
    return replace(found, problems=(*found.problems, *problems))


def _with_judged(found: ModelFacts, studio: Studio, names: ModelNames, form: Form) -> ModelFacts:
    """The facts with what is known of the LoRAs to judge, each compared with the base model."""
    notes: list[str] = []
    for path in form.judged or ():
        try:
            read_lora_facts(path)
        except StudioError:  # a note at the field says so
            continue
        asked = replace(
            names,
            start_from=str(checked_lora(path)),
            target="all",
            rank=LARGEST_RANK,
            without_text_encoder=form.without_text_encoder,
        )
        reports = studio.models.poll(asked) if studio.models is not None else None
        if reports is None:
            return replace(found, waiting=True)
        refusals = [one.refusal for one in reports.models if one.field == "start_from" and one.refusal]
        found = replace(found, problems=(*found.problems, *(ModelProblem("judged", one) for one in refusals)))
        notes += reports.notes
    if not form.judged or found.problems:
        return found
    return replace(found, sentence=" ".join([found.sentence, "All fit the base model.", *notes]).strip())


def _start(form: Form) -> tuple[dict[str, Any], list[ModelProblem]]:
    """The LoRA to start from with the settings that it has to fit, or why its file is refused."""
    if not form.start_from:
        return {}, []
    changes = form.nested_changes
    try:
        read_lora_facts(form.start_from)
        Settings().updated(changes)
    except StudioError as error:
        return {}, [ModelProblem("start_from", str(error))]
    return {
        "start_from": Path(form.start_from),
        "changes": changes,
        "without_text_encoder": form.without_text_encoder,
    }, []


def _found(reports: ModelReports, may_be_slow: bool) -> ModelFacts:
    """The facts of all models; one that `may_be_slow` does without a fast model that cannot be had."""
    lost = [one for one in reports.models if may_be_slow and one.refusal and one.field in _FAST]
    reports = replace(reports, models=tuple(one for one in reports.models if one not in lost))
    refused = tuple(
        ModelProblem(one.field if one.field in _OF_THE_FORM else "base_model", one.refusal)  # type: ignore[arg-type]
        for one in reports.models
        if one.refusal
    )
    if reports.problem and not refused:
        refused = (ModelProblem("base_model", reports.problem),)
    from_hub = [one for one in reports.models if one.repository]
    sentences = [_sentence(reports)] if from_hub else []
    if any(one.field == "start_from" for one in reports.models):
        sentences += ["The LoRA fits the base model.", *reports.notes]
    sentences += [
        f"{one.name} is not available: the base model generates instead, more slowly." for one in lost
    ]
    return ModelFacts(
        models=tuple(map(_model, from_hub)),
        sentence="" if refused else " ".join(sentences),
        problems=refused,
    )


def _model(report: ModelReport) -> HubModel:
    return HubModel(
        label=_LABELS[report.field],
        name=report.repository,
        address=report.address,
        commit=report.commit[:12],
        licence=report.licence or "none stated",
        size=f"{bytes_in_words(report.missing)} to download" if report.missing else "on this computer",
    )


def _sentence(reports: ModelReports) -> str:
    if not reports.missing:
        return "All files are on this computer."
    fast = sum(one.missing for one in reports.models if one.field in _FAST)
    without = f" Without the fast model it is {bytes_in_words(reports.missing - fast)}." if fast else ""
    return (
        f"Starting the project downloads {bytes_in_words(reports.missing)} ({bytes_in_words(reports.free)} "
        f"are free). You can stop and resume it.{without} Read the licenses on the models' pages first."
    )
