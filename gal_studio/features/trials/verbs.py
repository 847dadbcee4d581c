"""Try prompts on a round or on the steps of its training, and take what is good: an image, or a step."""

from collections.abc import Sequence
from pathlib import Path

from gal_studio.core.entered import about_entered, entered
from gal_studio.core.errors import StudioError
from gal_studio.core.naming import MAX_ROUND_NAME_LENGTH
from gal_studio.core.prompts import fill_subject
from gal_studio.core.recipe import AS_TRAINED, Recipe
from gal_studio.core.records.round import Round
from gal_studio.core.snapshot import KeptStep, RoundSnapshot
from gal_studio.features.trials.record import Trial, trials_of
from gal_studio.features.trials.rules import MOST_WAITING, check, use_as_candidate
from gal_studio.rounds.kept_steps import (
    STRENGTHS,
    kept_step,
    usual_prompt,
    usual_seed,
    usual_steps,
    why_none,
)
from gal_studio.state.hooks import Drawn
from gal_studio.studio.studio import Studio, verb
from gal_studio.studio.verbs.base import by_hand
from gal_studio.studio.waiting import is_pending
from gal_studio.workspace.delete import forget_unused_adapters


@verb
def try_prompt(
    studio: Studio,
    round_id: str,
    prompt: str,
    seed: int = 0,
    guidance_scale: float | None = None,
    recipe: Recipe = AS_TRAINED,
    negative: str = "",
) -> Trial:
    """Queue a picture of any prompt; `{}` in it stands for the subject.

    What other programs read beside words is left out (`gal_studio.core.entered.entered`).

    `guidance_scale` is by default that of the round; `recipe` says how strongly the LoRA counts over the
    denoising steps. Guidance leads away from `negative`, if the model is guided.
    """
    return _try(studio, round_id, prompt, seed, guidance_scale, recipe, negative)


def _try(
    studio: Studio,
    round_id: str,
    prompt: str,
    seed: int,
    guidance_scale: float | None,
    recipe: Recipe,
    negative: str,
    by: KeptStep | None = None,
) -> Trial:
    """Queue a picture by the LoRA of the round, or by that of a step of its training."""
    round_ = studio.store.rounds.get(round_id)
    subject = studio.store.projects.prompts(round_.project_id).stands_for
    usual = round_.settings.generation.as_drawn.guidance_scale
    new = Drawn(
        round_id,
        fill_subject(entered(prompt).strip(), subject),
        seed,
        usual if guidance_scale is None else guidance_scale,
        recipe,
        negative=" ".join(entered(negative).split()),
        step=None if by is None else by.step,
        lora="" if by is None else by.adapter,
    )
    with studio.store.database.transaction():
        check(studio.store, new)
        trial = trials_of(studio.store).add(new)
        studio._queue(round_, "try")
    studio._tell_each([about_entered(prompt)])
    return trial


@verb
def try_grid(
    studio: Studio,
    round_id: str,
    prompts: Sequence[str],
    seeds: Sequence[int],
    strengths: Sequence[float] = (),
    guidance_scale: float | None = None,
    recipe: Recipe = AS_TRAINED,
    negative: str = "",
) -> tuple[Trial, ...]:
    """Queue an image of each prompt with each seed at each constant LoRA strength: all of them or none.

    Without strengths, `recipe` is that of all. `trials` keeps them, and the page shows those of several
    strengths as a grid. Refused if they are more than may wait at once.
    """
    recipes = [Recipe.constant(strength) for strength in strengths] or [recipe]
    return _try_each(studio, round_id, prompts, seeds, recipes, guidance_scale, negative, [None])


def _try_each(
    studio: Studio,
    round_id: str,
    prompts: Sequence[str],
    seeds: Sequence[int],
    recipes: Sequence[Recipe],
    guidance_scale: float | None,
    negative: str,
    loras: Sequence[KeptStep | None],
) -> tuple[Trial, ...]:
    """Queue each combination, by the LoRA of the round (None) or of steps of its training."""
    number = len(prompts) * len(seeds) * len(recipes) * len(loras)
    if number > MOST_WAITING:
        what = "prompts, seeds or strengths" if loras == [None] else "steps or strengths"
        raise StudioError(
            f"That makes {number} images, but only {MOST_WAITING} may wait at once: choose fewer {what}."
        )
    with studio.store.database.transaction():
        return tuple(
            _try(studio, round_id, prompt, seed, guidance_scale, recipe, negative, lora)
            for prompt in prompts
            for seed in seeds
            for lora in loras
            for recipe in recipes
        )


@verb
def trials(studio: Studio, project_id: str) -> tuple[Trial, ...]:
    """The pictures of free prompts of all rounds, the newest first."""
    return trials_of(studio.store).of_project(project_id)


@verb
@by_hand("trials")
def use_trial(studio: Studio, trial_id: str) -> str:
    """Make a candidate of its round from such a picture; returns the candidate's ID.

    It can be accepted like any other, and no statistic counts it.
    """
    return use_as_candidate(studio.store, trial_id)


@verb
def forget_trial(studio: Studio, trial_id: str) -> None:
    """Take such a picture off the strip; a candidate that was made from it stays."""
    trials_of(studio.store).forget(trials_of(studio.store).get(trial_id).id)


@verb
def restore_trial(studio: Studio, trial_id: str) -> None:
    """Put a picture back that was taken off the strip, until a day later; a waiting one is drawn."""
    with studio.store.database.transaction():
        trial = trials_of(studio.store).get(trial_id)
        trials_of(studio.store).restore(trial_id)
        if not trial.image and not trial.trouble:
            studio._queue(studio.store.rounds.get(trial.round_id), "try")


@verb
def trial_picture(studio: Studio, trial_id: str) -> Path:
    """The picture of a trial, a PNG."""
    image = trials_of(studio.store).get(trial_id).image
    if not image:
        raise StudioError("This image is not generated yet: wait for it.")
    return studio.store.images.path(image)


@verb
def kept_steps(studio: Studio, round_id: str) -> tuple[KeptStep, ...]:
    """The LoRAs that were kept of a round's training, by step.

    Each validation (`tune.validate_every`) keeps one; that of the last step is beside them.
    """
    return studio.store.snapshots.round(round_id).record.kept_steps


@verb
def try_steps(
    studio: Studio,
    round_id: str,
    prompt: str = "",
    steps: Sequence[int] = (),
    strengths: Sequence[float] = STRENGTHS,
    seed: int | None = None,
    guidance_scale: float | None = None,
    negative: str = "",
) -> tuple[Trial, ...]:
    """Queue one prompt with one seed by each step at each constant LoRA strength: all of them or none.

    By default it is a test prompt that nothing was trained on, with the seed of its first image, and up
    to six steps of the whole training. `trials` keeps the images.
    """
    here = studio.store.snapshots.round(round_id)
    chosen = [kept_step(here, step) for step in dict.fromkeys(steps)]
    if not chosen:
        chosen = [kept_step(here, step) for step in usual_steps(here)]
    if not chosen:
        raise StudioError(why_none(here) or "No step of this round's training is kept.")
    given = prompt.strip() or usual_prompt(here)
    given = given or studio.store.projects.prompts(here.round.project_id).subjects[0].prompt
    return _try_each(
        studio,
        round_id,
        [given],
        [usual_seed(here, given) if seed is None else seed],
        [Recipe.constant(strength) for strength in dict.fromkeys(strengths)],
        guidance_scale,
        negative,
        chosen,
    )


@verb
@by_hand("rounds")
def use_step(studio: Studio, round_id: str, step: int) -> Round:
    """Let a round have the LoRA of a step of its training, as if that had ended there.

    A round that has images or further rounds keeps its LoRA with all that was made of it; a new round
    beside it then has that of the step, and is returned. The same step twice is one round. Nothing is
    lost: the LoRA of the last step can be taken again.
    """
    with studio.store.database.transaction():
        here = studio.store.snapshots.round(round_id)
        kept, name = kept_step(here, step), _name(here)
        if here.round.adapter is None or is_pending(studio.store, here.round, "fine_tune"):
            raise StudioError(
                f"The training of {name} has not ended: wait for it, or end it first, then choose a step."
            )
        if kept.adapter == here.round.adapter:
            raise StudioError(f"{name} already has the LoRA of step {step}.")
        if not here.tiles and not here.children:
            studio._refuse_while_at_work({round_id})
            studio.store.rounds.take_step(round_id, kept)
            return studio.store.rounds.get(round_id)
        for other in here.project.shown:
            beside = other.round.parent_id == here.round.parent_id and other.variant.tunes
            if beside and other.round.adapter == kept.adapter and other.settings == here.settings:
                return other.round
        return _beside(studio, here, kept)


@verb
def forget_steps(studio: Studio, round_id: str) -> int:
    """Delete the kept LoRAs of a round but for its own; returns the bytes that were freed.

    Images that were drawn with them stay.
    """
    with studio.store.database.transaction():
        here = studio.store.snapshots.round(round_id)
        kept = here.record.kept_steps
        if is_pending(studio.store, here.round, "fine_tune"):
            raise StudioError(f"{_name(here)} is being trained: wait until that is done.")
        studio.store.rounds.forget_steps(round_id, [one.step for one in kept])
    return forget_unused_adapters(studio.store, {one.adapter for one in kept})


def _name(here: RoundSnapshot) -> str:
    return here.project.names[here.id]


def _beside(studio: Studio, here: RoundSnapshot, kept: KeptStep) -> Round:
    """A new round with the LoRA of a step, and with the course of the training up to it."""
    rounds = studio.store.rounds
    made = rounds.add(here.round.project_id, here.round.parent_id, here.settings)
    rounds.keep_prior_drawing(made.id, here.round.prior_drawing)
    rounds.finish_training(made.id, kept.adapter, kept.trained_as, rounds.training_set(here.id))
    rounds.take_step(made.id, kept)
    rounds.copy_course(here.id, made.id, until=kept.step)
    name = f"{_name(here)}, step {kept.step}"
    if len(name) <= MAX_ROUND_NAME_LENGTH:
        studio.rename_round(made.id, name)
    return rounds.get(made.id)
