"""Try a prompt on a round, and use the picture as one of its candidates."""

from collections.abc import Sequence
from pathlib import Path

from gal_studio.core.entered import about_entered, entered
from gal_studio.core.errors import StudioError
from gal_studio.core.recipe import AS_TRAINED, Recipe
from gal_studio.core.snapshot import KeptStep
from gal_studio.rounds import trials
from gal_studio.rounds.replays import refuse_by_hand
from gal_studio.state.tables.trials import NewTrial, Trial
from gal_studio.studio.verbs.base import Verbs


class TrialVerbs(Verbs):
    """Pictures of free prompts."""

    def try_prompt(
        self,
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
        return self._try(round_id, prompt, seed, guidance_scale, recipe, negative)

    def _try(
        self,
        round_id: str,
        prompt: str,
        seed: int,
        guidance_scale: float | None,
        recipe: Recipe,
        negative: str,
        by: KeptStep | None = None,
    ) -> Trial:
        """Queue a picture by the LoRA of the round, or by that of a step of its training."""
        round_ = self.store.rounds.get(round_id)
        subject = self.store.projects.prompts(round_.project_id).stands_for
        usual = self.store.rounds.settings(round_id).generation.as_drawn.guidance_scale
        new = NewTrial(
            entered(prompt).strip().replace("{}", subject),
            seed,
            usual if guidance_scale is None else guidance_scale,
            recipe,
            negative=" ".join(entered(negative).split()),
            step=None if by is None else by.step,
            lora="" if by is None else by.adapter,
        )
        with self.store.database.transaction():
            trials.check(self.store, round_id, new)
            trial = self.store.trials.add(round_id, new)
            self._queue(round_, "try")
        self._tell_each([about_entered(prompt)])
        return trial

    def try_grid(
        self,
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
        return self._try_each(round_id, prompts, seeds, recipes, guidance_scale, negative, [None])

    def _try_each(
        self,
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
        if number > trials.MOST_WAITING:
            what = "prompts, seeds or strengths" if loras == [None] else "steps or strengths"
            raise StudioError(
                f"These are {number} images, and {trials.MOST_WAITING} may wait at once: choose fewer {what}."
            )
        with self.store.database.transaction():
            return tuple(
                self._try(round_id, prompt, seed, guidance_scale, recipe, negative, lora)
                for prompt in prompts
                for seed in seeds
                for lora in loras
                for recipe in recipes
            )

    def trials(self, project_id: str) -> tuple[Trial, ...]:
        """The pictures of free prompts of all rounds, the newest first."""
        return self.store.trials.of_project(project_id)

    def use_trial(self, trial_id: str) -> str:
        """Make a candidate of its round from such a picture; returns the candidate's ID.

        It can be accepted like any other, and no statistic counts it.
        """
        refuse_by_hand(self.store, self.store.trials.get(trial_id).round_id)
        return trials.use_as_candidate(self.store, trial_id)

    def forget_trial(self, trial_id: str) -> None:
        """Take such a picture off the strip; a candidate that was made from it stays."""
        self.store.trials.forget(self.store.trials.get(trial_id).id)

    def restore_trial(self, trial_id: str) -> None:
        """Put a picture back that was taken off the strip, until a day later; a waiting one is drawn."""
        with self.store.database.transaction():
            trial = self.store.trials.get(trial_id)
            self.store.trials.restore(trial_id)
            if not trial.image and not trial.trouble:
                self._queue(self.store.rounds.get(trial.round_id), "try")

    def trial_picture(self, trial_id: str) -> Path:
        """The picture of a trial, a PNG."""
        image = self.store.trials.get(trial_id).image
        if not image:
            raise StudioError("This image is not generated yet: wait for it.")
        return self.store.images.path(image)
