"""Draw pictures for a job: with its settings and recipes."""

import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from gal_studio.core.recipe import AS_TRAINED, Recipe
from gal_studio.engine.sampling.fused_adapter import drawing
from gal_studio.engine.sampling.sampler import DrawEvent, DrawnBatch, DrawRequest, SharedSteps, draw
from gal_studio.worker.given import given_references
from gal_studio.worker.task import Progress, Task


@dataclass(frozen=True)
class Drawing:
    """Pictures that a job draws with an adapter by one recipe, without one with the base model.

    An adapter is one of the workspace, by its name, or a file.

    Those `of_round` are given the references if it is an instant round, and the recipe is then that of these.
    The job has `total` pictures, of which `left` are drawn after these. `shared` are the steps that drawings
    of the same requests by other recipes have in common with this one.
    """

    requests: Sequence[DrawRequest]
    adapter: str | Path | None
    phase: str
    total: int
    left: int = 0
    recipe: Recipe = AS_TRAINED
    of_round: bool = False
    shared: SharedSteps | None = None

    @property
    def before(self) -> int:
        """How many of the job's pictures are there already."""
        return self.total - self.left - len(self.requests)


def draw_and_keep(
    task: Task, wanted: Drawing, keep: Callable[[DrawnBatch, float], None]
) -> Generator[Progress, None, None]:
    """Draw pictures; `keep` gets each batch and the seconds that it took."""
    count, before, started = len(wanted.requests), wanted.before, time.monotonic()
    kept = before
    with closing(_events(task, wanted)) as events:
        for event in events:
            if isinstance(event, DrawnBatch):
                keep(event, time.monotonic() - started)
                started, kept = time.monotonic(), kept + len(event.images)
                yield Progress(wanted.phase, kept, wanted.total)
            else:
                done = min(event.done / event.total * count, count)
                yield Progress(wanted.phase, before + done, wanted.total, event.notice, kept)


def _events(task: Task, wanted: Drawing) -> Generator[DrawEvent, None, None]:
    project, settings = task.project, task.settings
    given = wanted.adapter
    path = task.store.adapters.plain(given) if isinstance(given, str) else given
    instant = wanted.of_round and task.round.variant.with_references
    model, drawn = task.models.drawing_model(project.base_model, settings), settings.generation.as_drawn
    speed = task.models.speed(project.base_model, settings)
    with drawing(model, path, recipe=AS_TRAINED if instant else wanted.recipe, speed=speed) as ready:
        if not instant:
            yield from draw(ready, wanted.requests, drawn, shared=wanted.shared)
            return
        with given_references(task, ready, wanted.recipe) as references:
            yield from draw(ready, wanted.requests, drawn, references)
