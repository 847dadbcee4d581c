"""The job `pairs`: draw the pairs of a refinement and score their patches (Eq. P1, P4 to P6)."""

import time
from collections.abc import Generator, Mapping, Sequence

from gal_studio.core.patchdpo.patch_quality import Features
from gal_studio.core.types import Job
from gal_studio.engine.models.text import check_prompts
from gal_studio.engine.sampling.sampler import DrawnBatch, DrawRequest
from gal_studio.rounds import lineage
from gal_studio.rounds import pairs as pairing
from gal_studio.rounds.inputs import load_inputs
from gal_studio.state import Store
from gal_studio.state.tables.refinements import Pair
from gal_studio.worker.drawing import Drawing, draw_and_keep
from gal_studio.worker.jobs.disk_space import check_drawing_room
from gal_studio.worker.jobs.quality import find_subjects
from gal_studio.worker.models import Models
from gal_studio.worker.patches.maps import score_pair
from gal_studio.worker.patches.open_scorer import open_scorer
from gal_studio.worker.patches.patch_scorer import (
    BATCH_SIZE,
    PatchScorer,
    References,
    look_for_subjects,
    only,
    references_by_subject,
)
from gal_studio.worker.task import Progress, Task, does, open_task


@does("pairs")
def make_pairs(store: Store, models: Models, job: Job) -> Generator[Progress, None, None]:
    """Plan, draw and score the pairs of a refinement; stored pictures are not drawn again."""
    task = open_task(store, models, job)
    yield Progress("loading", 0, 0, "Loading the models")
    model = models.image_model(task.project.base_model, task.settings.machine)
    yield from find_subjects(task)
    node = store.snapshots.round(job.round_id)
    base = load_inputs(store, pairing.refined_round(node), foregrounds=True)
    pairs = store.refinements.plan(job.round_id, pairing.planned_pairs(base, task.settings.refine))
    missing = [pair for pair in pairs if pair.generated_image is None]
    check_drawing_room(task, model, len(missing))
    del model  # a cluster draws in its place, perhaps on the same device
    if missing:
        yield from _draw(task, missing, len(pairs))
    yield from _judge_pairs(task)


def _draw(task: Task, missing: Sequence[Pair], total: int) -> Generator[Progress, None, None]:
    """Draw each missing x with the adapter of the refined round, from the seed of its pair."""
    here = task.store.snapshots.round(task.round.id)
    lineage.check_starting_adapter(here, task.store.adapters.has)
    adapter = lineage.starting_adapter(here)
    check_prompts(
        task.models.image_model(task.project.base_model, task.settings.machine),
        [pair.prompt for pair in missing],
    )

    def keep(batch: DrawnBatch, seconds: float) -> None:
        drawn = missing[batch.first : batch.first + len(batch.images)]
        images = [task.store.images.add_picture(picture) for picture in batch.images]
        task.store.refinements.keep_drawn((pair.id, image) for pair, image in zip(drawn, images, strict=True))
        task.store.rounds.add_seconds(task.round.id, "pairs", seconds)

    requests = [DrawRequest(pair.prompt, pair.seed) for pair in missing]
    yield from draw_and_keep(task, Drawing(requests, adapter, "pairs", total), keep)


def _judge_pairs(task: Task) -> Generator[Progress, None, None]:
    """Make the missing maps, after checking that each subject appears in some picture."""
    started = time.monotonic()
    pairs = task.store.refinements.pairs(task.round.id)
    name = pairing.vision_model(task.settings)
    judged = task.store.refinements.judged_pairs(task.round.id, name)
    missing = [pair for pair in pairs if pair.id not in judged]
    if not missing:
        return
    yield Progress("maps", len(judged), len(pairs), "Loading the vision model")
    scorer = open_scorer(task.store, task.models, task.project, name)
    known = scorer.features([pair.reference_image for pair in pairs])
    references = references_by_subject(scorer, task.prompts, task.store.projects.references(task.project.id))
    pictures = {
        word: [
            pair.generated_image
            for pair in pairs
            if pair.generated_image and word in task.prompts.named_in(pair.prompt)
        ]
        for word in references
    }
    for _ in look_for_subjects(scorer, references, pictures):
        yield Progress("maps", len(judged), len(pairs), "Looking for the subjects")
    for first in range(0, len(missing), BATCH_SIZE):
        part = missing[first : first + BATCH_SIZE]
        drawn = scorer.features([pair.generated_image for pair in part if pair.generated_image])
        for pair in part:
            named = task.prompts.named_in(pair.prompt)
            own = only(references, named) if pair.subject else _accepted(scorer, pair, pairs, known)
            score_pair(scorer, pair, own, known | drawn)
        yield Progress("maps", len(judged) + first + len(part), len(pairs), "Making heat maps")
    task.store.rounds.add_seconds(task.round.id, "maps", time.monotonic() - started)


def _accepted(
    scorer: PatchScorer, pair: Pair, pairs: Sequence[Pair], known: Mapping[str, Features]
) -> References:
    """The pictures by which x is judged in a style: those that were accepted for its prompt."""
    own = {
        (other.reference_image, other.reference_mask): None for other in pairs if other.prompt == pair.prompt
    }
    return {"": [(known[image], scorer.patches(mask, known[image], None)) for image, mask in own]}
