"""Request the work of rounds and refinements: refused with the reason, and queued only once."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from gal_studio.core.errors import StudioError
from gal_studio.core.jobs.kinds import offered_kinds
from gal_studio.core.settings import Settings
from gal_studio.core.snapshot import RoundSnapshot
from gal_studio.core.types import Job, Round
from gal_studio.core.words import counted
from gal_studio.rounds import checkpoints, lineage, pairs, planned, test_set
from gal_studio.rounds.fingerprints import endless_fingerprint, is_trainable, is_trained
from gal_studio.rounds.inputs import inputs_of
from gal_studio.rounds.other_trainings import asked_pictures, is_compared
from gal_studio.rounds.replays import refuse_by_hand
from gal_studio.studio.open_jobs import is_coming, is_requested
from gal_studio.studio.verbs.measures import MeasureVerbs

_RULE = ("candidates", "allocation")
"""The settings of drawing that change nothing of the pictures that are there."""


class WorkVerbs(MeasureVerbs):
    """Training, drawing and refining. Each request is one or more jobs, which wake the worker."""

    def fine_tune(self, round_id: str) -> Job:
        """Queue the training of a round.

        A round that has pictures keeps them: the training is then a new round, which the job names.
        """
        with self.store.database.transaction():
            job = self._train(round_id)
            self._repeat_refinement(job.round_id)
        return job

    def continue_training(self, round_id: str, steps: int) -> Job:
        """Queue so many more steps of a finished training, from its last state.

        The project's training then has as many steps as well, so that the round stays up to date. As with
        `fine_tune`, a round that has pictures keeps them, and the job names a new round. Refused if the last
        state is not there, or if each step depends on their number.
        """
        refuse_by_hand(self.store, round_id)
        with self.store.database.transaction():
            round_ = self.store.rounds.get(round_id)
            state, settings = self._last_state(round_, steps)
            self._refuse_a_lost_start(round_)
            chosen = round_
            if self.store.candidates.count(round_id) or self.store.rounds.children(round_id):
                for other in self._untrained_beside(round_):
                    job = self._requested(other, "fine_tune")
                    if job is not None and self.store.rounds.settings(other.id) == settings:
                        return job
                chosen = self.store.rounds.add(round_.project_id, round_.parent_id, settings)
                self._take_along(state, round_, chosen)
            self.store.rounds.set_settings(chosen.id, settings)
            wanted = self.store.projects.get(round_.project_id).settings
            if wanted.tune.steps < settings.tune.steps:
                longer = wanted.updated({"tune": {"steps": settings.tune.steps}})
                self.store.projects.set_settings(round_.project_id, longer)
            job = self._queue(chosen, "fine_tune")
            self._repeat_refinement(chosen.id)
            return job

    def generate(self, round_id: str) -> Job:
        """Queue the drawing of a round's missing candidates; it may wait for the training of the round."""
        refuse_by_hand(self.store, round_id)
        with self.store.database.transaction():
            round_ = self.store.rounds.get(round_id)
            job = self._requested(round_, "generate")
            if job is not None:
                return job
            self._fix_settings_to_draw(round_)
            return self._queue(round_, "generate")

    def run_job(self, round_id: str, kind: str) -> Job:
        """Queue a job of a kind that gets its button by its hint; the others have methods of their own."""
        if kind not in (offered := offered_kinds()):
            known = f": choose one of {', '.join(offered)}" if offered else ""
            raise StudioError(f"No job {kind!r} can be requested by its name{known}.")
        refuse_by_hand(self.store, round_id)
        with self.store.database.transaction():
            round_ = self.store.rounds.get(round_id)
            return self._requested(round_, kind) or self._queue(round_, kind)

    def draw_more(self, round_id: str, anchor_id: str) -> Job:
        """Queue three more pictures of one test prompt, beside those that the round draws by itself."""
        refuse_by_hand(self.store, round_id)
        with self.store.database.transaction():
            here = self.store.snapshots.round(round_id)
            if here.round.adapter is None and here.round.kind != "instant":
                raise StudioError(f"Round {here.round.number} is not trained yet: press Fine-tune first.")
            if anchor_id not in {anchor.id for anchor in lineage.pool(here)}:
                raise StudioError(
                    f"Round {here.round.number} does not draw this test prompt: it is switched off, or has "
                    "an accepted picture of an earlier round."
                )
            places = planned.more_of(here, anchor_id)
            if not places:
                raise StudioError("This test prompt has as many pictures as a round can have.")
            self.store.races.ask(round_id, places)
            job = self._requested(here.round, "generate")
            return job or self._queue(here.round, "generate")

    def ask_trainings(self, round_id: str, trainings: int | None = None) -> Job:
        """Queue other trainings of a drawn round, to see where they disagree.

        `trainings` is their number with the round's own, by default that of the project's settings, which
        stay as they are.
        """
        refuse_by_hand(self.store, round_id)
        with self.store.database.transaction():
            here = self.store.snapshots.round(round_id)
            if here.round.kind != "fine_tune":
                raise StudioError(
                    "Only a fine-tuned round can be trained with other seeds: choose the round that this one "
                    "was made of."
                )
            lineage.refuse_given(here.round)
            if not asked_pictures(here):
                raise StudioError(f"Round {here.round.number} has no pictures yet: press Generate first.")
            job = self._requested(here.round, "ask")
            if job is not None:
                return job
            settings = self.store.rounds.settings(round_id)
            wanted = self._wanted_trainings(here, trainings)
            gal = replace(settings.gal, trainings=wanted)
            self.store.rounds.set_settings(round_id, replace(settings, gal=gal))
            if is_compared(here, self.store.siblings.of_round(round_id), wanted):
                raise StudioError(
                    f"{wanted} trainings of round {here.round.number} are compared already: choose more in "
                    "the settings."
                )
            return self._queue(here.round, "ask")

    def trainings_are_compared(self, round_id: str, trainings: int | None = None) -> bool:
        """Whether `ask_trainings` has nothing left to do."""
        here = self.store.snapshots.round(round_id)
        wanted = self._wanted_trainings(here, trainings)
        return is_compared(here, self.store.siblings.of_round(round_id), wanted)

    @staticmethod
    def _wanted_trainings(here: RoundSnapshot, trainings: int | None) -> int:
        return here.project.project.settings.gal.trainings if trainings is None else trainings

    def run_round(self, round_id: str) -> tuple[Job, Job]:
        """Queue the training of a round, followed by its candidates."""
        with self.store.database.transaction():
            training = self._train(round_id)
            drawing = self.generate(training.round_id)
            self._repeat_refinement(training.round_id)
        return training, drawing

    def run_missing(self, round_id: str) -> tuple[Job, ...]:
        """Queue all that a round still lacks, in order: its training, its candidates and its measurement.

        A round that has pictures and is to be trained with other settings keeps them: the jobs are then those
        of a new round beside it. It is measured unless measuring is switched off.
        """
        refuse_by_hand(self.store, round_id)
        with self.store.database.transaction():
            jobs, round_ = [], self.store.rounds.get(round_id)
            if round_.kind == "refine":
                return self.run_refinement(round_id)
            if is_trainable(inputs_of(self.store, round_id)):
                jobs.append(self.fine_tune(round_id))
                round_ = self.store.rounds.get(jobs[0].round_id)
            here = self.store.snapshots.round(round_.id)
            if not here.candidates or planned.missing(here):
                jobs.append(self.generate(round_.id))
            if test_set.prepare(self.store, round_.id).is_wanted:
                jobs.append(self.measure(round_.id))
            if not jobs:
                raise StudioError(
                    f"Round {round_.number} has been run: choose pictures, then go on to the next round."
                )
            return tuple(jobs)

    def make_pairs(self, round_id: str) -> Job:
        """Queue the pairs of a round's refinement; the refinement is created if needed."""
        refuse_by_hand(self.store, round_id)
        with self.store.database.transaction():
            node = self._refinement_of(round_id)
            job = self._pairs_if_missing(node)
            if job is None:
                raise StudioError(
                    f"The refinement of round {node.number} has all its pairs: look at them and press Train "
                    "on these pairs, or choose more pairs in the settings."
                )
            return job

    def refine(self, round_id: str) -> Job:
        """Queue the training of a refinement that has its pairs.

        One that has pictures keeps them: the training is then a new refinement, which the job names.
        """
        with self.store.database.transaction():
            node = self.store.rounds.get(round_id)
            inputs = inputs_of(self.store, node.id)
            pairs.refined_round(inputs.here)
            job = self._requested(node, "refine")
            if job is not None:
                return job
            if not pairs.pairs_are_ready(inputs) and not is_coming(self.store, node, "pairs"):
                raise StudioError(
                    f"The refinement of round {node.number} has no finished pairs yet: press Make comparison "
                    "pairs first."
                )
            chosen = self._refinement_to_train(node)
            return self._queue(node, "refine") if chosen.id == node.id else self.refine(chosen.id)

    def run_refinement(self, round_id: str) -> tuple[Job, ...]:
        """Queue the missing steps of a refinement in order: pairs, training and candidates."""
        refuse_by_hand(self.store, round_id)
        with self.store.database.transaction():
            node = self._refinement_of(round_id)
            made = self._pairs_if_missing(node)
            jobs = [*([made] if made else []), self.refine(node.id)]
            if lineage.pool(self.store.snapshots.round(node.id)):
                jobs.append(self.generate(jobs[-1].round_id))
            return tuple(jobs)

    def repeated_refinement(self, round_id: str) -> Round | None:
        """The trained, unpainted refinement of a round that one with the present settings would repeat.

        Refused if there is nothing to learn from.
        """
        base = inputs_of(self.store, round_id, foregrounds=True)
        wanted = pairs.planned_pairs(base, base.here.project.project.settings.refine)
        for other in base.here.children:
            if other.round.kind == "refine" and other.round.adapter and not other.round.archived:
                trained = self.store.rounds.training_set(other.id)
                if pairs.repeats(inputs_of(self.store, other.id), base, wanted, trained):
                    return other.round
        return None

    def judge_quality(self, round_id: str) -> Job:
        """Queue the quality maps of a round's candidates."""
        with self.store.database.transaction():
            round_ = self.store.rounds.get(round_id)
            job = self._requested(round_, "quality")
            if job is not None:
                return job
            drawn = self.store.candidates.count(round_id)
            if not drawn and not is_coming(self.store, round_, "generate"):
                raise StudioError(f"Round {round_.number} has no pictures yet: press Generate first.")
            settings = self.store.rounds.settings(round_id)
            prompts = self.store.projects.prompts(round_.project_id)
            if drawn and len(pairs.judged_candidates(self.store, round_id, settings, prompts)) == drawn:
                raise StudioError(f"All pictures of round {round_.number} have their heat maps already.")
            return self._queue(round_, "quality")

    def _train(self, round_id: str) -> Job:
        """Queue the training of this round, or of a new round beside it if this one has pictures."""
        refuse_by_hand(self.store, round_id)
        with self.store.database.transaction():
            round_ = self.store.rounds.get(round_id)
            lineage.refuse_instant(round_, "trained")
            lineage.refuse_given(round_)
            if round_.kind == "refine":
                raise StudioError(
                    f"This is the refinement of round {round_.number}, which is trained on pairs: press "
                    "Train on these pairs, or go on to the next round."
                )
            job = self._requested(round_, "fine_tune")
            if job is not None:
                return job
            chosen = self._round_to_train(round_)
            return self._queue(round_, "fine_tune") if chosen.id == round_.id else self._train(chosen.id)

    def _repeat_refinement(self, round_id: str) -> None:
        """Queue the refinement after a training, if the refinement of the round above is to be repeated."""
        here = self.store.snapshots.round(round_id)
        if lineage.repeats_refinement(here) and pairs.can_be_refined(here):
            self.run_refinement(round_id)

    def _round_to_train(self, round_: Round) -> Round:
        if round_.adapter is None and self.store.candidates.count(round_.id):
            return round_  # its adapter was lost: the same training makes it again
        settings = self.store.projects.get(round_.project_id).settings
        present = self.store.rounds.settings(round_.id)
        wanted = replace(settings, generation=present.generation, gal=present.gal)
        self.store.rounds.set_settings(round_.id, wanted)
        self._refuse_a_lost_start(round_)
        if is_trained(inputs_of(self.store, round_.id)):
            raise StudioError(
                f"Round {round_.number} is fine-tuned on these pictures with these settings already: "
                "press Generate, or change a setting first."
            )
        if not self.store.candidates.count(round_.id) and not self.store.rounds.children(round_.id):
            self.store.rounds.end_training_at(round_.id, None)
            return round_
        self.store.rounds.set_settings(round_.id, present)
        there = next(self._untrained_beside(round_), None)
        return there or self.store.rounds.add(round_.project_id, round_.parent_id, settings)

    def _untrained_beside(self, round_: Round) -> Iterator[Round]:
        """The untrained rounds of the same kind and parent, made by an earlier request."""
        for other in self.store.rounds.shown(round_.project_id):
            alike = (other.parent_id, other.kind) == (round_.parent_id, round_.kind) and other.id != round_.id
            if not alike or other.adapter is not None or self.store.candidates.count(other.id):
                continue
            if not self.store.rounds.children(other.id) or is_requested(self.store, other, other.kind):
                yield other

    def _last_state(self, round_: Round, steps: int) -> tuple[Path, Settings]:
        """The state after which a finished training goes on, and its settings with so many more steps."""
        name = f"Round {round_.number}"
        lineage.refuse_given(round_)
        if round_.kind != "fine_tune" or round_.adapter is None:
            raise StudioError(f"{name} has no finished fine-tuning to go on from: press Fine-tune first.")
        if is_coming(self.store, round_, "fine_tune"):
            raise StudioError(f"{name} is being trained: wait until that is done, then train more steps.")
        present = self.store.rounds.settings(round_.id)
        if not present.tune.is_open_ended:
            raise StudioError(
                f"{name} cannot be trained on, since only a LoRA with a constant learning rate can: choose "
                "more training steps in the settings, then press Fine-tune."
            )
        if steps < 1:
            raise StudioError(f"{steps} more steps are none: choose 1 or more.")
        settings = present.updated({"tune": {"steps": present.tune.steps + steps}})
        inputs = inputs_of(self.store, round_.id)
        endless = endless_fingerprint(inputs)
        state = checkpoints.last_state(self.store, round_.id, endless)
        if state is None or not is_trained(inputs):
            raise StudioError(
                f"The last state of {name}'s training is not there any more, or its pictures were changed: "
                "choose more training steps in the settings, then press Fine-tune to train anew."
            )
        self.store.rounds.set_settings(round_.id, settings)
        agrees = endless_fingerprint(inputs_of(self.store, round_.id)) == endless
        self.store.rounds.set_settings(round_.id, present)
        if not agrees:
            raise StudioError(
                f"{counted(steps, 'more step')} would change the share of accepted pictures in {name}'s "
                "draws: choose another number, or more training steps in the settings and press Fine-tune."
            )
        return state, settings

    def _take_along(self, state: Path, former: Round, new: Round) -> None:
        """Give a new round the last state of a training and all that its curves show."""
        checkpoints.copy_state(self.store, state, new.id)
        rounds = self.store.rounds
        rounds.save_losses(new.id, rounds.losses(former.id))
        for preview in rounds.previews(former.id):
            rounds.add_preview(new.id, preview)
        for validation in rounds.validations(former.id):
            rounds.add_validation(new.id, validation)
        rounds.set_seconds(new.id, "fine_tune", rounds.seconds(former.id).get("fine_tune", 0.0))

    def _refuse_a_lost_start(self, round_: Round) -> None:
        """Refuse a training whose starting adapter is lost and not being trained again."""
        here = self.store.snapshots.round(round_.id)
        start = lineage.starting_round(here)
        if start is None or not is_coming(self.store, start.round, "fine_tune", "refine"):
            lineage.check_starting_adapter(here, self.store.adapters.has)

    def _fix_settings_to_draw(self, round_: Round) -> None:
        """Apply the current settings to the round, except for how pictures are drawn if it has some.

        What its training depends on stays, so that the training can be resumed and is known to be done.
        """
        drawable = round_.adapter is not None or round_.kind == "instant"
        if not drawable and not is_coming(self.store, round_, "fine_tune", "refine"):
            trained, button = "refined", "Train on these pairs"
            if round_.kind != "refine":
                trained, button = "fine-tuned", "Fine-tune"
            raise StudioError(f"Round {round_.number} is not {trained} yet: press {button} first.")
        lineage.refuse_an_empty_pool(self.store.snapshots.round(round_.id))
        wanted = self.store.projects.get(round_.project_id).settings
        present = self.store.rounds.settings(round_.id)
        generation = wanted.generation
        machine = replace(present.machine, **wanted.machine.rounding)
        if round_.kind == "refine" or self.store.candidates.count(round_.id):  # compared with its base round
            rule = {name: getattr(wanted.generation, name) for name in _RULE}
            generation = replace(present.generation, **rule)
            machine = present.machine
        if round_.kind == "instant":
            fewer = min(generation.candidates, wanted.references.candidates)
            generation = replace(generation, candidates=fewer)
        self.store.rounds.keep_prior_drawing(round_.id)
        self.store.rounds.set_settings(
            round_.id, replace(present, generation=generation, gal=wanted.gal, machine=machine)
        )
        if generation.allocation == "ladder":
            self.store.races.reopen(round_.id)
        else:
            self.store.races.give_up(round_.id)
        if not planned.missing(self.store.snapshots.round(round_.id)):
            raise StudioError(
                f"Round {round_.number} has all its pictures: go on to the next round, or choose more "
                "pictures per prompt in the settings."
            )

    def _pairs_if_missing(self, node: Round) -> Job | None:
        """Queue the pairs with the current settings; None if all of them exist."""
        job = self._requested(node, "pairs")
        if job is not None:
            return job
        present = self.store.rounds.settings(node.id)
        wanted = self.store.projects.get(node.project_id).settings
        self.store.rounds.set_settings(node.id, replace(present, refine=wanted.refine))
        if pairs.pairs_are_as_planned(inputs_of(self.store, node.id)):
            return None
        if not self.store.refinements.pairs(node.id) and self.repeated_refinement(node.parent_id or node.id):
            raise StudioError(
                f"Round {node.number} is already refined with these pictures and settings: paint over its "
                "pairs, accept other pictures or change a setting first."
            )
        return self._queue(node, "pairs")

    def _refinement_of(self, round_id: str) -> Round:
        """The untrained refinement of a round, or of the one that a refinement refines; created if needed."""
        round_ = self.store.rounds.get(round_id)
        if round_.kind == "refine" and round_.adapter is None:
            return round_
        base = round_
        if round_.kind == "refine":
            base = pairs.refined_round(self.store.snapshots.round(round_id)).round
        lineage.refuse_instant(base, "refined")
        if base.adapter is None and not is_coming(self.store, base, "fine_tune"):
            raise StudioError(f"Round {base.number} is not fine-tuned yet: press Fine-tune first.")
        for child in self.store.rounds.children(base.id):
            if child.kind == "refine" and child.adapter is None and not child.archived:
                return child
        present = self.store.rounds.settings(base.id)
        wanted = self.store.projects.get(base.project_id).settings
        settings = replace(wanted, tune=present.tune, generation=present.generation)  # as in its base round
        return self.store.rounds.add(base.project_id, base.id, settings, "refine")

    def _refinement_to_train(self, node: Round) -> Round:
        """Apply the current settings of the training, but keep the pairs."""
        wanted = self.store.projects.get(node.project_id).settings.refine
        present = self.store.rounds.settings(node.id)
        made = present.refine
        refine = replace(
            wanted,
            pairs=made.pairs,
            pair_prompts=made.pair_prompts,
            clean_background=made.clean_background,
            vision_model=made.vision_model,
        )
        settings = replace(present, refine=refine)
        self.store.rounds.set_settings(node.id, settings)
        if is_trained(inputs_of(self.store, node.id)):
            raise StudioError(
                f"Round {node.number} is already refined with these pairs and settings: press Generate, "
                "paint over the pairs, or change a setting first."
            )
        if not self.store.candidates.count(node.id) and not self.store.rounds.children(node.id):
            self.store.rounds.end_training_at(node.id, None)
            return node
        self.store.rounds.set_settings(node.id, present)
        for other in self._untrained_beside(node):
            if self._painted_pairs(other.id) == self._painted_pairs(node.id):
                return other
        beside = self.store.rounds.add(node.project_id, node.parent_id, settings, "refine")
        self.store.refinements.copy(node.id, beside.id)
        return beside

    def _painted_pairs(self, round_id: str) -> list[tuple[object, ...]]:
        """The pairs of a refinement with their pictures and paint."""
        painted = self.store.refinements.paintings.newest(round_id)
        stored = self.store.refinements.pairs(round_id)
        return [(pair.plan, pair.generated_image, painted.get(pair.id)) for pair in stored]
