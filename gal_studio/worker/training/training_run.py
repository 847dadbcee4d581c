"""What every training job does besides its steps: checkpoints, the loss curve, storing the adapter."""

import logging
import math
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from gal_studio.core.errors import StudioError
from gal_studio.core.gal.balance import plan_draws
from gal_studio.core.gal.validation import only_copies_since, steps_to_keep
from gal_studio.core.models.names import public_name, public_settings
from gal_studio.core.seeds import candidate_seed
from gal_studio.core.settings import TuneSettings
from gal_studio.core.snapshot import KeptStep
from gal_studio.core.types import Job, TrainingExample
from gal_studio.engine.models.adapters import AdapterCard, adapter_tensors, detach, save_adapter
from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.sampling.sampler import DrawRequest
from gal_studio.engine.training.checkpoints import Checkpoint, CheckpointError
from gal_studio.engine.training.fine_tune import TuneEvent
from gal_studio.engine.training.latents import ExamplePicture, Latents, encode_pictures
from gal_studio.engine.training.teacher import Teacher
from gal_studio.engine.training.trainer import Run
from gal_studio.engine.training.verify import verify_adapter
from gal_studio.rounds import checkpoints, fingerprints, lineage
from gal_studio.rounds.inputs import inputs_of
from gal_studio.rounds.prior import PriorPrompt, drawn_prior
from gal_studio.rounds.teacher import check_teacher, teacher_of
from gal_studio.second_try import renamed
from gal_studio.state import Store
from gal_studio.state.files.content_store import writing_beside
from gal_studio.state.files.inside import remove
from gal_studio.worker.disk_errors import disk_errors
from gal_studio.worker.models import Models
from gal_studio.worker.task import Progress, Task, open_task
from gal_studio.workspace.delete import forget_unused_adapters

KEPT_CHECKPOINTS = 2
LOSS_EVERY = 0.5  # seconds between two writes of the loss curve

logger = logging.getLogger("gal_studio.worker")
Start = Callable[[Run], Iterator[TuneEvent]]


@dataclass(frozen=True)
class TrainingTask(Task):
    """What the parts of a training job share, read in one snapshot; later changes make another training.

    `fingerprint` identifies the training, `planned` the same up to its last step, `endless` that of any
    number of steps (None if they depend on it), `examples` are GAL's
    training set (Eq. G9), `given_prior` the user's own prior pictures (prompt, image), `drawn_prior` what the
    base model draws instead; training starts from the adapter `start` (None: the base model), and has a
    `teacher` or none (Eq. G24).
    """

    fingerprint: str
    planned: str
    endless: str | None
    examples: tuple[TrainingExample, ...]
    given_prior: tuple[tuple[str, str], ...]
    drawn_prior: tuple[PriorPrompt, ...]
    start: Path | None
    seed: int
    teacher: Teacher | None = None

    @property
    def steps(self) -> int:
        """The steps of a fine-tuning: more than in the settings where accepted pictures come on top."""
        references = sum(example.is_reference for example in self.examples)
        planned = plan_draws(self.settings.tune, references > 0, references < len(self.examples)).steps
        return planned if self.round.ends_at is None else min(planned, self.round.ends_at)

    @property
    def last_step(self) -> float:
        """The step at which a person ended the training; infinite for its own end."""
        return math.inf if self.round.ends_at is None else self.round.ends_at

    @property
    def checkpoints(self) -> Path:
        """The folder of the checkpoints of this training alone."""
        return checkpoints.folder(self.store, self.round.id, self.planned)


def open_training(store: Store, models: Models, job: Job) -> TrainingTask:
    """Read what a training job needs; call it in the snapshot in which the fingerprint was computed."""
    inputs = inputs_of(store, job.round_id)
    start, first = lineage.starting_adapter(inputs.here), teacher_of(inputs)
    check_teacher(first, store.adapters.has)
    return TrainingTask(
        **vars(open_task(store, models, job)),
        fingerprint=fingerprints.training_fingerprint(inputs),
        planned=fingerprints.planned_fingerprint(inputs),
        endless=fingerprints.endless_fingerprint(inputs),
        examples=inputs.examples,
        given_prior=inputs.given_prior,
        drawn_prior=drawn_prior(inputs),
        start=store.adapters.plain(start) if start else None,
        seed=lineage.round_training_seed(inputs.here),
        teacher=Teacher(store.adapters.plain(first.adapter), first.recipe, first.steps) if first else None,
    )


def training_pictures(
    store: Store, examples: Sequence[TrainingExample], tune: TuneSettings
) -> tuple[ExamplePicture, ...]:
    """Load the pictures and masks of the examples; `tune` says what the background of a reference counts."""
    return tuple(
        ExamplePicture(
            image=store.images.picture(example.image),
            prompt=example.prompt,
            weight=example.weight,
            mask=store.images.mask(example.mask) if example.mask else None,
            is_reference=example.is_reference,
            background=tune.background if example.is_reference else 0.0,
        )
        for example in examples
    )


def encoded(
    model: ImageModel, images: Sequence[Image.Image], tune: TuneSettings, latents: Latents | None = None
) -> Generator[Progress, None, Latents]:
    """Encode the pictures of a training, beside `latents`; it can be stopped after each picture."""
    latents = {} if latents is None else latents
    for done in encode_pictures(model, images, tune, latents):
        yield Progress("encode", done, len(images), "Encoding the images")
    return latents


def keep_nothing(state: Checkpoint) -> None:
    """Keep no LoRA of this step."""


def follow(
    task: TrainingTask, start: Start, before_saving: Callable[[Checkpoint], None] = keep_nothing
) -> Generator[TuneEvent, None, None]:
    """Run a training from its newest checkpoint, saving the next ones, each after `before_saving`.

    Closing the generator saves a checkpoint; the stored loss curve has no gaps.
    """
    rounds, losses = task.store.rounds, list[tuple[int, float]]()
    reached, resumed_at = 0, None

    def forget(step: int) -> None:
        nonlocal reached
        reached = step
        gone = {one.adapter for one in task.now().record.kept_steps if one.step > step}
        rounds.clear_training(task.round.id, step)
        forget_unused_adapters(task.store, gone)

    def keep(state: Checkpoint) -> None:
        """The checkpoint last: a training that resumes at it does not make the others again."""
        rounds.save_losses(task.round.id, losses, resumed_at)
        before_saving(state)
        save_checkpoint(task, state)

    events = from_the_newest(task, start, keep, forget)
    written = time.monotonic()
    try:
        for event in events:
            if not event.resumed:
                resumed_at = resumed_at or (event.step if reached else None)
                losses.append((event.step, event.loss))
            if time.monotonic() - written > LOSS_EVERY:
                rounds.save_losses(task.round.id, losses, resumed_at)
                losses, written = [], time.monotonic()
            yield event
    finally:
        try:
            rounds.save_losses(task.round.id, losses, resumed_at)
        finally:
            events.close()


def from_the_newest(
    task: TrainingTask,
    start: Start,
    keep: Callable[[Checkpoint], None],
    forget: Callable[[int], None] = lambda step: None,
) -> Generator[TuneEvent, None, None]:
    """Resume from the newest intact checkpoint of this training; the others are deleted.

    `forget` is called with the step of each that is tried, behind which everything is computed again.
    """
    for checkpoint in (*reversed(saved_checkpoints(task)), None):
        reached = checkpoints.step(checkpoint) if checkpoint else 0
        forget(reached)
        try:
            yield from start(Run(task.start, checkpoint, keep, task.round.ends_at, teacher=task.teacher))
            return
        except CheckpointError as refusal:
            if checkpoint is None:
                raise
            logger.warning(
                "round %s: the checkpoint %s is deleted: %s", task.round.id, checkpoint.name, refusal
            )
            with disk_errors(task.store.workspace):
                checkpoint.unlink(missing_ok=True)


def keep_adapter(task: TrainingTask, model: ImageModel, examples: Sequence[TrainingExample]) -> None:
    """Store the adapter under its hash and verify it; only then is the training stored as done.

    A verified adapter has the trained tensors when read back, and draws a picture.
    """
    trained = adapter_tensors(model)
    written = save_trained(task, model)
    name = task.store.adapters.add_file(written)
    verify_adapter(
        model, task.store.adapters.plain(name), trained, first_request(task), task.settings.generation
    )
    with task.store.database.transaction():
        check_not_ended(task)
        task.store.rounds.finish_training(task.round.id, name, task.fingerprint, examples)
        _keep_last_step(task, name)
    keep_last_state(task)


def keep_validated_step(task: TrainingTask, model: ImageModel, state: Checkpoint) -> None:
    """Keep the LoRA of a validated step before the last one, as a training that ended there would leave it.

    A whole denoiser is not kept: each has as many gigabytes as the model.
    """
    tune = task.settings.tune
    is_validated = tune.validate_every and state.step and state.step % tune.validate_every == 0
    if not is_validated or tune.method == "full" or state.step >= task.steps:
        return
    written = save_trained(task, model)
    name = task.store.adapters.add_file(written)
    with disk_errors(task.store.workspace):
        written.unlink(missing_ok=True)
    task.store.rounds.keep_step(task.round.id, _kept_step(task, state.step, name))


def _kept_step(task: TrainingTask, step: int, adapter: str) -> KeptStep:
    return KeptStep(step, adapter, fingerprints.ended_fingerprint(task.planned, step), step)


def _keep_last_step(task: TrainingTask, adapter: str) -> None:
    """Keep the LoRA of the last step beside those before it, which may be those of a shorter training."""
    rounds = task.store.rounds
    if not (kept := task.now().record.kept_steps):
        return
    for one in kept:
        rounds.keep_step(task.round.id, _kept_step(task, one.step, one.adapter))
    last = KeptStep(task.steps, adapter, task.fingerprint, task.round.ends_at)
    rounds.keep_step(task.round.id, last)


def keep_last_state(task: TrainingTask) -> None:
    """Delete the checkpoints, also of abandoned trainings, but for a last state that more steps can follow.

    Only the project's newest training keeps one.
    """
    workspace, own = task.store.workspace, task.checkpoints.parent
    last = next((path for path in saved_checkpoints(task) if checkpoints.step(path) == task.steps), None)
    if task.endless is None or task.round.ends_at is not None or last is None:
        remove(workspace, own)
        return
    kept = checkpoints.folder(task.store, task.round.id, task.endless) / last.name
    with disk_errors(workspace):
        kept.parent.mkdir(parents=True, exist_ok=True)
        renamed(last, kept)
    for path in (*own.iterdir(), *kept.parent.iterdir()):
        if path not in (kept, kept.parent):
            remove(workspace, path)
    for other in task.store.rounds.of_project(task.project.id):
        if other.id != task.round.id:
            checkpoints.forget_last_state(task.store, other.id)


def save_trained(task: TrainingTask, model: ImageModel) -> Path:
    """Save the attached adapter beside its checkpoints; returns its file."""
    card = AdapterCard(
        trigger_word=task.prompts.trigger,
        base_model=public_name(task.project.base_model),
        round=task.round.number,
        seed=task.seed,
        settings=public_settings(task.settings.to_dict()),
        method=task.settings.tune.method,
        kind=task.project.kind,
    )
    path = task.checkpoints / "adapter.safetensors"
    with disk_errors(task.store.workspace):
        path.parent.mkdir(parents=True, exist_ok=True)
        return save_adapter(model, path, card)


class EndedEarlierError(StudioError):
    """A person ended a running training at an earlier step, from which its job goes on."""


def check_not_ended(task: TrainingTask) -> None:
    """Raise an EndedEarlierError if a person has ended the training since it was opened."""
    if task.store.rounds.get(task.round.id).ends_at != task.round.ends_at:
        raise EndedEarlierError("The training was ended at an earlier step: press Resume.")


def end_at_best(task: TrainingTask) -> int | None:
    """End a training at the saved step since which more steps only copied (Eq. G22), and return that step."""
    saved = {checkpoints.step(path) for path in saved_checkpoints(task)}
    step = only_copies_since(task.now().record.validations, saved)
    if step is None or step >= task.last_step:
        return None
    task.store.rounds.end_training_at(task.round.id, step)
    return step


@contextmanager
def training_time(task: TrainingTask, model: ImageModel, phase: str) -> Iterator[None]:
    """Add the time of a training to its round, from 0 if it starts anew, and detach the adapter."""
    started = time.monotonic()
    if not saved_checkpoints(task):
        task.store.rounds.set_seconds(task.round.id, phase, 0.0)
    try:
        yield
    finally:
        detach(model)
        with suppress(StudioError):
            task.store.rounds.add_seconds(task.round.id, phase, time.monotonic() - started)


def is_kept(task: TrainingTask) -> bool:
    """Whether the adapter of this training is stored already, by a worker that died before the job ended."""
    adapter = task.round.adapter
    known = task.store.rounds.get(task.round.id).trained_as == task.fingerprint
    return adapter is not None and known and task.store.adapters.intact(adapter)


def first_request(task: Task) -> DrawRequest:
    """The first candidate of the first anchor in the pool, or of the first reference if the pool is empty."""
    pool = lineage.pool(task.store.snapshots.round(task.round.id))
    prompt = pool[0].prompt if pool else task.prompts.subjects[0].prompt
    return DrawRequest(prompt, candidate_seed(task.project.seed, prompt, 0))


def saved_checkpoints(task: TrainingTask) -> list[Path]:
    """The checkpoints of this training up to its end, the newest last; also that of its shorter self."""
    shorter = checkpoints.last_state(task.store, task.round.id, task.endless)
    found = [*([shorter] if shorter else []), *checkpoints.saved(task.checkpoints)]
    end = min(task.last_step, task.steps)
    return sorted((path for path in found if checkpoints.step(path) <= end), key=checkpoints.step)


def save_checkpoint(task: TrainingTask, state: Checkpoint) -> None:
    """Save this state; keep the one before it, and one after which more steps may only copy (Eq. G22)."""
    workspace, path = task.store.workspace, task.checkpoints / f"step-{state.step}.safetensors"
    with disk_errors(workspace):
        path.parent.mkdir(parents=True, exist_ok=True)
        with writing_beside(path, workspace) as beside:
            state.save(beside)
        present = saved_checkpoints(task)
        made = task.now().record.validations
        chosen = task.store.rounds.get(task.round.id).ends_at
        kept = {chosen, *steps_to_keep(made, {checkpoints.step(path) for path in present})}
        for older in present[:-KEPT_CHECKPOINTS]:
            if checkpoints.step(older) not in kept:
                older.unlink(missing_ok=True)
