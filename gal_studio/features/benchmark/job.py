"""The job `measure`: draw what a round lacks of the test set, and score it as candidates are scored."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from gal_studio.core.types import Job
from gal_studio.core.variants.registry import lora_of
from gal_studio.core.variants.variant import TRAININGS
from gal_studio.engine.sampling.sampler import DrawnBatch, DrawRequest
from gal_studio.features.benchmark.rules import is_due
from gal_studio.rounds import test_set
from gal_studio.rounds.test_set import PlannedPicture
from gal_studio.state import Store
from gal_studio.state.tables.measures import LIKENESS, NewMeasuredPicture
from gal_studio.worker.drawing import Drawing, draw_and_keep
from gal_studio.worker.jobs.disk_space import check_drawing_room
from gal_studio.worker.jobs.generate import open_detector, reference_features, score_images
from gal_studio.worker.models import Models
from gal_studio.worker.patches.copy_detector import CopyDetector
from gal_studio.worker.task import Progress, Steps, Task, does, open_task


@does("measure")
def measure_round(store: Store, models: Models, job: Job) -> Generator[Progress, None, None]:
    """Draw the missing pictures of the base model, of the round before and of the round, in this order.

    Those by the round's best schedule come after those at full strength. Where the project generates with a
    fast model, those without it follow.
    """
    task = open_task(store, models, job)
    lora_of(task.round)
    yield Progress("loading", 0, 0, "Loading the models")
    task = _as_the_set_is_drawn(task)
    planned = test_set.prepare(store, job.round_id)
    missing, total = planned.missing, len(planned.wanted)
    if not missing:
        return
    model = models.drawing_model(task.project.base_model, task.settings)
    models.texts(task.project.clip_model, [planned.prompt.prompt for planned in missing])
    check_drawing_room(task, model, len(missing))
    references = reference_features(task)
    detector = yield from _open_same_detector(task)
    done = total - len(missing)
    for (in_full, round_id, _), group in groupby(
        missing, key=lambda one: (one.in_full, one.round_id, one.recipe)
    ):
        part = list(group)
        drawn = _without_the_fast_model(task) if in_full else task
        for progress in _draw(drawn, Judges(references, detector), round_id, part, done + len(part)):
            yield replace(progress, total=total)
        done += len(part)


@dataclass(frozen=True)
class Judges:
    """The CLIP features (m, d) of the references, if any, and the copy detector, if there is one."""

    references: NDArray[np.float64]
    detector: CopyDetector | None


def _open_same_detector(task: Task) -> Generator[Progress, None, CopyDetector | None]:
    """The copy detector as the first round has it: it does not change with what later rounds accept."""
    here = task.now()
    first = (*here.ancestors, here)[0]
    return (yield from open_detector(replace(task, round=first.round)))


def _without_the_fast_model(task: Task) -> Task:
    settings = replace(task.settings, generation=task.settings.generation.in_full)
    return replace(task, settings=settings)


def _as_the_set_is_drawn(task: Task) -> Task:
    """The task with the drawing settings of the test set, which stay the same for all rounds.

    A fast model or a speed LoRA is that of the project as it is now.
    """
    now = task.project.settings.generation
    project = task.store.snapshots.outline(task.project.id)
    chosen = test_set.ensure(task.store, project)
    drawing = replace(
        task.settings.generation,
        steps=chosen.steps,
        sigmas=project.rounds[0].settings.generation.sigmas,
        guidance_scale=chosen.guidance_scale,
        resolution=chosen.resolution,
        fast_model=now.fast_model,
        speed_lora=now.speed_lora,
        fast_steps=now.fast_steps,
        fast_guidance=now.fast_guidance,
        fast_solver=now.fast_solver,
    )
    gal = task.project.settings.gal  # an old round may have other criteria of copies
    return replace(task, settings=replace(task.settings, generation=drawing, gal=gal))


def _draw(
    task: Task,
    judges: Judges,
    round_id: str | None,
    planned: Sequence[PlannedPicture],
    total: int,
) -> Generator[Progress, None, None]:
    """Draw with the adapter of a round by one schedule, or with the base model."""
    adapter = task.store.rounds.get(round_id).adapter if round_id else None
    trained_as = (task.store.rounds.get(round_id).trained_as if round_id else None) or ""

    def keep(batch: DrawnBatch, seconds: float) -> None:
        drawn = planned[batch.first : batch.first + len(batch.images)]
        prompts = [each.prompt.prompt for each in drawn]
        scored = score_images(task, batch.images, prompts, judges.detector)
        if len(judges.references):
            likeness = (scored.features @ judges.references.T).mean(axis=1)
        else:
            likeness = _beside_base(task, round_id, drawn, scored.features)
        task.store.measures.save(
            [
                NewMeasuredPicture(
                    prompt_id=each.prompt.id,
                    round_id=round_id,
                    number=each.number,
                    seed=each.seed(task.project.seed),
                    image=task.store.images.add_picture(batch.images[row]),
                    scores={**scored.scores[row], LIKENESS: float(likeness[row])},
                    remark=batch.remarks[row],
                    trained_as=trained_as,
                    drawn_by=task.settings.generation.drawn_by,
                    recipe=each.recipe,
                )
                for row, each in enumerate(drawn)
            ]
        )
        task.store.rounds.add_seconds(task.round.id, "measure", seconds)

    requests = [DrawRequest(each.prompt.prompt, each.seed(task.project.seed)) for each in planned]
    yield from draw_and_keep(task, Drawing(requests, adapter, "draw", total, recipe=planned[0].recipe), keep)


def _beside_base(
    task: Task, round_id: str | None, drawn: Sequence[PlannedPicture], features: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The cosine of each picture (n, d) to the base model's of its prompt and seed, (n,); 1 for those."""
    if round_id is None:
        return np.ones(len(drawn))
    by = task.settings.generation.drawn_by
    base = {
        (one.prompt_id, one.candidate.index): one.candidate.image
        for one in task.store.measures.pictures(task.project.id)
        if one.round_id is None and one.drawn_by == by
    }
    names = [base[each.prompt.id, each.number] for each in drawn]
    others = task.models.pictures(task.project.clip_model, names, task.store.images.picture)
    beside: NDArray[np.float64] = (features * others).sum(axis=1)
    return beside


def measured_if_due(task: Task) -> Steps:
    """Queue the measurement of a drawn round that is measured without being asked."""
    if is_due(test_set.prepare(task.store, task.round.id)):
        task.store.jobs.enqueue(task.project.id, task.round.id, "measure")
    yield from ()


AFTER_DRAWING = dict.fromkeys((None, *TRAININGS), measured_if_due)
