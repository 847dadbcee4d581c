"""The pictures of free prompts as JSON."""

from dataclasses import dataclass

from gal_studio.core.gal.recipes import recipe_words
from gal_studio.core.naming import round_names
from gal_studio.state.tables import trials
from gal_studio.studio import Studio
from gal_studio.studio.views.json_types import version
from gal_studio.ui.payloads import ShownRecipe, shown_recipe

_LOST = "This image was deleted from the workspace: press Again…, then Generate."
_UNDRAWN = "It was not generated before the project was moved here: press Again…, then Generate."


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


def trial_payloads(studio: Studio, project_id: str) -> tuple[Trial, ...]:
    """All of a project, the newest first; those of an archived round are left out."""
    rounds = studio.store.rounds
    names = round_names(rounds.of_project(project_id))
    shown = {round_.id for round_ in rounds.shown(project_id)}
    return tuple(
        Trial(
            id=trial.id,
            version="" if _is_lost(studio, trial) else version(trial.image),
            round=trial.round_id,
            round_name=names[trial.round_id],
            prompt=trial.prompt,
            negative=trial.negative,
            seed=str(trial.seed),
            guidance=trial.guidance_scale,
            recipe=shown_recipe(trial.recipe, _recipe_words(studio, trial)),
            trouble=_trouble(studio, project_id, trial),
            candidate=trial.candidate_id,
        )
        for trial in studio.trials(project_id)
        if trial.round_id in shown
    )


def _recipe_words(studio: Studio, trial: trials.Trial) -> str:
    rounds = studio.store.rounds
    return recipe_words(rounds.get(trial.round_id).kind, rounds.settings(trial.round_id), trial.recipe)


def _trouble(studio: Studio, project_id: str, trial: trials.Trial) -> str:
    """Why there is no picture; archives hold no jobs, and nothing draws what waits in an imported project."""
    if _is_lost(studio, trial):
        return _LOST
    if trial.image or trial.trouble:
        return trial.trouble
    jobs = studio.store.jobs.of_project(project_id)
    is_asked = any(job.kind == "try" and job.round_id == trial.round_id for job in jobs)
    return "" if is_asked else _UNDRAWN


def _is_lost(studio: Studio, trial: trials.Trial) -> bool:
    return bool(trial.image) and not studio.store.images.path(trial.image).is_file()
