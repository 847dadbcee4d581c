"""The LoRAs that were kept of a training: draw them side by side, take one of them, delete them."""

from collections.abc import Sequence

from gal_studio.core.errors import StudioError
from gal_studio.core.naming import MAX_ROUND_NAME_LENGTH, round_names
from gal_studio.core.recipe import Recipe
from gal_studio.core.snapshot import KeptStep, RoundSnapshot
from gal_studio.core.types import Round
from gal_studio.rounds.kept_steps import (
    STRENGTHS,
    kept_step,
    usual_prompt,
    usual_seed,
    usual_steps,
    why_none,
)
from gal_studio.rounds.replays import refuse_by_hand
from gal_studio.state.tables.trials import Trial
from gal_studio.studio.verbs.tree import TreeVerbs
from gal_studio.studio.verbs.trials import TrialVerbs
from gal_studio.studio.waiting import is_pending
from gal_studio.workspace.delete import forget_unused_adapters


class StepVerbs(TrialVerbs, TreeVerbs):
    """The steps of one training."""

    def kept_steps(self, round_id: str) -> tuple[KeptStep, ...]:
        """The LoRAs that were kept of a round's training, by step.

        Each validation (`tune.validate_every`) keeps one; that of the last step is beside them.
        """
        return self.store.snapshots.round(round_id).record.kept_steps

    def try_steps(
        self,
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
        here = self.store.snapshots.round(round_id)
        chosen = [kept_step(here, step) for step in dict.fromkeys(steps)]
        if not chosen:
            chosen = [kept_step(here, step) for step in usual_steps(here)]
        if not chosen:
            raise StudioError(why_none(here) or "No step of this round's training is kept.")
        given = prompt.strip() or usual_prompt(here)
        given = given or self.store.projects.prompts(here.round.project_id).subjects[0].prompt
        return self._try_each(
            round_id,
            [given],
            [usual_seed(here, given) if seed is None else seed],
            [Recipe.constant(strength) for strength in dict.fromkeys(strengths)],
            guidance_scale,
            negative,
            chosen,
        )

    def use_step(self, round_id: str, step: int) -> Round:
        """Let a round have the LoRA of a step of its training, as if that had ended there.

        A round that has images or further rounds keeps its LoRA with all that was made of it; a new round
        beside it then has that of the step, and is returned. The same step twice is one round. Nothing is
        lost: the LoRA of the last step can be taken again.
        """
        refuse_by_hand(self.store, round_id)
        with self.store.database.transaction():
            here = self.store.snapshots.round(round_id)
            kept, name = kept_step(here, step), self._name(here)
            if here.round.adapter is None or is_pending(self.store, here.round, "fine_tune"):
                raise StudioError(
                    f"The training of {name} has not ended: wait for it, or end it first, then choose a step."
                )
            if kept.adapter == here.round.adapter:
                raise StudioError(f"{name} has the LoRA of step {step} already.")
            if not here.tiles and not here.children:
                self._refuse_while_at_work({round_id})
                self.store.rounds.take_step(round_id, kept)
                return self.store.rounds.get(round_id)
            for other in here.project.shown:
                beside = other.round.parent_id == here.round.parent_id and other.round.variant.tunes
                if beside and other.round.adapter == kept.adapter and other.settings == here.settings:
                    return other.round
            return self._beside(here, kept)

    def forget_steps(self, round_id: str) -> int:
        """Delete the kept LoRAs of a round but for its own; returns the bytes that were freed.

        Images that were drawn with them stay.
        """
        with self.store.database.transaction():
            here = self.store.snapshots.round(round_id)
            kept = here.record.kept_steps
            if is_pending(self.store, here.round, "fine_tune"):
                raise StudioError(f"{self._name(here)} is being trained: wait until that is done.")
            self.store.rounds.forget_steps(round_id, [one.step for one in kept])
        return forget_unused_adapters(self.store, {one.adapter for one in kept})

    @staticmethod
    def _name(here: RoundSnapshot) -> str:
        return round_names([each.round for each in here.project.rounds])[here.id]

    def _beside(self, here: RoundSnapshot, kept: KeptStep) -> Round:
        """A new round with the LoRA of a step, and with the course of the training up to it."""
        rounds = self.store.rounds
        made = rounds.add(here.round.project_id, here.round.parent_id, here.settings)
        rounds.keep_prior_drawing(made.id, here.prior_drawing)
        rounds.finish_training(made.id, kept.adapter, kept.trained_as, rounds.training_set(here.id))
        rounds.take_step(made.id, kept)
        rounds.save_losses(made.id, [one for one in rounds.losses(here.id) if one[0] <= kept.step])
        for preview in here.record.previews:
            if preview.step <= kept.step:
                rounds.add_preview(made.id, preview)
        for validation in here.record.validations:
            if validation.step <= kept.step:
                rounds.add_validation(made.id, validation)
        name = f"{self._name(here)}, step {kept.step}"
        if len(name) <= MAX_ROUND_NAME_LENGTH:
            self.rename_round(made.id, name)
        return rounds.get(made.id)
