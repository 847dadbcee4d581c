"""The job `refine`: train on weighted pairs and store the adapter (Eq. P7)."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace

from gal_studio.core.errors import StudioError
from gal_studio.core.jobs.kinds import JOB_KINDS
from gal_studio.core.types import Job
from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.training.fine_tune import TuneEvent
from gal_studio.engine.training.latents import ExamplePicture
from gal_studio.engine.training.patchdpo import RefinePair, refine
from gal_studio.engine.training.trainer import Run
from gal_studio.rounds import lineage
from gal_studio.rounds import pairs as pairing
from gal_studio.rounds.inputs import inputs_of
from gal_studio.state import Store
from gal_studio.worker.jobs.disk_space import check_training_room
from gal_studio.worker.jobs.fine_tune import with_previews
from gal_studio.worker.models import Models
from gal_studio.worker.patches.captioned import references_as_captioned
from gal_studio.worker.patches.maps import add_missing_regions
from gal_studio.worker.patches.open_scorer import open_scorer
from gal_studio.worker.patches.weights import JudgedPair, read_pair, weights_of_pair
from gal_studio.worker.task import Progress, does, open_task
from gal_studio.worker.training import device_groups, training_run
from gal_studio.worker.training.prior_pictures import prior_pictures
from gal_studio.worker.training.training_run import TrainingTask


@does("refine")
def refine_round(store: Store, models: Models, job: Job) -> Generator[Progress, None, None]:
    """Train a refinement on its pairs; closing the generator saves a checkpoint."""
    asked = open_task(store, models, job)
    round_ = asked.round
    if not pairing.pairs_are_ready(inputs_of(store, round_.id)):
        raise StudioError(
            f"The refinement of round {round_.number} has no finished pairs yet: press "
            f"{JOB_KINDS['pairs'].button} first."
        )
    yield Progress("loading", 0, 0, "Loading the base model")
    model = models.image_model(asked.project.base_model, asked.settings.machine)
    name = pairing.vision_model(asked.settings)
    add_missing_regions(
        store,
        asked.prompts,
        store.refinements.pairs(round_.id),
        lambda: open_scorer(store, models, asked.project, name),
    )
    with store.database.snapshot():
        task = training_run.open_training(store, models, job)
        judged, trained = _read_pairs(store, round_.id), pairing.trained_pictures(inputs_of(store, round_.id))
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
    name = pairing.vision_model(task.settings)
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
    with device_groups.gathered(task, model, settings.batch_size) as gathered:
        latents = yield from training_run.encoded(model, paired, tune.square)
        latents = yield from training_run.encoded(model, others, tune, latents)
        group = yield from device_groups.complete(gathered)

        def start(run: Run) -> Iterator[TuneEvent]:
            shared = replace(run, latents=latents, group=group)
            return refine(model, pairs, examples, prior, settings, tune, task.seed, shared)

        yield from with_previews(task, model, "refine", start)
