"""The job "fine-tune": class images, training with checkpoints, the adapter in the store (Eq. G9)."""

import time
from collections.abc import Generator, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from gal_studio.core.errors import StudioError
from gal_studio.core.prompts import class_prompt
from gal_studio.core.seeds import candidate_seed, named_seed
from gal_studio.core.settings import Settings
from gal_studio.core.types import Job, Round, Sample
from gal_studio.engine.adapters import AdapterCard, detach, read_adapter, save_adapter
from gal_studio.engine.checkpoints import Checkpoint
from gal_studio.engine.fusing import drawing
from gal_studio.engine.model import ImageModel
from gal_studio.engine.pictures import TrainingPicture
from gal_studio.engine.sampler import DrawnBatch, DrawRequest, draw
from gal_studio.engine.text import check_prompts
from gal_studio.engine.tuner import TuneEvent, fine_tune, training_sample
from gal_studio.state import Store, lineage
from gal_studio.state.projects import Project
from gal_studio.state.rounds import TrainingImage
from gal_studio.worker.models import Models
from gal_studio.worker.progress import Progress

KEPT_CHECKPOINTS = 2
LOSS_EVERY = 0.5  # seconds between two writes of the loss curve


@dataclass(frozen=True)
class _Task:
    """What the parts of this job share."""

    store: Store
    job: Job
    project: Project
    round: Round
    settings: Settings
    fingerprint: str

    @property
    def checkpoints(self) -> Path:
        """The folder of this training's checkpoints, apart from those of any other training."""
        return self.store.checkpoints(self.round.id) / self.fingerprint[:16]


def tune_round(store: Store, models: Models, job: Job) -> Generator[Progress, None, None]:
    """Train the round's adapter; closing the generator keeps a checkpoint."""
    entry = store.rounds.get(job.round_id)
    task = _Task(
        store, job, store.projects.get(job.project_id), entry,
        store.rounds.settings(entry.id), lineage.training_fingerprint(store, entry.id),
    )  # fmt: skip
    yield Progress("loading", 0, 0, "Opening the base model")
    model = models.image_model(task.project.base_model)
    check_prompts(model, [anchor.prompt for anchor in lineage.pool(store, entry.id)])  # before any work
    started = time.monotonic()
    if not _saved_checkpoints(task):
        store.rounds.set_seconds(entry.id, "fine_tune", 0.0)
    try:
        samples = lineage.training_set(store, entry.id)
        prior = yield from _class_images(task, model)
        yield from _train(task, model, samples, prior)
        _keep_adapter(task, model, samples)
    finally:
        detach(model)
        with suppress(StudioError):
            store.rounds.add_seconds(entry.id, "fine_tune", time.monotonic() - started)


def _class_images(task: _Task, model: ImageModel) -> Generator[Progress, None, tuple[TrainingPicture, ...]]:
    """Images of the class, drawn by the base model and kept for all rounds; empty for styles."""
    wanted = task.settings.tune.prior_images
    if task.project.kind == "style" or not wanted:
        return ()
    first = task.store.projects.references(task.project.id)[0]
    prompt = class_prompt(first.prompt, task.project.trigger_word)
    sample = task.settings.sample
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
            yield Progress("class_images", len(images), wanted, f"Drawing class images: {prompt}")
    return tuple(TrainingPicture(task.store.images.picture(image), prompt) for image in images)


def _train(
    task: _Task, model: ImageModel, samples: Sequence[Sample], prior: Sequence[TrainingPicture]
) -> Generator[Progress, None, None]:
    pictures = [
        TrainingPicture(
            task.store.images.picture(entry.image), entry.prompt, entry.weight, entry.is_reference
        )
        for entry in samples
    ]
    tune = task.settings.tune
    start = lineage.starting_adapter(task.store, task.round.id)
    checkpoint = _latest_checkpoint(task)
    task.store.rounds.clear_losses(task.round.id, after_step=_step(checkpoint) if checkpoint else 0)
    losses: list[tuple[int, float]] = []

    def keep(state: Checkpoint) -> None:
        """The losses first: a resumed training goes on behind the checkpoint and never sees them again."""
        task.store.rounds.save_losses(task.round.id, losses)
        _save_checkpoint(task, state)

    events = fine_tune(
        model,
        pictures,
        prior,
        tune,
        lineage.round_training_seed(task.store, task.round.id),
        resume_from=checkpoint,
        checkpoint=keep,
        start_from=task.store.adapters.path(start) if start else None,
    )
    written = time.monotonic()
    try:
        for event in events:
            losses.append((event.step, event.loss))
            if time.monotonic() - written > LOSS_EVERY:
                task.store.rounds.save_losses(task.round.id, losses)
                losses, written = [], time.monotonic()
            yield Progress("fine_tune", event.step, event.total, event.notice or f"loss {event.loss:.4f}")
            if _sample_is_due(task, event):
                _draw_training_sample(task, model, event.step)
    finally:
        task.store.rounds.save_losses(task.round.id, losses)
        events.close()  # type: ignore[attr-defined]


def _sample_is_due(task: _Task, event: TuneEvent) -> bool:
    every = task.settings.tune.sample_every
    return task.store.jobs.take_sample_request(task.job.id) or bool(every and event.step % every == 0)


def _draw_training_sample(task: _Task, model: ImageModel, step: int) -> None:
    """One picture of the first anchor of the pool, with the seed of its first candidate."""
    pool = lineage.pool(task.store, task.round.id)
    references = task.store.projects.references(task.project.id)
    prompt = pool[0].prompt if pool else references[0].prompt
    seed = candidate_seed(task.project.seed, prompt, 0)
    picture = training_sample(model, prompt, seed, replace(task.settings.sample, batch_size=1))
    image = task.store.images.add_picture(picture)
    task.store.rounds.add_training_image(task.round.id, TrainingImage(step, prompt, seed, image))


def _keep_adapter(task: _Task, model: ImageModel, samples: Sequence[Sample]) -> None:
    """Write the adapter, keep it under its hash, and only then note the training as done."""
    card = AdapterCard(
        trigger_word=task.project.trigger_word,
        base_model=task.project.base_model,
        round=task.round.number,
        seed=lineage.round_training_seed(task.store, task.round.id),
        settings=task.settings.to_dict(),
        method=task.settings.tune.method,
    )
    written = save_adapter(model, task.checkpoints / "adapter.safetensors", card)
    name = task.store.adapters.add_file(written)
    task.store.rounds.finish_training(task.round.id, name, task.fingerprint, samples)
    written.unlink()
    for path in _saved_checkpoints(task):
        path.unlink(missing_ok=True)


def _step(checkpoint: Path) -> int:
    return int(checkpoint.stem.removeprefix("step-"))


def _saved_checkpoints(task: _Task) -> list[Path]:
    """The checkpoints of this very training, the newest last."""
    return sorted(task.checkpoints.glob("step-*.safetensors"), key=_step)


def _latest_checkpoint(task: _Task) -> Path | None:
    """The newest checkpoint that is whole; what a crash or a disk broke is put away."""
    for path in reversed(_saved_checkpoints(task)):
        try:
            read_adapter(path)
        except StudioError:
            path.unlink(missing_ok=True)
        else:
            return path
    return None


def _save_checkpoint(task: _Task, state: Checkpoint) -> None:
    """Keep this state and the one before it."""
    state.save(task.checkpoints / f"step-{state.step}.safetensors")
    for path in _saved_checkpoints(task)[:-KEPT_CHECKPOINTS]:
        path.unlink(missing_ok=True)
