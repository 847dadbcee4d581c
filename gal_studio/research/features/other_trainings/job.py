"""The job `ask`: train a round again with other seeds, draw some of its pictures, and compare (Eq. G21)."""

import hashlib
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial
from itertools import groupby
from pathlib import Path

import numpy as np

from gal_studio.core.errors import StudioError
from gal_studio.core.gal.disagreement import area_disagreement, copy_disagreement
from gal_studio.core.records.candidate import Candidate
from gal_studio.core.types import AREA_DISAGREEMENT, COPY_DISAGREEMENT, Job, Remark
from gal_studio.engine.models.adapters import detach
from gal_studio.engine.sampling.sampler import DrawnBatch, DrawRequest
from gal_studio.research.features.other_trainings.record import EnsembleImage, ensembles_of
from gal_studio.research.features.other_trainings.rules import asked_pictures, training_seed
from gal_studio.rounds.patch_maps import vision_model
from gal_studio.second_try import renamed
from gal_studio.state import Store
from gal_studio.state.files.errors import DiskError
from gal_studio.state.files.inside import remove
from gal_studio.state.tables.refinements import StoredMap
from gal_studio.worker.drawing import Drawing, draw_and_keep
from gal_studio.worker.jobs.disk_space import check_drawing_room, check_training_room
from gal_studio.worker.jobs.fine_tune import tuned
from gal_studio.worker.jobs.generate import open_detector, score_images
from gal_studio.worker.models import Models
from gal_studio.worker.patches.copy_detector import CopyDetector
from gal_studio.worker.patches.open_scorer import open_scorer
from gal_studio.worker.patches.patch_scorer import PatchScorer
from gal_studio.worker.task import Progress, Steps, does
from gal_studio.worker.training import training_run
from gal_studio.worker.training.prior_pictures import prior_pictures
from gal_studio.worker.training.training_run import Start, TrainingTask


@does("ask")
def ask_trainings(store: Store, models: Models, job: Job) -> Generator[Progress, None, None]:
    """Train as often as the settings say, draw with each training what it lacks, then compare all."""
    yield Progress("loading", 0, 0, "Loading the models")
    with store.database.snapshot():
        task = training_run.open_training(store, models, job)
        task = replace(task, examples=store.rounds.training_set(task.round.id) or task.examples)
        asked = asked_pictures(store.snapshots.round(task.round.id))
    detector = yield from open_detector(task)
    others = task.settings.gal.trainings - 1
    for number in range(1, others + 1):
        drawn = ensembles_of(store).of_round(task.round.id)
        missing = [one for one in asked if number not in drawn.get(one.id, {})]
        if missing:
            own = _with_another_seed(task, number)
            adapter = own.checkpoints / "trained.safetensors"
            if not adapter.is_file():
                yield from _train(own, adapter)
            left = (others - number) * len(asked)
            yield from _draw(own, adapter, number, missing, detector, (others * len(asked), left))
            remove(store.workspace, own.checkpoints)
    yield from _compare(task, asked, others)


def _with_another_seed(task: TrainingTask, number: int) -> TrainingTask:
    """The training with another seed, with checkpoints of its own, and without validations."""
    planned = hashlib.sha256(f"{task.planned} other training {number}".encode()).hexdigest()
    settings = task.settings.updated({"tune": {"validate_every": 0}})  # each would be a checkpoint
    return replace(
        task, planned=planned, endless=None, seed=training_seed(task.seed, number), settings=settings
    )


def _train(task: TrainingTask, adapter: Path) -> Steps:
    model = task.models.image_model(task.project.base_model, task.settings.machine)
    check_training_room(task, model, task.steps)
    try:
        prior = yield from prior_pictures(task, model)
        yield from tuned(task, model, prior, partial(_steps, task))
        renamed(training_run.save_trained(task, model), adapter)  # whole, or not there
    finally:
        detach(model)


def _steps(task: TrainingTask, start: Start) -> Steps:
    keep = partial(training_run.save_checkpoint, task)
    with closing(training_run.from_the_newest(task, start, keep)) as events:
        for event in events:
            yield Progress("fine_tune", event.step, event.total, event.notice or f"loss {event.loss:.4f}")


def _draw(
    task: TrainingTask,
    adapter: Path,
    number: int,
    missing: Sequence[Candidate],
    detector: CopyDetector | None,
    counts: tuple[int, int],
) -> Steps:
    """Draw the same prompts, seeds and recipes; `counts`: pictures of all trainings, and of later ones."""
    total, left = counts
    model = task.models.drawing_model(task.project.base_model, task.settings)
    check_drawing_room(task, model, len(missing))
    del model  # a cluster draws in its place, perhaps on the same device
    anchors = {anchor.id: anchor.prompt for anchor in task.store.projects.anchors(task.project.id)}
    by_recipe = sorted(missing, key=lambda one: one.recipe.mean, reverse=True)
    done = 0
    for recipe, group in groupby(by_recipe, key=lambda one: one.recipe):
        part = list(group)
        done += len(part)

        def keep(batch: DrawnBatch, seconds: float, part: Sequence[Candidate] = part) -> None:
            drawn = part[batch.first : batch.first + len(batch.images)]
            prompts = [anchors[one.anchor_id] for one in drawn]
            scored = score_images(task, batch.images, prompts, detector)
            for row, one in enumerate(drawn):
                chance = _chance(one, scored.scores[row], batch.remarks[row])
                image = task.store.images.add_picture(batch.images[row])
                ensembles_of(task.store).save(one.id, number, EnsembleImage(image, chance))

        requests = [DrawRequest(anchors[one.anchor_id], one.seed) for one in part]
        after = left + len(missing) - done
        yield from draw_and_keep(task, Drawing(requests, adapter, "draw", total, after, recipe), keep)


def _chance(of: Candidate, scores: dict[str, float], remark: Remark) -> float | None:
    """p(copy) of a picture drawn in place of a candidate, before any marks; None if it is blank."""
    others = dict(scores)
    own, reference = others.pop("similarity_anchor"), others.pop("similarity_reference")
    drawn = replace(of, similarity_anchor=own, similarity_reference=reference, remark=remark)
    return _unmarked(replace(drawn, more_scores=others))


def _unmarked(candidate: Candidate) -> float | None:
    plain = replace(candidate, marked_copy=None, copy_shift=0.0)
    return None if plain.is_blank else plain.chance


def _compare(task: TrainingTask, asked: Sequence[Candidate], others: int) -> Steps:
    """Eq. G21 of each picture: as scores, and as a map where the vision model has patches."""
    scorer = None
    try:
        name = vision_model(task.settings)
        scorer = open_scorer(task.store, task.models, task.project, name)
    except DiskError:
        raise
    except StudioError as error:
        yield Progress("compare", 0, len(asked), f"Without areas. {error}")
    drawn = ensembles_of(task.store).of_round(task.round.id)
    for done, one in enumerate(asked, start=1):
        ensemble = [drawn[one.id][number] for number in range(1, others + 1)]
        known = [_unmarked(one), *(other.chance for other in ensemble)]
        chances = [chance for chance in known if chance is not None]
        scores = {COPY_DISAGREEMENT: copy_disagreement(chances)} if len(chances) > 1 else {}
        if scorer is not None:
            scores |= _areas(task, scorer, one, [other.image for other in ensemble])
        task.store.candidates.add_scores(one.id, scores)
        yield Progress("compare", done, len(asked))


def _areas(task: TrainingTask, scorer: PatchScorer, of: Candidate, images: Sequence[str]) -> dict[str, float]:
    known = scorer.features([of.image, *images])
    found = area_disagreement([known[image] for image in (of.image, *images)])
    task.store.refinements.save_map(of.id, "disagreement", StoredMap(found.astype(np.float32), scorer.name))
    return {AREA_DISAGREEMENT: float(found.mean())}
