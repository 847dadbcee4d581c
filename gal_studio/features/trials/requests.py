"""The view *Try a prompt*: pictures of free prompts, drawn by any round."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field, FiniteFloat

from gal_studio.core.entered import about_entered, entered
from gal_studio.core.errors import StudioError
from gal_studio.core.recipe import Recipe
from gal_studio.features.trials import verbs
from gal_studio.features.trials.payloads import Trial, trial_payloads
from gal_studio.features.trials.record import trials_of
from gal_studio.studio.create.prompt_notes import Unknown, unknown_prompt
from gal_studio.ui.payloads import Id, OfRound, Only, Text
from gal_studio.ui.requests import Context, Requests

REQUESTS = Requests("rounds")
REQUESTS.verbs("write", verbs.forget_trial, verbs.restore_trial)
REQUESTS.verbs("write", verbs.forget_steps, only="freed")
MOST_SEEDS, MOST_STRENGTHS, MOST_STEPS = 16, 10, 50


@dataclass(frozen=True)
class Tried:
    """The first picture that was asked for, and in a sentence what was left out of the prompt, or "".

    `unknown` is the first prompt that the model was taught nothing of.
    """

    trial: str
    said: str = ""
    unknown: Unknown | None = None


@dataclass(frozen=True)
class Used:
    """The candidate that was made of a picture, and its round, which the page then shows."""

    candidate: str
    round: str


@REQUESTS.read
def trials(context: Context, project: Id) -> Annotated[tuple[Trial, ...], Only("trials")]:
    """The pictures of free prompts of a project."""
    return trial_payloads(context.studio, project)


@REQUESTS.write
def try_prompt(
    context: Context,
    round: Id,
    prompt: Text,
    seed: Annotated[str, Field(max_length=40)],
    guidance: FiniteFloat | int,
    early: FiniteFloat | int,
    late: FiniteFloat | int,
    switch: FiniteFloat | int,
    count: Annotated[int, Field(ge=1, le=MOST_SEEDS)] = 1,
    strengths: Annotated[list[FiniteFloat | int], Field(max_length=MOST_STRENGTHS)] | None = None,
    negative: Text = "",
) -> Tried:
    """Queue an image of each line of the prompt with so many seeds, at each strength if any are given.

    The seed comes as text, since a page's numbers have fewer digits.
    """
    first = _seed(seed)
    recipe = Recipe(float(early), float(late), float(switch))
    prompts = [line for line in prompt.splitlines() if line.strip()] or [prompt]
    seeds = range(first, first + count)
    constant = [float(one) for one in strengths or ()]
    found = verbs.try_grid(context.studio, round, prompts, seeds, constant, float(guidance), recipe, negative)
    return Tried(found[0].id, about_entered(prompt), _unknown(context, round, prompts))


def _unknown(context: Context, round_id: str, prompts: Sequence[str]) -> Unknown | None:
    store = context.studio.store
    project = store.projects.get(store.rounds.get(round_id).project_id)
    name = store.projects.prompts(project.id).name
    return unknown_prompt([entered(one) for one in prompts], name, project.base_model)


@REQUESTS.write
def try_steps(
    context: Context,
    round: Id,
    prompt: Text,
    steps: Annotated[list[int], Field(max_length=MOST_STEPS)],
    strengths: Annotated[list[FiniteFloat | int], Field(min_length=1, max_length=MOST_STRENGTHS)],
    seed: Annotated[str, Field(max_length=40)] = "",
) -> Tried:
    """Queue a prompt with one seed by each of these steps of a training, at each strength.

    Without a seed, it is that of the test prompt's first image.
    """
    chosen = _seed(seed) if seed.strip() else None
    found = verbs.try_steps(context.studio, round, prompt, steps, [float(one) for one in strengths], chosen)
    return Tried(found[0].id, about_entered(prompt))


@REQUESTS.write
def use_step(context: Context, round: Id, step: int) -> OfRound:
    """Let a round have the LoRA of a step; one that has images stays, and the one beside it has it."""
    return verbs.use_step(context.studio, round, step).id


@REQUESTS.write
def use_trial(context: Context, trial: Id) -> Used:
    """Make a candidate of a picture."""
    found = trials_of(context.studio.store).get(trial)
    return Used(verbs.use_trial(context.studio, trial), found.round_id)


def _seed(text: str) -> int:
    """The seed that was typed; refused unless it is a whole number."""
    text = text.strip()
    if not (text.isascii() and text.isdecimal()):
        raise StudioError(f"The seed is {text!r}: write a whole number from 0.")
    return int(text)
