"""The job `try`: draw the prompts that a person tries on a round, with their own guidance and recipe."""

import logging
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import replace

from gal_studio.core.errors import StudioError
from gal_studio.core.recipe import AS_TRAINED, Recipe
from gal_studio.core.types import Job
from gal_studio.core.variants.registry import refuse_untrained
from gal_studio.engine.sampling.fused_adapter import drawing
from gal_studio.engine.sampling.sampler import DrawnBatch, DrawRequest, draw
from gal_studio.features.trials.record import Trial, trials_of
from gal_studio.rounds import lineage
from gal_studio.state import Store
from gal_studio.state.files.errors import DiskError
from gal_studio.worker.given import given_references
from gal_studio.worker.jobs.disk_space import check_drawing_room
from gal_studio.worker.jobs.generate import open_detector, score_images
from gal_studio.worker.models import Models
from gal_studio.worker.patches.copy_detector import CopyDetector
from gal_studio.worker.task import Progress, Task, does, open_task

logger = logging.getLogger("gal_studio.worker")


@does("try")
def draw_trials(store: Store, models: Models, job: Job) -> Generator[Progress, None, None]:
    """Draw what waits, and what is asked for meanwhile; a prompt that cannot be drawn says why."""
    task = open_task(store, models, job)
    by_steps = any(trial.step is not None for trial in trials_of(store).waiting(task.round.id))
    if not by_steps:
        refuse_untrained(task.round)
    yield Progress("loading", 0, 0, "Loading the models")
    model = models.drawing_model(task.project.base_model, task.settings)
    detector = yield from open_detector(task)
    done, alone = 0, False
    while waiting := _drawable(task, trials_of(store).waiting(task.round.id)):
        check_drawing_room(task, model, len(waiting))
        batch = [trial for trial in waiting if _drawn_with(trial) == _drawn_with(waiting[0])]
        batch = batch[:1] if alone else batch
        try:
            yield from _draw(task, batch, detector, done, done + len(waiting))
        except DiskError:
            raise
        except StudioError as error:  # of one of them: the others are drawn
            if len(batch) == 1:
                trials_of(store).refuse(batch[0].id, str(error))
            alone = True
            continue
        done += len(batch)


def _drawn_with(trial: Trial) -> tuple[float, Recipe, str]:
    """What a batch shares."""
    return trial.guidance_scale, trial.recipe, trial.lora


def _drawable(task: Task, waiting: Sequence[Trial]) -> list[Trial]:
    """The trials whose prompts the models can read, and whose LoRAs are there; the others say why not."""
    found = []
    for trial in waiting:
        try:
            if trial.step is not None and not task.store.adapters.has(trial.lora):
                raise StudioError(f"The LoRA of step {trial.step} is no longer kept.")
            task.models.texts(task.project.clip_model, [trial.prompt])
        except StudioError as error:
            trials_of(task.store).refuse(trial.id, str(error))
        else:
            found.append(trial)
    return found


def _draw(
    task: Task, batch: Sequence[Trial], detector: CopyDetector | None, before: int, total: int
) -> Generator[Progress, None, None]:
    """Draw trials with the same guidance and recipe."""
    name = batch[0].lora or lineage.drawing_adapter(task.store.snapshots.round(task.round.id))
    adapter = None if name is None else task.store.adapters.plain(name)
    given = task.round.variant.with_references  # which have the recipe
    recipe = AS_TRAINED if given else batch[0].recipe
    settings = replace(task.settings.generation.as_drawn, guidance_scale=batch[0].guidance_scale)
    requests = [DrawRequest(trial.prompt, trial.seed, trial.negative) for trial in batch]
    model = task.models.drawing_model(task.project.base_model, task.settings)
    speed = task.models.speed(task.project.base_model, task.settings)
    kept = before
    with (
        drawing(model, adapter, recipe=recipe, speed=speed) as ready,
        given_references(task, ready, batch[0].recipe) as references,
        closing(draw(ready, requests, settings, references)) as events,  # type: ignore[type-var]
    ):
        for event in events:
            if isinstance(event, DrawnBatch):
                _keep(task, batch[event.first : event.first + len(event.images)], event, detector)
                kept = before + event.first + len(event.images)
                yield Progress("draw", kept, total)
            else:
                part = min(event.done / event.total * len(batch), len(batch))
                yield Progress("draw", before + part, total, event.notice, kept)


def _keep(task: Task, drawn: Sequence[Trial], batch: DrawnBatch, detector: CopyDetector | None) -> None:
    scored = score_images(task, batch.images, [trial.prompt for trial in drawn], detector)
    trained_as = task.store.rounds.get(task.round.id).trained_as or ""
    for row, trial in enumerate(drawn):
        image = task.store.images.add_picture(batch.images[row])
        trials_of(task.store).save(
            trial.id, image, scored.features[row], scored.scores[row], batch.remarks[row], trained_as
        )
