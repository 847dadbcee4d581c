"""Request the work of rounds: refused with the reason, and queued only once."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from gal_studio.core.errors import StudioError
from gal_studio.core.jobs.kinds import offered_kinds
from gal_studio.core.records.round import Round
from gal_studio.core.settings import Settings
from gal_studio.core.snapshot import RoundSnapshot
from gal_studio.core.types import Job
from gal_studio.core.variants.registry import refuse, refuse_untrained
from gal_studio.core.variants.variant import TRAININGS
from gal_studio.core.words import counted
from gal_studio.rounds import checkpoints, lineage, planned
from gal_studio.rounds.closed import drawn_already, run_already, trained_already
from gal_studio.rounds.fingerprints import endless_fingerprint, is_trainable, is_trained
from gal_studio.rounds.inputs import TrainingInputs, inputs_of
from gal_studio.rounds.patch_maps import judged_candidates
from gal_studio.state.hooks import all_hooks
from gal_studio.studio.verbs.base import Verbs, by_hand, refuse_without_feature
from gal_studio.studio.waiting import is_pending, is_requested

_RULE = ("candidates", "allocation")
"""The settings of drawing that change nothing of the pictures that are there."""


class TrainingVerbs(Verbs):
    """Training, drawing and heat maps. Each request is one or more jobs, which wake the worker."""

    @by_hand("rounds")
    def fine_tune(self, round_id: str) -> Job:
        """Queue the training of a round.

        A round that has pictures keeps them: the training is then a new round, which the job names.
        """
        with self.store.database.transaction():
            job, _ = self._train(inputs_of(self.store, round_id))
        return job

    @by_hand("rounds")
    def continue_training(self, round_id: str, steps: int) -> Job:
        """Queue so many more steps of a finished training, from its last state.

        The project's training then has as many steps as well, so that the round stays up to date. As with
        `fine_tune`, a round that has pictures keeps them, and the job names a new round. Refused if the last
        state is not there, or if each step depends on their number.
        """
        with self.store.database.transaction():
            round_ = self.store.rounds.get(round_id)
            state, settings = self._last_state(round_, steps)
            here = self.store.snapshots.round(round_id)
            self._refuse_a_lost_start(here)
            chosen = round_
            if here.candidates or here.children:
                for other in self._untrained_beside(round_):
                    job = self._requested(other, "fine_tune")
                    if job is not None and other.settings == settings:
                        return job
                chosen = self.store.rounds.add(round_.project_id, round_.parent_id, settings)
                self._take_along(state, round_, chosen)
            self.store.rounds.set_settings(chosen.id, settings)
            wanted = self.store.projects.get(round_.project_id).settings
            if wanted.tune.steps < settings.tune.steps:
                longer = wanted.updated({"tune": {"steps": settings.tune.steps}})
                self.store.projects.set_settings(round_.project_id, longer)
            job = self._queue(chosen, "fine_tune")
            self._follow(self.store.snapshots.round(chosen.id))
            return job

    @by_hand("rounds")
    def generate(self, round_id: str) -> Job:
        """Queue the drawing of a round's missing candidates; it may wait for the training of the round."""
        with self.store.database.transaction():
            return self._generate(self.store.snapshots.round(round_id))

    def _generate(self, here: RoundSnapshot) -> Job:
        """Queue the drawing of a round as it stands in this transaction."""
        refuse_without_feature(here.round)
        jobs = self._jobs_beside(here.round)
        job = self._requested(here.round, "generate", jobs)
        if job is None:
            self._fix_settings_to_draw(here, jobs)
            job = self._queue(here.round, "generate", jobs)
        return job

    @by_hand("rounds")
    def run_job(self, round_id: str, kind: str) -> Job:
        """Queue a job of a kind that gets its button by its hint; the others have methods of their own."""
        if kind not in (offered := offered_kinds()):
            known = f": choose one of {', '.join(offered)}" if offered else ""
            raise StudioError(f"No job {kind!r} can be requested by its name{known}.")
        with self.store.database.transaction():
            round_ = self.store.rounds.get(round_id)
            jobs = self._jobs_beside(round_)
            return self._requested(round_, kind, jobs) or self._queue(round_, kind, jobs)

    @by_hand("rounds")
    def draw_more(self, round_id: str, anchor_id: str) -> Job:
        """Queue three more pictures of one test prompt, beside those that the round draws by itself."""
        with self.store.database.transaction():
            here = self.store.snapshots.round(round_id)
            refuse_without_feature(here.round)
            refuse_untrained(here.round)
            if anchor_id not in {anchor.id for anchor in lineage.pool(here)}:
                raise StudioError(
                    f"Round {here.round.number} does not generate this test prompt: it is disabled, or "
                    "has an accepted image of an earlier round."
                )
            places = planned.more_of(here, anchor_id)
            if not places:
                raise StudioError("This test prompt already has as many images as a round can have.")
            self.store.races.ask(round_id, places)
            job = self._requested(here.round, "generate")
            return job or self._queue(here.round, "generate")

    @by_hand("rounds")
    def run_round(self, round_id: str) -> tuple[Job, Job]:
        """Queue the training of a round, followed by its candidates."""
        with self.store.database.transaction():
            training, here = self._train(inputs_of(self.store, round_id), leads=False)
            drawing = self._generate(here)
            self._follow(here)
        return training, drawing

    def run_missing(self, round_id: str) -> tuple[Job, ...]:
        """Queue all that a round still lacks, in order: its training, its candidates and its measurement.

        A round that has pictures and is to be trained with other settings keeps them: the jobs are then those
        of a new round beside it. It is measured unless measuring is switched off.
        """
        with self.store.database.transaction():
            jobs, inputs = [], inputs_of(self.store, round_id)
            here = inputs.here
            self._refuse_by_hand(here.round.project_id)
            if here.refined:
                return self._run_by_a_feature(here)
            if is_trainable(inputs):
                job, here = self._train(inputs)
                jobs.append(job)
            if not here.candidates or planned.missing(here):
                jobs.append(self._generate(here))
            for hooks in all_hooks():
                jobs += hooks.missing(self, here)
            if not jobs:
                raise StudioError(run_already(here.round.number))
            return tuple(jobs)

    def judge_quality(self, round_id: str) -> Job:
        """Queue the quality maps of a round's candidates."""
        with self.store.database.transaction():
            round_ = self.store.rounds.get(round_id)
            lineage.refuse_without_references(self.store.projects.get(round_.project_id), "a heat map")
            job = self._requested(round_, "quality")
            if job is not None:
                return job
            drawn = self.store.candidates.count(round_id)
            if not drawn and not is_pending(self.store, round_, "generate"):
                raise StudioError(lineage.no_images(round_.number))
            prompts = self.store.projects.prompts(round_.project_id)
            if drawn and len(judged_candidates(self.store, round_id, round_.settings, prompts)) == drawn:
                raise StudioError(f"All images of round {round_.number} already have their heat maps.")
            return self._queue(round_, "quality")

    def _train(self, inputs: TrainingInputs, leads: bool = True) -> tuple[Job, RoundSnapshot]:
        """Queue the training of this round, or of a new round beside it if this one has pictures.

        Also what features do after it, if it `leads`. Returns the round as it stands.
        """
        here = inputs.here
        refuse("train", here.round)
        if not inputs.examples:
            raise StudioError(
                f"Round {here.round.number} has nothing to train on: the project has no reference images, so "
                "accept images in the previous round."
            )
        jobs = self._jobs_beside(here.round)
        job = self._requested(here.round, "fine_tune", jobs)
        if job is None:
            chosen = self._round_to_train(inputs)
            if chosen.id != here.id:
                return self._train(inputs_of(self.store, chosen.id), leads)
            here, job = chosen, self._queue(chosen.round, "fine_tune", jobs)
        if leads:
            self._follow(here)
        return job, here

    def _run_by_a_feature(self, here: RoundSnapshot) -> tuple[Job, ...]:
        """Queue all that a round lacks whose training a feature does."""
        for hooks in all_hooks():
            if run := hooks.run.get(here.variant.training or ""):
                return run(self, here.id)
        raise StudioError(here.variant.why_no_training(here.round.number))

    def _follow(self, here: RoundSnapshot) -> None:
        """Queue what features do after the training of a round, which was queued."""
        for hooks in all_hooks():
            hooks.after_training(self, here)

    def _round_to_train(self, inputs: TrainingInputs) -> RoundSnapshot:
        """The round with the settings of its training, which are stored; another one if it has pictures."""
        here = inputs.here
        round_, settings, present = here.round, here.wanted_settings, here.settings
        if round_.adapter is None and here.candidates:
            return here  # its adapter was lost: the same training makes it again
        wanted = replace(settings, generation=present.generation, gal=present.gal)
        changed = replace(inputs, here=here.supposing(wanted))
        self._refuse_a_lost_start(changed.here)
        if is_trained(changed):
            raise StudioError(trained_already(round_.number))
        if not here.candidates and not here.children:
            return self._begin_training_anew(here, wanted)
        there = next(self._untrained_beside(round_), None)
        there = there or self.store.rounds.add(round_.project_id, round_.parent_id, settings)
        return self.store.snapshots.round(there.id)

    def _begin_training_anew(self, here: RoundSnapshot, settings: Settings) -> RoundSnapshot:
        """Store the settings of a training that runs up to its last step; returns the round with them."""
        if settings != here.settings:
            self.store.rounds.set_settings(here.id, settings)
        if here.round.ends_at is not None:
            self.store.rounds.end_training_at(here.id, None)
        return here.supposing(settings, round=replace(here.round, ends_at=None))

    def _untrained_beside(self, round_: Round) -> Iterator[Round]:
        """The untrained rounds of the same kind and parent, made by an earlier request."""
        for beside in self.store.snapshots.outline(round_.project_id).shown:
            other = beside.round
            alike = (other.parent_id, other.kind) == (round_.parent_id, round_.kind) and other.id != round_.id
            if not alike or other.adapter is not None or self.store.candidates.count(other.id):
                continue
            if not beside.children or is_requested(self.store, other, other.kind):
                yield other

    def _last_state(self, round_: Round, steps: int) -> tuple[Path, Settings]:
        """The state after which a finished training goes on, and its settings with so many more steps."""
        name = f"Round {round_.number}"
        refuse("continue", round_)
        if is_pending(self.store, round_, "fine_tune"):
            raise StudioError(f"{name} is being trained: wait until that is done, then train more steps.")
        present = round_.settings
        if not present.tune.is_open_ended:
            raise StudioError(
                f"{name} cannot be continued, since it is not a LoRA with a constant learning rate: set "
                "more training steps, then press Train."
            )
        if round_.ends_at is not None:
            raise StudioError(
                f"{name} has the LoRA of step {round_.ends_at}, which no more steps follow: choose more "
                "training steps in the settings, then press Train."
            )
        if steps < 1:
            raise StudioError(f"{steps} more steps make no difference: choose 1 or more.")
        settings = present.updated({"tune": {"steps": present.tune.steps + steps}})
        inputs = inputs_of(self.store, round_.id)
        endless = endless_fingerprint(inputs)
        state = checkpoints.last_state(self.store, round_.id, endless)
        if state is None or not is_trained(inputs):
            raise StudioError(
                f"The last state of {name}'s training is gone, or its images were changed: choose more "
                "training steps in the settings, then press Train."
            )
        self.store.rounds.set_settings(round_.id, settings)
        agrees = endless_fingerprint(inputs_of(self.store, round_.id)) == endless
        self.store.rounds.set_settings(round_.id, present)
        if not agrees:
            raise StudioError(
                f"{counted(steps, 'more step')} would change how often {name} trains on accepted images: "
                "choose another number, or set more training steps and press Train."
            )
        return state, settings

    def _take_along(self, state: Path, former: Round, new: Round) -> None:
        """Give a new round the last state of a training, its prior images and all that its curves show."""
        checkpoints.copy_state(self.store, state, new.id)
        rounds = self.store.rounds
        rounds.keep_prior_drawing(new.id, rounds.get(former.id).prior_drawing)
        rounds.copy_course(former.id, new.id)
        record = self.store.snapshots.node(former.id).record
        for kept in record.kept_steps:
            rounds.keep_step(new.id, kept)
        rounds.set_seconds(new.id, "fine_tune", record.seconds.get("fine_tune", 0.0))

    def _refuse_a_lost_start(self, here: RoundSnapshot) -> None:
        """Refuse a training whose starting adapter is lost and not being trained again."""
        start = lineage.starting_round(here)
        if start is None or not is_pending(self.store, start.round, *TRAININGS):
            lineage.check_starting_adapter(here, self.store.adapters.has)

    def _fix_settings_to_draw(self, here: RoundSnapshot, jobs: Sequence[Job]) -> None:
        """Apply the current settings to the round, except for how pictures are drawn if it has some.

        What its training depends on stays, so that the training can be resumed and is known to be done.
        `jobs` are those of its project.
        """
        round_ = here.round
        if not (round_.can_generate or is_pending(self.store, round_, *TRAININGS, known=jobs)):
            raise StudioError(round_.variant.untrained(round_.number))
        lineage.refuse_an_empty_pool(here)
        wanted, present = here.wanted_settings, here.settings
        generation = wanted.generation
        machine = replace(present.machine, **wanted.machine.rounding)
        if here.refined or here.candidates:  # compared with its base round
            rule = {name: getattr(wanted.generation, name) for name in _RULE}
            generation = replace(present.generation, **rule)
            machine = present.machine
        most = round_.variant.candidates(generation.candidates, wanted.references.candidates)
        generation = replace(generation, candidates=most)
        settings = replace(present, generation=generation, gal=wanted.gal, machine=machine)
        race = here.record.race if generation.allocation == "ladder" else None
        if not planned.missing(here.supposing(settings, race=race and replace(race, ended=False))):
            raise StudioError(drawn_already(round_.number))
        self.store.rounds.keep_prior_drawing(round_.id, here.round.prior_drawing)
        self.store.rounds.set_settings(round_.id, settings)
        if here.record.race is not None and generation.allocation == "ladder":
            self.store.races.reopen(round_.id)
        elif here.record.race is not None:
            self.store.races.give_up(round_.id)
