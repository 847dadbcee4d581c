"""Check before a job starts that its files fit on the disk."""

from gal_studio.engine.memory.plan import adapter_bytes, checkpoint_bytes
from gal_studio.engine.models.image_model import ImageModel
from gal_studio.state.files.errors import ROOM
from gal_studio.worker.task import Task
from gal_studio.worker.training.training_run import KEPT_CHECKPOINTS, TrainingTask

ROWS = 8 << 10
"""Bytes of each picture in the database: its rows, its features, its patch maps."""

_STEP = 200  # bytes of each training step in the database: its loss, its progress


def check_training_room(task: TrainingTask, model: ImageModel, steps: int) -> None:
    """Refuse a training whose adapter, checkpoints, prior pictures and previews do not fit on the disk.

    For a moment there are two copies of the adapter, and one checkpoint more than is kept; with validations a
    further one is kept, and the LoRA of each validated step before the last.
    """
    tune = task.settings.tune
    files = 2 * adapter_bytes(model, tune) + (
        KEPT_CHECKPOINTS + 1 + bool(tune.validate_every)
    ) * checkpoint_bytes(model, tune)
    if tune.validate_every and tune.method != "full":
        files += (steps - 1) // tune.validate_every * adapter_bytes(model, tune)
    previews = sum(steps // every for every in (tune.preview_every, tune.validate_every) if every)
    previews += tune.preview_every > 0  # that of step 0
    drawn = picture_bytes(task, model, previews + _prior_pictures(task))
    task.store.disk.check(files + drawn + steps * _STEP + ROOM)


def check_drawing_room(task: Task, model: ImageModel, pictures: int) -> None:
    """Refuse pictures that do not fit on the disk."""
    if pictures:
        task.store.disk.check(picture_bytes(task, model, pictures) + ROOM)


def picture_bytes(task: Task, model: ImageModel, count: int) -> int:
    """An upper bound for pictures as PNG: three bytes per pixel, as for noise."""
    side = task.settings.generation.resolution or model.resolution
    return count * (3 * side * side + ROWS)


def _prior_pictures(task: TrainingTask) -> int:
    """An upper bound: the prior pictures of earlier rounds are already stored."""
    return sum(each.count for each in task.drawn_prior)
