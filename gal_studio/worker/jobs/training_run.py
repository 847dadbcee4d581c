"""What every training does beside its steps: checkpoints, the loss curve, the adapter in the store."""

import logging
import shutil
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from safetensors import SafetensorError

from gal_studio.core.prompts import subjects
from gal_studio.core.seeds import candidate_seed
from gal_studio.core.settings import TuneSettings
from gal_studio.core.types import Job, TrainingExample
from gal_studio.engine.models.adapters import AdapterCard, adapter_tensors, save_adapter
from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.sampling.sampler import DrawRequest
from gal_studio.engine.training.checkpoints import Checkpoint, CheckpointError, disk_error
from gal_studio.engine.training.fine_tune import TuneEvent
from gal_studio.engine.training.latents import ExamplePicture, Latents, encode_pictures
from gal_studio.engine.training.verify import verify_adapter
from gal_studio.rounds import lineage
from gal_studio.state import Store
from gal_studio.state.files.content_store import writing_beside
from gal_studio.state.files.errors import disk_problem
from gal_studio.worker.models import Models
from gal_studio.worker.task import Progress, Task, open_task

KEPT_CHECKPOINTS = 2
LOSS_EVERY = 0.5  # seconds between two writes of the loss curve

logger = logging.getLogger("gal_studio.worker")
Start = Callable[[Path | None, Callable[[Checkpoint], None]], Iterator[TuneEvent]]


@dataclass(frozen=True)
class TrainingTask(Task):
    """What the parts of a training's job share, all of it of one moment; later changes make another training.

    `fingerprint` names this very training, `examples` are GAL's own training set (Eq. G9), `class_images`
    says what draws those of each prompt; training continues from the adapter `start` (None: the base model).
    """

    fingerprint: str
    examples: tuple[TrainingExample, ...]
    class_images: Mapping[str, str]
    start: Path | None
    seed: int

    @property
    def checkpoints(self) -> Path:
        """The folder of this training's checkpoints, apart from those of any other training."""
        return self.store.checkpoints(self.round.id) / self.fingerprint[:16]


def open_training(store: Store, models: Models, job: Job, fingerprint: str) -> TrainingTask:
    """The job as the training that `fingerprint` names; call it in the snapshot in which that was read."""
    start = lineage.starting_adapter(store, job.round_id)
    return TrainingTask(
        **vars(open_task(store, models, job)),
        fingerprint=fingerprint,
        examples=lineage.training_set(store, job.round_id),
        class_images=lineage.class_image_keys(store, job.round_id),
        start=store.adapters.path(start) if start else None,
        seed=lineage.round_training_seed(store, job.round_id),
    )


def training_pictures(store: Store, examples: Sequence[TrainingExample]) -> tuple[ExamplePicture, ...]:
    """The examples with their pictures and masks."""
    return tuple(
        ExamplePicture(
            image=store.images.picture(entry.image),
            prompt=entry.prompt,
            weight=entry.weight,
            is_reference=entry.is_reference,
            mask=store.images.mask(entry.mask) if entry.mask else None,
        )
        for entry in examples
    )


def encoded(
    model: ImageModel, images: Sequence[Image.Image], tune: TuneSettings
) -> Generator[Progress, None, Latents]:
    """The latents of what a training learns from; it can be stopped after each picture."""
    latents: Latents = {}
    for done in encode_pictures(model, images, tune, latents):
        yield Progress("encode", done, len(images), "Encoding the pictures")
    return latents


def follow(task: TrainingTask, start: Start) -> Generator[TuneEvent, None, None]:
    """The events of a training that `start` begins at the newest checkpoint, given (checkpoint, keeper).

    Closing the generator keeps a checkpoint; the loss curve reaches the store without gaps.
    """
    rounds, losses = task.store.rounds, list[tuple[int, float]]()

    def keep(state: Checkpoint) -> None:
        """The losses first: a resumed training goes on behind the checkpoint and never sees them again."""
        rounds.save_losses(task.round.id, losses)
        _save_checkpoint(task, state)

    events = _from_the_newest(task, start, keep)
    written = time.monotonic()
    try:
        for event in events:
            losses.append((event.step, event.loss))
            if time.monotonic() - written > LOSS_EVERY:
                rounds.save_losses(task.round.id, losses)
                losses, written = [], time.monotonic()
            yield event
    finally:
        try:
            rounds.save_losses(task.round.id, losses)
        finally:
            events.close()


def _from_the_newest(
    task: TrainingTask, start: Start, keep: Callable[[Checkpoint], None]
) -> Generator[TuneEvent, None, None]:
    """Go on from the newest checkpoint that is whole and of this training; the others are put away."""
    for checkpoint in (*reversed(saved_checkpoints(task)), None):
        task.store.rounds.clear_losses(task.round.id, after_step=_step(checkpoint) if checkpoint else 0)
        try:
            yield from start(checkpoint, keep)
            return
        except CheckpointError as refusal:
            if checkpoint is None:
                raise
            logger.warning("round %s: %s is put away: %s", task.round.id, checkpoint.name, refusal)
            with _told_of_the_disk(task.store.workspace):
                checkpoint.unlink(missing_ok=True)


def keep_adapter(task: TrainingTask, model: ImageModel, examples: Sequence[TrainingExample]) -> None:
    """Write the adapter, keep it under its hash, verify it, and only then note the training as done.

    A verified adapter was read back as it was trained, and drew a picture.
    """
    called = subjects(task.store.projects.references(task.project.id))
    card = AdapterCard(
        trigger_word=", ".join(entry.trigger_word for entry in called),
        base_model=task.project.base_model,
        round=task.round.number,
        seed=task.seed,
        settings=task.settings.to_dict(),
        method=task.settings.tune.method,
    )
    trained = adapter_tensors(model)
    with _told_of_the_disk(task.store.workspace):
        task.checkpoints.mkdir(exist_ok=True)
        written = save_adapter(model, task.checkpoints / "adapter.safetensors", card)
    name = task.store.adapters.add_file(written)
    verify_adapter(
        model, task.store.adapters.path(name), trained, first_request(task), task.settings.generation
    )
    task.store.rounds.finish_training(task.round.id, name, task.fingerprint, examples)
    shutil.rmtree(task.checkpoints.parent, ignore_errors=True)  # those of trainings that were left, too


def is_kept(task: TrainingTask) -> bool:
    """Whether this very training was kept before: its worker died before it could say so."""
    adapter = task.round.adapter
    known = task.store.rounds.trained_as(task.round.id) == task.fingerprint
    return adapter is not None and known and task.store.adapters.intact(adapter)


def first_request(task: Task) -> DrawRequest:
    """The first candidate of the first anchor of the pool, or of a reference where the pool is empty."""
    pool = lineage.pool(task.store, task.round.id)
    prompt = (pool or task.store.projects.references(task.project.id))[0].prompt
    return DrawRequest(prompt, candidate_seed(task.project.seed, prompt, 0))


def saved_checkpoints(task: TrainingTask) -> list[Path]:
    """The checkpoints of this very training, the newest last."""
    return sorted(task.checkpoints.glob("step-*.safetensors"), key=_step)


def _save_checkpoint(task: TrainingTask, state: Checkpoint) -> None:
    """Keep this state and the one before it."""
    workspace, path = task.store.workspace, task.checkpoints / f"step-{state.step}.safetensors"
    with _told_of_the_disk(workspace):
        path.parent.mkdir(exist_ok=True)
        with writing_beside(path, workspace) as beside:
            state.save(beside)
        for older in saved_checkpoints(task)[:-KEPT_CHECKPOINTS]:
            older.unlink(missing_ok=True)


@contextmanager
def _told_of_the_disk(workspace: Path) -> Iterator[None]:
    """A full or failing disk in one sentence; safetensors tells of it in a text."""
    try:
        yield
    except (OSError, SafetensorError) as error:
        refusal = disk_error(error)
        if refusal is None:
            raise
        raise disk_problem(refusal, workspace) from error


def _step(checkpoint: Path) -> int:
    return int(checkpoint.stem.removeprefix("step-"))
