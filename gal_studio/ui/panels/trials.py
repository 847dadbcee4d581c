"""The view *Try a prompt*: pictures of free prompts, drawn by any round."""

from gal_studio.core.errors import StudioError
from gal_studio.core.recipe import Recipe
from gal_studio.state.tables.trials import Trial
from gal_studio.studio import Studio
from gal_studio.ui.api.writes import Acts
from gal_studio.ui.payloads import Payload
from gal_studio.ui.payloads.trials import trial_payloads


def try_prompt(studio: Studio, request: Payload) -> Payload:
    """Queue a picture; the seed comes as text, since a page's numbers have fewer digits."""
    text = request["seed"].strip()
    if not (text.isascii() and text.isdecimal()):
        raise StudioError(f"The seed is {text[:40]!r}: write a whole number from 0.")
    trial = studio.try_prompt(
        request["round"],
        request["prompt"],
        int(text[:40]),
        float(request["guidance"]),
        Recipe.constant(float(request["strength"])),
    )
    return {"trial": trial.id}


def use_trial(studio: Studio, request: Payload) -> Payload:
    """Make a candidate of a picture; returns it with its round, which the page then shows."""
    trial: Trial = studio.store.trials.get(request["trial"])
    return {"candidate": studio.use_trial(trial.id), "round": trial.round_id}


READS: Acts = {
    "trials": lambda studio, request: {"trials": trial_payloads(studio, request["project"])},
}
WRITES: Acts = {
    "try_prompt": try_prompt,
    "use_trial": use_trial,
    "forget_trial": lambda studio, request: studio.forget_trial(request["trial"]),
    "restore_trial": lambda studio, request: studio.restore_trial(request["trial"]),
}
