"""The job `generate`: draw the missing candidates, score each finished batch, then place them on the map."""

import logging
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gal_studio.core.copy_chance import OWN
from gal_studio.core.denoising import Denoising
from gal_studio.core.errors import StudioError
from gal_studio.core.features import modules
from gal_studio.core.gal.recipes import candidate_recipe, drawing_seed
from gal_studio.core.gal.scores.asked import gaps
from gal_studio.core.gal.scores.registry import score_pictures
from gal_studio.core.gal.scores.score import DrawnPictures
from gal_studio.core.recipe import AS_TRAINED, Recipe
from gal_studio.core.records.candidate import Candidate
from gal_studio.core.types import OBJECT, Anchor, Job
from gal_studio.core.variants.registry import refuse_untrained
from gal_studio.engine.sampling.sampler import DrawnBatch, DrawRequest, SharedStates, SharedSteps
from gal_studio.rounds import base_pictures, lineage, planned
from gal_studio.state import Store
from gal_studio.state.files.errors import DiskError
from gal_studio.state.tables.candidates import copy_shift
from gal_studio.worker.drawing import Drawing, draw_and_keep
from gal_studio.worker.jobs.disk_space import check_drawing_room
from gal_studio.worker.jobs.places import features_of_references, place_drawn, place_round
from gal_studio.worker.models import Models
from gal_studio.worker.patches.copy_detector import CopyDetector, Evidence, open_copy_detector
from gal_studio.worker.task import Progress, Steps, Task, does, open_task

logger = logging.getLogger("gal_studio.worker")


@dataclass(frozen=True)
class _Planned:
    """A candidate to draw."""

    anchor: Anchor
    index: int
    seed: int
    recipe: Recipe


@does("generate")
def generate_round(store: Store, models: Models, job: Job) -> Generator[Progress, None, None]:
    """Draw the missing candidates of a round and place them on the map; stored ones are not drawn again."""
    task = open_task(store, models, job)
    refuse_untrained(task.round)
    if task.round.variant.training is None:
        lineage.check_starting_adapter(store.snapshots.round(task.round.id), store.adapters.has)
    yield Progress("loading", 0, 0, "Loading the models")
    model = models.drawing_model(task.project.base_model, task.settings)
    models.texts(task.project.clip_model, _prompts(task))  # refuses prompts that are too long
    if planned.is_ladder(store.snapshots.round(task.round.id)):
        store.races.begin(task.round.id, copy_shift(store.database, task.project.id))
    check_drawing_room(task, model, planned.left(store.snapshots.round(task.round.id)))
    if _next(task):
        detector = yield from open_detector(task)
        while wanted := _next(task):
            yield from _draw(task, wanted, detector)
    here = store.snapshots.round(task.round.id)
    if planned.is_ladder(here) and not planned.has_ended(here):
        store.races.end(task.round.id, planned.course(here))
    total = store.candidates.count(task.round.id)
    yield Progress("project", total, total, "Placing the images on the map")
    place_round(task)
    yield from _followed(task)


def _followed(task: Task) -> Steps:
    """What features do with a drawn round, by its training (`AFTER_DRAWING` of a `job.py`), in any order."""
    for file in modules("job"):
        for training, act in getattr(file, "AFTER_DRAWING", {}).items():
            if training == task.round.variant.training:
                yield from act(task)


def _next(task: Task) -> list[_Planned]:
    """What is to be drawn next: on the ladder one part, otherwise everything that is missing."""
    instant = not task.round.variant.varies_strength
    return [
        _Planned(
            anchor,
            index,
            drawing_seed(task.settings, task.project.seed, anchor.prompt, index, instant=instant),
            AS_TRAINED if instant else candidate_recipe(task.settings, index),
        )
        for anchor, index in planned.missing(task.store.snapshots.round(task.round.id))
    ]


def _prompts(task: Task) -> list[str]:
    anchors = [anchor.prompt for anchor in lineage.pool(task.store.snapshots.round(task.round.id))]
    return [*task.prompts.reference_prompts, *anchors]


def open_detector(task: Task) -> Generator[Progress, None, CopyDetector | None]:
    """The copy detector; None without references, by the settings, or if the vision model cannot be one.

    What the base model draws is needed without references, too: it says what was asked for (Eq. G14).
    """
    if not task.project.has_references:
        yield from draw_base_pictures(task)
        return None
    if task.settings.gal.copy_detectors == "prompts":
        return None
    yield from draw_base_pictures(task)
    try:
        return open_copy_detector(task)
    except DiskError:
        raise
    except StudioError as error:
        yield Progress("loading", 0, 0, f"Copies will be found by the prompts alone. {error}")
        logger.warning("round %s: detector of copies missing: %s", task.round.number, error)
        return None


def _draw(
    task: Task, wanted: Sequence[_Planned], detector: CopyDetector | None
) -> Generator[Progress, None, None]:
    """Draw the candidates, those of one recipe after those of another: the adapter is fused for each."""
    here = task.store.snapshots.round(task.round.id)
    left = planned.left(here)
    total = len(lineage.drawn(here)) + left
    for part, shared in _parts(wanted, task.settings.generation.as_drawn.denoising):
        left -= len(part)
        requests = [DrawRequest(one.anchor.prompt, one.seed) for one in part]
        drawing = Drawing(
            requests, lineage.drawing_adapter(here), "draw", total, left, part[0].recipe, True, shared
        )
        yield from draw_and_keep(task, drawing, partial(_keep, task, part, detector))


def _parts(
    wanted: Sequence[_Planned], steps: Denoising
) -> Iterator[tuple[Sequence[_Planned], SharedSteps | None]]:
    """The candidates of one recipe each, the strongest first, with the steps that some of them share.

    Those of one prompt and seed whose recipes begin with the same strength are drawn one after the other, the
    latest switch first, in the same batches.
    """
    alike: dict[tuple[str, int, float], list[_Planned]] = {}
    for one in wanted:
        alike.setdefault((one.anchor.prompt, one.seed, one.recipe.early), []).append(one)
    together: dict[tuple[Recipe, ...], list[list[_Planned]]] = {}
    for group in alike.values():
        group.sort(key=lambda one: one.recipe.until(steps), reverse=True)
        together.setdefault(tuple(one.recipe for one in group), []).append(group)
    alone: dict[Recipe, list[_Planned]] = {}
    for recipes, groups in together.items():
        if len(recipes) == 1:
            alone.setdefault(recipes[0], []).extend(group[0] for group in groups)
    for recipe in sorted(alone, key=lambda recipe: recipe.mean, reverse=True):
        yield alone[recipe], None
    for recipes, groups in together.items():
        if len(recipes) > 1:
            ends = [recipe.until(steps) for recipe in recipes]
            states: SharedStates = {}
            for turn, end in enumerate(ends):
                part = [group[turn] for group in groups]
                yield part, SharedSteps(frozenset(ends[turn + 1 :]), end, states)


def _keep(
    task: Task,
    wanted: Sequence[_Planned],
    detector: CopyDetector | None,
    batch: DrawnBatch,
    seconds: float,
) -> None:
    """Embed, score (Eq. G1) and store a finished batch."""
    started = time.monotonic()
    drawn = wanted[batch.first : batch.first + len(batch.images)]
    scored = score_images(task, batch.images, [each.anchor.prompt for each in drawn], detector)
    features, scores, seen = scored.features, scored.scores, scored.seen
    candidates = [
        Candidate(
            id="",
            anchor_id=each.anchor.id,
            index=each.index,
            seed=each.seed,
            image=task.store.images.add_picture(batch.images[row]),
            similarity_anchor=scores[row].pop("similarity_anchor"),
            similarity_reference=scores[row].pop("similarity_reference"),
            feature=features[row],
            remark=batch.remarks[row],
            more_scores=scores[row],
            recipe=each.recipe,
        )
        for row, each in enumerate(drawn)
    ]
    with task.store.database.transaction():
        saved = task.store.candidates.save(task.round.id, candidates)
        for identity, evidence in zip(saved, seen, strict=False):
            task.store.refinements.save_map(identity, "shown", evidence.map)
        task.store.rounds.add_forwards(task.round.id, batch.forwards)
        task.store.rounds.add_seconds(task.round.id, "generate", seconds)
    place_drawn(task)
    task.store.rounds.add_seconds(task.round.id, "embed", time.monotonic() - started)


@dataclass(frozen=True)
class Scored:
    """What was computed of n drawn pictures: their CLIP features (n, d), their scores by name, and the second
    detector's evidence, which is empty without a detector.
    """

    features: NDArray[np.float64]
    scores: list[dict[str, float]]
    seen: Sequence[Evidence]


def reference_features(task: Task) -> NDArray[np.float64]:
    """The CLIP features (r, d) of a project's references. Without any (0, 0)."""
    rows = features_of_references(task)
    return np.stack([*rows.values()]) if rows else np.zeros((0, 0))


def score_images(
    task: Task, images: Sequence[Image.Image], prompts: Sequence[str], detector: CopyDetector | None
) -> Scored:
    """Embed and score (Eq. G1, G16, G17) pictures that were drawn for these prompts."""
    clip, seen = task.project.clip_model, detector.compare(images, prompts) if detector else []
    features = task.models.embedder(clip).images(images)
    read = task.store.images.picture
    base = [*base_pictures.of_project(task.store, task.project).values()]
    known = [*base, *(one.image for one in task.store.projects.references(task.project.id))]
    drawn = DrawnPictures(
        pixels=tuple(np.asarray(image.convert("RGB")) for image in images),
        features=features,
        prompts=task.models.texts(clip, prompts),
        reference_prompts=task.models.texts(clip, task.prompts.reference_prompts),
        references=reference_features(task),
        shown=np.array([evidence.score for evidence in seen]) if detector else None,
        alike=_known([evidence.likeness for evidence in seen]),
        carried=_known([evidence.carries for evidence in seen]),
        usual=_usual_margins(task, prompts) if detector and detector.alike else None,
        all_prompts=_all_prompts(task) if base else None,
        usual_gap=_usual_gap(task) if base else None,
        usual_roughness=max(task.models.roughness(known, read)) if base else None,
    )
    scores = score_pictures(drawn)
    for one, evidence in zip(scores, seen, strict=False):
        one |= {f"{OBJECT}{word}": value for word, value in evidence.objects.items()}
    return Scored(features, scores, seen)


def _usual_margins(task: Task, prompts: Sequence[str]) -> NDArray[np.float64]:
    """Half of the margin (Eq. G2) of the base model's picture of each prompt, (n,), or of the mean."""
    clip, base = task.project.clip_model, base_pictures.of_project(task.store, task.project)
    features = task.models.pictures(clip, list(base.values()), task.store.images.picture)
    own = (features * task.models.texts(clip, list(base))).sum(axis=1)
    reference = features @ task.models.texts(clip, task.prompts.reference_prompts).T
    margins = dict(zip(base, (own - reference.max(axis=1)).tolist(), strict=True))
    return OWN * np.array([margins.get(prompt, float(np.mean([*margins.values()]))) for prompt in prompts])


def _all_prompts(task: Task) -> NDArray[np.float64]:
    """The CLIP features (k, d) of the test prompts and of the references' prompts."""
    anchors = [each.prompt for each in task.store.projects.anchors(task.project.id) if each.enabled]
    wanted = dict.fromkeys((*anchors, *task.prompts.reference_prompts))
    return task.models.texts(task.project.clip_model, list(wanted))


def _usual_gap(task: Task) -> float:
    """How much nearer the base model's pictures are to their own prompts than to any other, on average."""
    clip, base = task.project.clip_model, base_pictures.of_project(task.store, task.project)
    features = task.models.pictures(clip, list(base.values()), task.store.images.picture)
    return float(gaps(features, task.models.texts(clip, list(base)), _all_prompts(task)).mean())


def _known(values: Sequence[float | None]) -> NDArray[np.float64] | None:
    """The values as an array; None where there are none, or not of every picture."""
    return np.array(values, dtype=np.float64) if values and None not in values else None


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
