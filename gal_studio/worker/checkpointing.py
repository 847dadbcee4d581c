"""What every training does beside its steps: checkpoints, the loss curve, the adapter in the store."""

import os
import re
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from safetensors import SafetensorError

from gal_studio.core.errors import StudioError
from gal_studio.core.prompts import subjects
from gal_studio.core.settings import Settings
from gal_studio.core.types import Job, Round, Sample
from gal_studio.engine.adapters import AdapterCard, read_adapter, save_adapter
from gal_studio.engine.checkpoints import Checkpoint
from gal_studio.engine.model import ImageModel
from gal_studio.engine.pictures import TrainingPicture
from gal_studio.engine.tuner import TuneEvent
from gal_studio.state import Store, lineage
from gal_studio.state.problems import disk_problem
from gal_studio.state.projects import Project

KEPT_CHECKPOINTS = 2
LOSS_EVERY = 0.5  # seconds between two writes of the loss curve
_OS_ERROR = re.compile(r"\(os error (\d+)\)")

Start = Callable[[Path | None, Callable[[Checkpoint], None]], Iterator[TuneEvent]]


@dataclass(frozen=True)
class TrainingTask:
    """What the parts of a training's job share; `fingerprint` names this very training."""

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


def training_pictures(store: Store, samples: Sequence[Sample]) -> tuple[TrainingPicture, ...]:
    """The samples with their pictures and masks."""
    return tuple(
        TrainingPicture(
            image=store.images.picture(entry.image),
            prompt=entry.prompt,
            weight=entry.weight,
            is_reference=entry.is_reference,
            mask=store.images.mask(entry.mask) if entry.mask else None,
        )
        for entry in samples
    )


def follow(task: TrainingTask, start: Start) -> Generator[TuneEvent, None, None]:
    """The events of a training that `start` begins at the newest checkpoint, given (checkpoint, keeper).

    Closing the generator keeps a checkpoint; the loss curve reaches the store without gaps.
    """
    rounds, losses = task.store.rounds, list[tuple[int, float]]()
    checkpoint = latest_checkpoint(task)
    rounds.clear_losses(task.round.id, after_step=_step(checkpoint) if checkpoint else 0)

    def keep(state: Checkpoint) -> None:
        """The losses first: a resumed training goes on behind the checkpoint and never sees them again."""
        rounds.save_losses(task.round.id, losses)
        _save_checkpoint(task, state)

    events = start(checkpoint, keep)
    written = time.monotonic()
    try:
        for event in events:
            losses.append((event.step, event.loss))
            if time.monotonic() - written > LOSS_EVERY:
                rounds.save_losses(task.round.id, losses)
                losses, written = [], time.monotonic()
            yield event
    finally:
        rounds.save_losses(task.round.id, losses)
        events.close()  # type: ignore[attr-defined]


def keep_adapter(task: TrainingTask, model: ImageModel, samples: Sequence[Sample]) -> None:
    """Write the adapter, keep it under its hash, and only then note the training as done."""
    called = subjects(task.store.projects.references(task.project.id))
    card = AdapterCard(
        trigger_word=", ".join(entry.trigger_word for entry in called),
        base_model=task.project.base_model,
        round=task.round.number,
        seed=lineage.round_training_seed(task.store, task.round.id),
        settings=task.settings.to_dict(),
        method=task.settings.tune.method,
    )
    with _told_of_the_disk(task.store.workspace):
        written = save_adapter(model, task.checkpoints / "adapter.safetensors", card)
    name = task.store.adapters.add_file(written)
    task.store.rounds.finish_training(task.round.id, name, task.fingerprint, samples)
    written.unlink()
    for path in saved_checkpoints(task):
        path.unlink(missing_ok=True)


def saved_checkpoints(task: TrainingTask) -> list[Path]:
    """The checkpoints of this very training, the newest last."""
    return sorted(task.checkpoints.glob("step-*.safetensors"), key=_step)


def latest_checkpoint(task: TrainingTask) -> Path | None:
    """The newest checkpoint that is whole; what a crash or a disk broke is put away."""
    for path in reversed(saved_checkpoints(task)):
        try:
            read_adapter(path)
        except StudioError:
            path.unlink(missing_ok=True)
        else:
            return path
    return None


def _save_checkpoint(task: TrainingTask, state: Checkpoint) -> None:
    """Keep this state and the one before it."""
    with _told_of_the_disk(task.store.workspace):
        state.save(task.checkpoints / f"step-{state.step}.safetensors")
    for path in saved_checkpoints(task)[:-KEPT_CHECKPOINTS]:
        path.unlink(missing_ok=True)


@contextmanager
def _told_of_the_disk(workspace: Path) -> Iterator[None]:
    """A full or failing disk in one sentence; safetensors tells of it in a text."""
    try:
        yield
    except OSError as error:
        raise disk_problem(error, workspace) from error
    except SafetensorError as error:
        found = _OS_ERROR.search(str(error))
        if found is None:
            raise
        number = int(found[1])
        raise disk_problem(OSError(number, os.strerror(number)), workspace) from error


def _step(checkpoint: Path) -> int:
    return int(checkpoint.stem.removeprefix("step-"))
