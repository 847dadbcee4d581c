"""The job "refine": weights from the maps and the brush, training on pairs, the adapter (Eq. P7)."""

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path

from gal_studio.core.errors import StudioError
from gal_studio.core.types import Job
from gal_studio.engine.adapters import detach
from gal_studio.engine.checkpoints import Checkpoint
from gal_studio.engine.model import ImageModel
from gal_studio.engine.pictures import TrainingPicture
from gal_studio.engine.refiner import RefinePair, refine
from gal_studio.engine.tuner import TuneEvent
from gal_studio.state import Store, lineage, pairing
from gal_studio.worker.checkpointing import (
    TrainingTask,
    follow,
    keep_adapter,
    saved_checkpoints,
    training_pictures,
)
from gal_studio.worker.judging import weights_of_pair
from gal_studio.worker.limits import open_judge
from gal_studio.worker.models import Models
from gal_studio.worker.progress import Progress
from gal_studio.worker.tuning import class_images, draw_training_sample, sample_is_due


def refine_round(store: Store, models: Models, job: Job) -> Generator[Progress, None, None]:
    """Train a refinement on its pairs; closing the generator keeps a checkpoint."""
    entry = store.rounds.get(job.round_id)
    if not pairing.pairs_are_ready(store, entry.id):
        raise StudioError(
            f"The refinement of round {entry.number} has no finished pairs yet: press Draw pairs first."
        )
    task = TrainingTask(
        store, job, store.projects.get(job.project_id), entry,
        store.rounds.settings(entry.id), pairing.refinement_fingerprint(store, entry.id),
    )  # fmt: skip
    yield Progress("loading", 0, 0, "Opening the base model")
    model = models.image_model(task.project.base_model)
    started = time.monotonic()
    if not saved_checkpoints(task):
        store.rounds.set_seconds(entry.id, "refine", 0.0)
    try:
        pairs = _pairs(task, models)
        mixed = task.settings.refine.mix > 0
        prior = (yield from class_images(task, model)) if mixed else ()
        yield from _train(task, model, pairs, prior)
        keep_adapter(task, model, pairing.trained_pictures(store, entry.id))
    finally:
        detach(model)
        with suppress(StudioError):
            store.rounds.add_seconds(entry.id, "refine", time.monotonic() - started)


def _pairs(task: TrainingTask, models: Models) -> list[RefinePair]:
    """The pairs with the weights that maps, masks and paint give them now."""
    store = task.store
    painted = store.refinements.paintings.newest(task.round.id)
    name = pairing.vision_model(store, task.round.id)
    judge = open_judge(store, models, task.project, name) if painted else None
    return [
        RefinePair(
            reference=store.images.picture(pair.reference_image),
            generated=store.images.picture(pair.generated_image or ""),
            prompt=pair.prompt,
            weights=weights_of_pair(store, pair, task.settings.refine, painted.get(pair.id), judge),
            weight=pair.weight,
        )
        for pair in store.refinements.pairs(task.round.id)
    ]


def _train(
    task: TrainingTask, model: ImageModel, pairs: Sequence[RefinePair], prior: Sequence[TrainingPicture]
) -> Generator[Progress, None, None]:
    samples = training_pictures(task.store, lineage.training_set(task.store, task.round.id))
    start = lineage.starting_adapter(task.store, task.round.id)
    if start is None:
        raise StudioError(f"Round {task.round.number} is not fine-tuned yet: press Fine-tune first.")

    def begin(checkpoint: Path | None, keep: Callable[[Checkpoint], None]) -> Iterator[TuneEvent]:
        return refine(
            model,
            pairs,
            samples,
            prior,
            pairing.training_settings(task.settings.refine),
            task.settings.tune,
            lineage.round_training_seed(task.store, task.round.id),
            resume_from=checkpoint,
            checkpoint=keep,
            start_from=task.store.adapters.path(start),
        )

    with closing(follow(task, begin)) as events:
        for event in events:
            yield Progress("refine", event.step, event.total, event.notice or f"loss {event.loss:.4f}")
            if sample_is_due(task, event):
                draw_training_sample(task, model, event.step)
