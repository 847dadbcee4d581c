"""Draw what the base model makes of the test prompts, once for each project (Eq. G16, G17)."""

from collections.abc import Generator
from dataclasses import replace

from gal_studio.engine.sampling.sampler import DrawnBatch, DrawRequest
from gal_studio.rounds import base_pictures
from gal_studio.worker.drawing import Drawing, draw_and_keep
from gal_studio.worker.task import Progress, Task


def draw_base_pictures(task: Task) -> Generator[Progress, None, None]:
    """Draw those that the test prompts lack, with the project's own settings, in every round."""
    store, project = task.store, task.project
    missing = base_pictures.missing(store, project)
    if not missing:
        return

    def keep(batch: DrawnBatch, seconds: float) -> None:
        for prompt, image in zip(missing[batch.first :], batch.images, strict=False):
            base_pictures.keep(store, project, prompt, store.images.add_picture(image))
        store.rounds.add_seconds(task.round.id, "generate", seconds)

    own = replace(task, settings=replace(task.settings, generation=project.settings.generation))
    requests = [DrawRequest(prompt, base_pictures.seed(project, prompt)) for prompt in missing]
    yield from draw_and_keep(own, Drawing(requests, None, "base", len(missing)), keep)
