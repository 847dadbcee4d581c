"""On which devices a job trains: all GPUs of the machine that share its batch, or the worker's own."""

import logging
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager

import torch
from torch import distributed

from gal_studio.assets import resolve_model
from gal_studio.core.errors import StudioError
from gal_studio.engine.models.adapters import layers_in
from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.training.device_group import DeviceGroup
from gal_studio.worker.task import Progress, Task
from gal_studio.worker.training.training_run import TrainingTask

POLL_INTERVAL = 0.2  # seconds between two looks whether the other processes have opened the model

logger = logging.getLogger("gal_studio.worker")


def devices_of(task: Task, model: ImageModel, batch_size: int) -> list[str]:
    """The devices of a training: as many equal GPUs as divide its batch, or none but the worker's own.

    Beside another worker of the workspace, which has a GPU of its own, each keeps to one.
    """
    if not task.settings.machine.all_gpus or len(task.store.workers.living()) > 1:
        return []
    return gpus_for(model, batch_size)


def gpus_for(model: ImageModel, batch_size: int) -> list[str]:
    """As many equal GPUs as divide a batch; none if that is one."""
    gpus = _equal_gpus() if model.device.type == "cuda" else []
    size = max((count for count in range(1, len(gpus) + 1) if batch_size % count == 0), default=1)
    return gpus[:size] if size > 1 else []


def _equal_gpus() -> list[str]:
    """The GPUs of the first one's kind; none where torch cannot connect them."""
    if not (distributed.is_available() and distributed.is_nccl_available()):
        return []
    names = [torch.cuda.get_device_name(number) for number in range(torch.cuda.device_count())]
    return [f"cuda:{number}" for number, name in enumerate(names) if name == names[0]]


@contextmanager
def gathered(task: TrainingTask, model: ImageModel, batch_size: int) -> Iterator[DeviceGroup | None]:
    """The processes that train on the other devices, which open the model meanwhile; None without any."""
    devices = devices_of(task, model, batch_size)
    if not devices:
        yield None
        return
    name, commits = resolve_model(task.models.located(task.project.base_model)), dict(task.models.revisions)
    also = () if task.start is None else layers_in(task.start, model.family.part)
    teacher = task.teacher.adapter if task.teacher else None
    group = DeviceGroup(
        name, commits, task.settings.machine, task.settings.tune, devices, also, teacher=teacher
    )
    try:
        yield group
    finally:
        group.close()


def complete(group: DeviceGroup | None) -> Generator[Progress, None, DeviceGroup | None]:
    """Wait until all have opened the model; if one of them cannot, the worker's own device trains alone."""
    if group is None:
        return None
    try:
        while not group.is_ready():
            yield Progress("loading", 0, 0, f"Loading the base model on {group.size} devices")
            time.sleep(POLL_INTERVAL)
    except StudioError as refusal:
        logger.warning("one device trains alone: %s", refusal)
        return None
    logger.info("%d devices train together", group.size)
    return group
