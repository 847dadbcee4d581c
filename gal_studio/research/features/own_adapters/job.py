"""The job `adapter`: refine the image adapter of a project on pictures of many objects, for all projects."""

from collections.abc import Generator

from gal_studio.assets import resolve_model
from gal_studio.core.types import Job
from gal_studio.engine.training.adapter_patchdpo import PUBLISHED
from gal_studio.research.features.own_adapters.engine import AdapterTask, refine_adapter
from gal_studio.research.features.own_adapters.record import own_adapters_of
from gal_studio.state import Store
from gal_studio.worker.models import Models
from gal_studio.worker.task import Progress, does, open_task
from gal_studio.worker.training.device_groups import devices_of


@does("adapter")
def refine_adapters(store: Store, models: Models, job: Job) -> Generator[Progress, None, None]:
    """Train what this job was requested for; a halted one goes on at its last checkpoint."""
    task = open_task(store, models, job)
    if (wanted := own_adapters_of(store).of_job(job)) is not None:
        yield Progress("loading", 0, 0, "Loading the models")
        vision = task.settings.refine.vision_model
        model = models.image_model(task.project.base_model, task.settings.machine)
        yield from refine_adapter(
            AdapterTask(
                wanted.plan,
                wanted.folder,
                resolve_model(models.located(task.project.base_model)),
                model,
                models,
                vision or "clip",
                task.project.clip_model,
                task.settings.generation,
                devices_of(task, model, 2 * PUBLISHED.batch_size),
            )
        )
