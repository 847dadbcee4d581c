"""The jobs `pairs` and `refine`: judge pairs area by area (Eq. P1, P4 to P6), and train on them (Eq. P7)."""

import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import replace

from gal_studio.core.errors import StudioError
from gal_studio.core.jobs.kinds import JOB_KINDS
from gal_studio.core.patchdpo.patch_quality import Features
from gal_studio.core.types import Job
from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.models.text import check_prompts
from gal_studio.engine.sampling.sampler import DrawnBatch, DrawRequest
from gal_studio.engine.training.fine_tune import TuneEvent
from gal_studio.engine.training.latents import ExamplePicture
from gal_studio.engine.training.patchdpo import RefinePair, refine
from gal_studio.engine.training.trainer import Run
from gal_studio.features.refine import rules
from gal_studio.features.refine.engine import (
    JudgedPair,
    add_missing_regions,
    measure_refinement,
    read_pair,
    references_as_captioned,
    score_pair,
    weights_of_pair,
)
from gal_studio.rounds import lineage
from gal_studio.rounds.inputs import inputs_of, load_inputs
from gal_studio.rounds.patch_maps import vision_model
from gal_studio.state import Store
from gal_studio.state.tables.refinements import Pair
from gal_studio.worker.drawing import Drawing, draw_and_keep
from gal_studio.worker.jobs.disk_space import check_drawing_room, check_training_room
from gal_studio.worker.jobs.fine_tune import with_previews
from gal_studio.worker.jobs.quality import find_subjects
from gal_studio.worker.models import Models
from gal_studio.worker.patches.open_scorer import open_scorer
from gal_studio.worker.patches.patch_scorer import (
    BATCH_SIZE,
    PatchScorer,
    References,
    look_for_subjects,
    only,
    references_by_subject,
)
from gal_studio.worker.task import Progress, Steps, Task, does, open_task
from gal_studio.worker.training import training_run
from gal_studio.worker.training.prior_pictures import prior_pictures
from gal_studio.worker.training.training_run import TrainingTask


@does("pairs")
def make_pairs(store: Store, models: Models, job: Job) -> Generator[Progress, None, None]:
    """Plan, draw and score the pairs of a refinement; stored pictures are not drawn again."""
    task = open_task(store, models, job)
    yield Progress("loading", 0, 0, "Loading the models")
    model = models.image_model(task.project.base_model, task.settings.machine)
    yield from find_subjects(task)
    node = store.snapshots.round(job.round_id)
    base = load_inputs(store, rules.refined_round(node), foregrounds=True)
    pairs = store.refinements.plan(job.round_id, rules.planned_pairs(base, task.settings.refine))
    missing = [pair for pair in pairs if pair.generated_image is None]
    check_drawing_room(task, model, len(missing))
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
    name = vision_model(task.settings)
    judged = rules.judged_pairs(inputs_of(task.store, task.round.id))
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


@does("refine")
def refine_round(store: Store, models: Models, job: Job) -> Generator[Progress, None, None]:
    """Train a refinement on its pairs; closing the generator saves a checkpoint."""
    asked = open_task(store, models, job)
    round_ = asked.round
    if not rules.pairs_are_ready(inputs_of(store, round_.id)):
        raise StudioError(
            f"The refinement of round {round_.number} has no finished pairs yet: press "
            f"{JOB_KINDS['pairs'].button} first."
        )
    yield Progress("loading", 0, 0, "Loading the base model")
    model = models.image_model(asked.project.base_model, asked.settings.machine)
    name = vision_model(asked.settings)
    add_missing_regions(
        store,
        asked.prompts,
        store.refinements.pairs(round_.id),
        lambda: open_scorer(store, models, asked.project, name),
    )
    with store.database.snapshot():
        task = training_run.open_training(store, models, job)
        judged, trained = _read_pairs(store, round_.id), rules.trained_pictures(inputs_of(store, round_.id))
    if training_run.is_kept(task):
        return
    lineage.check_starting_adapter(store.snapshots.round(round_.id), store.adapters.has)
    check_training_room(task, model, task.settings.refine.steps)
    with training_run.training_time(task, model, "refine"):
        prior = (yield from prior_pictures(task, model)) if task.settings.refine.mix else ()
        yield from _train(task, model, _weighted(task, judged), prior)
        training_run.keep_adapter(task, model, trained)


def _read_pairs(store: Store, round_id: str) -> list[JudgedPair]:
    """The pairs with their current maps and paint."""
    painted = store.refinements.paintings.newest(round_id)
    return [read_pair(store, pair, painted.get(pair.id)) for pair in store.refinements.pairs(round_id)]


def _weighted(task: TrainingTask, judged: Sequence[JudgedPair]) -> list[RefinePair]:
    """The pairs with the weights that follow from maps, masks and paint."""
    store, refine = task.store, task.settings.refine
    is_painted = any(judged_pair.painting for judged_pair in judged)
    name = vision_model(task.settings)
    scorer = open_scorer(store, task.models, task.project, name) if is_painted else None
    references = references_as_captioned(store, [one.pair for one in judged], refine)
    return [
        RefinePair(
            reference=references[judged_pair.pair.reference_image],
            generated=store.images.picture(judged_pair.generated_image),
            prompt=judged_pair.pair.prompt,
            weights=weights_of_pair(judged_pair, refine, scorer),
            weight=judged_pair.pair.weight,
        )
        for judged_pair in judged
    ]


def _train(
    task: TrainingTask, model: ImageModel, pairs: Sequence[RefinePair], prior: Sequence[ExamplePicture]
) -> Generator[Progress, None, None]:
    tune = task.settings.tune
    examples = training_run.training_pictures(task.store, task.examples, tune)
    paired = [image for pair in pairs for image in (pair.reference, pair.generated)]
    others = [picture.image for picture in (*examples, *prior)] if task.settings.refine.mix else []
    settings = task.settings.refine
    latents = yield from training_run.encoded(model, paired, tune.square)
    latents = yield from training_run.encoded(model, others, tune, latents)

    def start(run: Run) -> Iterator[TuneEvent]:
        shared = replace(run, latents=latents)
        return refine(model, pairs, examples, prior, settings, tune, task.seed, shared)

    yield from with_previews(task, model, "refine", start)


def measured(task: Task) -> Steps:
    """Compare a drawn refinement with the round that it refines."""
    total = task.store.candidates.count(task.round.id)
    yield Progress("measure", total, total, "Measuring the refinement")
    measure_refinement(task.store, task.models, task.project, task.round)


AFTER_DRAWING = {"refine": measured}
