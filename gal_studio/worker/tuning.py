"""The job "fine-tune": class images, training with checkpoints, the adapter in the store (Eq. G9)."""

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, nullcontext, suppress
from dataclasses import replace
from pathlib import Path

from gal_studio.core.errors import StudioError
from gal_studio.core.prompts import class_prompts
from gal_studio.core.seeds import candidate_seed, named_seed
from gal_studio.core.types import Job, Sample
from gal_studio.engine.adapters import detach
from gal_studio.engine.checkpoints import Checkpoint
from gal_studio.engine.fusing import drawing
from gal_studio.engine.model import ImageModel
from gal_studio.engine.pictures import TrainingPicture
from gal_studio.engine.sampler import DrawnBatch, DrawRequest, draw
from gal_studio.engine.text import check_prompts
from gal_studio.engine.tuner import TuneEvent, fine_tune, training_sample
from gal_studio.state import Store, lineage
from gal_studio.state.rounds import TrainingImage
from gal_studio.worker.checkpointing import (
    TrainingTask,
    follow,
    keep_adapter,
    saved_checkpoints,
    training_pictures,
)
from gal_studio.worker.models import Models
from gal_studio.worker.progress import Progress


def tune_round(store: Store, models: Models, job: Job) -> Generator[Progress, None, None]:
    """Train the round's adapter; closing the generator keeps a checkpoint."""
    entry = store.rounds.get(job.round_id)
    task = TrainingTask(
        store, job, store.projects.get(job.project_id), entry,
        store.rounds.settings(entry.id), lineage.training_fingerprint(store, entry.id),
    )  # fmt: skip
    yield Progress("loading", 0, 0, "Opening the base model")
    model = models.image_model(task.project.base_model)
    check_prompts(model, [anchor.prompt for anchor in lineage.pool(store, entry.id)])  # before any work
    started = time.monotonic()
    if not saved_checkpoints(task):
        store.rounds.set_seconds(entry.id, "fine_tune", 0.0)
    try:
        samples = lineage.training_set(store, entry.id)
        prior = yield from class_images(task, model)
        yield from _train(task, model, samples, prior)
        keep_adapter(task, model, samples)
    finally:
        detach(model)
        with suppress(StudioError):
            store.rounds.add_seconds(entry.id, "fine_tune", time.monotonic() - started)


def class_images(
    task: TrainingTask, model: ImageModel
) -> Generator[Progress, None, tuple[TrainingPicture, ...]]:
    """Images of every class, drawn by the base model and kept for all rounds; empty for styles."""
    if task.project.kind == "style" or not task.settings.tune.prior_images:
        return ()
    pictures: list[TrainingPicture] = []
    prompts = class_prompts(task.store.projects.references(task.project.id))
    total = len(prompts) * task.settings.tune.prior_images
    for prompt in prompts:
        pictures += yield from _images_of_class(task, model, prompt, len(pictures), total)
    return tuple(pictures)


def _images_of_class(
    task: TrainingTask, model: ImageModel, prompt: str, before: int, total: int
) -> Generator[Progress, None, list[TrainingPicture]]:
    wanted, sample = task.settings.tune.prior_images, task.settings.sample
    drawn_by = f"{task.project.base_model} / {prompt} / {sample.steps} steps / {sample.guidance_scale}"
    images = list(task.store.projects.class_images(task.project.id, drawn_by))[:wanted]
    seeds = [named_seed(task.project.seed, "class image", place) for place in range(len(images), wanted)]
    requests = [DrawRequest(prompt, seed) for seed in seeds]
    with drawing(model) if requests else nullcontext(model) as ready:
        for event in draw(ready, requests, sample) if requests else ():
            if isinstance(event, DrawnBatch):
                for picture in event.images:
                    images.append(task.store.images.add_picture(picture))
                    task.store.projects.add_class_image(
                        task.project.id, drawn_by, len(images) - 1, images[-1]
                    )
            message = f"Drawing class images: {prompt}"
            yield Progress("class_images", before + len(images), total, message)
    return [TrainingPicture(task.store.images.picture(image), prompt) for image in images]


def _train(
    task: TrainingTask, model: ImageModel, samples: Sequence[Sample], prior: Sequence[TrainingPicture]
) -> Generator[Progress, None, None]:
    pictures = training_pictures(task.store, samples)
    start = lineage.starting_adapter(task.store, task.round.id)

    def begin(checkpoint: Path | None, keep: Callable[[Checkpoint], None]) -> Iterator[TuneEvent]:
        return fine_tune(
            model,
            pictures,
            prior,
            task.settings.tune,
            lineage.round_training_seed(task.store, task.round.id),
            resume_from=checkpoint,
            checkpoint=keep,
            start_from=task.store.adapters.path(start) if start else None,
        )

    with closing(follow(task, begin)) as events:
        for event in events:
            yield Progress("fine_tune", event.step, event.total, event.notice or f"loss {event.loss:.4f}")
            if sample_is_due(task, event):
                draw_training_sample(task, model, event.step)


def sample_is_due(task: TrainingTask, event: TuneEvent) -> bool:
    """Whether Sample now was pressed, or the interval of the settings is over."""
    every = task.settings.tune.sample_every
    return task.store.jobs.take_sample_request(task.job.id) or bool(every and event.step % every == 0)


def draw_training_sample(task: TrainingTask, model: ImageModel, step: int) -> None:
    """One picture of the first anchor of the pool, with the seed of its first candidate."""
    pool = lineage.pool(task.store, task.round.id)
    references = task.store.projects.references(task.project.id)
    prompt = pool[0].prompt if pool else references[0].prompt
    seed = candidate_seed(task.project.seed, prompt, 0)
    picture = training_sample(model, prompt, seed, replace(task.settings.sample, batch_size=1))
    image = task.store.images.add_picture(picture)
    task.store.rounds.add_training_image(task.round.id, TrainingImage(step, prompt, seed, image))
