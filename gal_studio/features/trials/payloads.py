"""The pictures of free prompts as JSON."""

from dataclasses import dataclass
from typing import Annotated

from typing_extensions import Doc

from gal_studio.core.gal.recipes import recipe_words
from gal_studio.core.gal.standard import ASKED_FROM
from gal_studio.core.records.views import version, view_of
from gal_studio.core.snapshot import RoundSnapshot
from gal_studio.core.words import percent
from gal_studio.features.trials import record, verbs
from gal_studio.features.trials.rules import judged
from gal_studio.state.tables.candidates import copy_shift
from gal_studio.studio import Studio
from gal_studio.studio.views.types import ShownRecipe
from gal_studio.studio.views.words.benchmark import metric_name
from gal_studio.ui.payloads import Fact

_SIMILARITIES = {"similarity_anchor", "similarity_reference"}
_LOST = "This image was deleted from the workspace: press Again…, then Generate."
_UNDRAWN = "It was not generated before the project was moved here: press Again…, then Generate."


@dataclass(frozen=True)
class Judged:
    """What the studio says of a picture: in words, and by the figures that are known, in percent."""

    copy: bool
    plain: str
    figures: tuple[Fact, ...]


@dataclass(frozen=True)
class Trial:
    """A picture of a free prompt; without a version it waits, or `trouble` says why it cannot be drawn."""

    id: str
    version: str
    round: str
    round_name: str
    prompt: str
    negative: str
    seed: str
    guidance: float
    recipe: ShownRecipe
    trouble: str
    candidate: str | None
    step: Annotated[int | None, Doc("The step of the training whose LoRA drew it; null: that of the round.")]
    former: Annotated[bool, Doc("Whether the LoRA of its step is no longer kept.")]
    judged: Judged | None


def trial_payloads(studio: Studio, project_id: str) -> tuple[Trial, ...]:
    """All of a project, the newest first; those of an archived round are left out."""
    project = studio.store.snapshots.project(project_id)
    shown = {each.id: each for each in project.shown}
    shift = copy_shift(studio.store.database, project_id)
    return tuple(
        Trial(
            id=trial.id,
            version="" if _is_lost(studio, trial) else version(trial.image),
            round=trial.round_id,
            round_name=project.names[trial.round_id],
            prompt=trial.prompt,
            negative=trial.negative,
            seed=str(trial.seed),
            guidance=trial.guidance_scale,
            recipe=view_of(ShownRecipe, trial.recipe, words=_recipe_words(studio, trial)),
            trouble=_trouble(studio, project_id, trial),
            candidate=trial.candidate_id,
            step=trial.step,
            former=trial.step is not None
            and all(one.adapter != trial.lora for one in shown[trial.round_id].record.kept_steps),
            judged=_judged(shown[trial.round_id], trial, shift),
        )
        for trial in verbs.trials(studio, project_id)
        if trial.round_id in shown
    )


def _judged(here: RoundSnapshot, trial: record.Trial, shift: float) -> Judged | None:
    if not trial.image or trial.remark == "flat" or not trial.scores.keys() >= _SIMILARITIES:
        return None
    made, knows = judged(here, trial, shift), here.copy_detectors != "none"
    plain = "not a copy" if knows else ""
    if made.overfit:
        plain = "a copy"
    elif made.asked is not None:
        plain = "matches its prompt" if made.asked >= ASKED_FROM else "does not match the prompt"
    figures = (
        ("Copy risk", made.chance if knows else None),
        ("Prompt match", made.asked),
        (metric_name("carries", here.project.project.kind), made.kept),
    )
    return Judged(
        made.overfit, plain, tuple((name, percent(each)) for name, each in figures if each is not None)
    )


def _recipe_words(studio: Studio, trial: record.Trial) -> str:
    round_ = studio.store.rounds.get(trial.round_id)
    return recipe_words(round_.variant, round_.settings, trial.recipe)


def _trouble(studio: Studio, project_id: str, trial: record.Trial) -> str:
    """Why there is no picture; archives hold no jobs, and nothing draws what waits in an imported project."""
    if _is_lost(studio, trial):
        return _LOST
    if trial.image or trial.trouble:
        return trial.trouble
    jobs = studio.store.jobs.of_project(project_id)
    is_asked = any(job.kind == "try" and job.round_id == trial.round_id for job in jobs)
    return "" if is_asked else _UNDRAWN


def _is_lost(studio: Studio, trial: record.Trial) -> bool:
    return bool(trial.image) and not studio.store.images.path(trial.image).is_file()
