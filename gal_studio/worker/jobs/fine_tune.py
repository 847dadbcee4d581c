"""The job `fine_tune`: draw prior pictures, train with checkpoints, store the adapter (Eq. G9)."""

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial

from gal_studio.core.snapshot import Preview
from gal_studio.core.types import Job
from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.models.text import check_prompts
from gal_studio.engine.sampling.sampler import DrawnBatch
from gal_studio.engine.training.fine_tune import TuneEvent, fine_tune
from gal_studio.engine.training.latents import ExamplePicture
from gal_studio.engine.training.trainer import Run
from gal_studio.rounds import lineage
from gal_studio.state import Store
from gal_studio.worker.jobs.disk_space import check_training_room
from gal_studio.worker.jobs.validation import (
    drawn_or_refused,
    held_out,
    open_validation,
    preview_held_out,
    validate,
)
from gal_studio.worker.models import Models
from gal_studio.worker.patches.copy_detector import CopyDetector
from gal_studio.worker.task import Progress, Steps, does, open_task
from gal_studio.worker.training import training_run
from gal_studio.worker.training.prior_pictures import prior_pictures
from gal_studio.worker.training.training_run import EndedEarlierError, Start, TrainingTask


@does("fine_tune")
def tune_round(store: Store, models: Models, job: Job) -> Generator[Progress, None, None]:
    """Train the adapter of a round; closing the generator saves a checkpoint."""
    asked = open_task(store, models, job)
    yield Progress("loading", 0, 0, "Loading the base model")
    model = models.image_model(asked.project.base_model, asked.settings.machine)
    with store.database.snapshot():
        task = training_run.open_training(store, models, job)
    round_ = task.round
    if training_run.is_kept(task):
        return
    here = store.snapshots.round(round_.id)
    lineage.check_starting_adapter(here, store.adapters.has)
    check_training_room(task, model, task.steps)
    check_prompts(model, [anchor.prompt for anchor in lineage.pool(here)])  # before the long part
    try:
        with training_run.training_time(task, model, "fine_tune"):
            prior = yield from prior_pictures(task, model)
            detector = yield from open_validation(task)
            yield from tuned(
                task, model, prior, lambda start: with_previews(task, model, "fine_tune", start, detector)
            )
            training_run.keep_adapter(task, model, task.examples)
    except EndedEarlierError:
        yield from tune_round(store, models, job)


def tuned(
    task: TrainingTask, model: ImageModel, prior: Sequence[ExamplePicture], follow: Callable[[Start], Steps]
) -> Steps:
    """Encode the pictures of a training and let `follow` go through its steps."""
    tune = task.settings.tune
    pictures = training_run.training_pictures(task.store, task.examples, tune)
    images = [picture.image for picture in (*pictures, *prior)]
    latents = yield from training_run.encoded(model, images, tune)

    def start(run: Run) -> Iterator[TuneEvent]:
        return fine_tune(model, pictures, prior, tune, task.seed, replace(run, latents=latents))

    yield from follow(start)


def with_previews(
    task: TrainingTask, model: ImageModel, phase: str, start: Start, detector: CopyDetector | None = None
) -> Generator[Progress, None, None]:
    """Run a training from its newest checkpoint, with its previews and validations; one that was halted is
    made when the training resumes at its step.

    An EndedEarlierError ends it where a person, or the rule of Eq. G22 if it may, has ended it at an earlier
    step.
    """
    every = task.settings.tune.validate_every if phase == "fine_tune" else 0
    if not task.now().record.previews:
        yield from _before_the_training(task, model, phase, every)
    keep = partial(training_run.keep_validated_step, task, model) if every else training_run.keep_nothing
    with closing(training_run.follow(task, start, keep)) as events:
        for event in events:
            is_validated = every > 0 and event.step % every == 0
            if not event.resumed:
                yield Progress(phase, event.step, event.total, event.notice or f"loss {event.loss:.4f}")
                if every:
                    training_run.check_not_ended(task)
                yield from _preview_when_due(task, model, event, phase, is_validated)
            if is_validated and not (event.resumed and _is_validated_at(task, event.step)):
                yield from validate(task, model, detector, event)
                if task.settings.tune.stop_at_best and (best := training_run.end_at_best(task)):
                    said = f"Since step {best}, more training has only added copies: it ends there"
                    yield Progress(phase, event.step, event.total, said)
                    training_run.check_not_ended(task)


def _before_the_training(task: TrainingTask, model: ImageModel, phase: str, every: int) -> Steps:
    """The preview of step 0: of the test prompts of a validation where all later previews are of these."""
    previews = task.settings.tune.preview_every
    if every and previews % every == 0 and held_out(task) and task.project.has_references:
        yield from preview_held_out(task, model)
    elif previews:
        yield from _draw_preview(task, model, Progress(phase, 0, task.settings.tune.steps))


def _is_validated_at(task: TrainingTask, step: int) -> bool:
    return any(one.step == step for one in task.now().record.validations)


def _preview_when_due(
    task: TrainingTask, model: ImageModel, event: TuneEvent, phase: str, is_validated: bool
) -> Generator[Progress, None, None]:
    """Draw a preview if Preview now was pressed, or if the interval of the settings has passed.

    A validation of the same step shows its own pictures.

    It shows the first anchor of the pool, with the seed of its first candidate. An unfinished preview is
    drawn when the training resumes.
    """
    jobs, every = task.store.jobs, task.settings.tune.preview_every
    if every and event.step % every == 0 and not is_validated:
        jobs.request_preview(task.job.id)
    if jobs.wants_preview(task.job.id):
        yield from _draw_preview(task, model, Progress(phase, event.step, event.total))


def _draw_preview(task: TrainingTask, model: ImageModel, at: Progress) -> Generator[Progress, None, None]:
    """Draw and store the preview of a step; that of step 0 shows what the model draws before the training."""
    jobs = task.store.jobs
    request = training_run.first_request(task)
    for each in drawn_or_refused(model, [request], task.settings.generation):
        if isinstance(each, DrawnBatch):
            image = task.store.images.add_picture(each.images[0])
            preview = Preview(int(at.done), request.prompt, request.seed, image)
            task.store.rounds.add_preview(task.round.id, preview)
            jobs.take_preview_request(task.job.id)
        elif isinstance(each, str):
            jobs.take_preview_request(task.job.id)
            yield replace(at, message=f"No preview: {each}")
        else:
            message = f"Generating a preview: {each.done} of {each.total} steps"
            yield replace(at, message=each.notice or message)
