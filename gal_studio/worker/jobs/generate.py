"""The job "generate": draw what is missing, score each batch as it is finished, then lay the map."""

import time
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gal_studio.core.gal.uncertainty import reference_similarity, similarity
from gal_studio.core.prompts import reference_prompts
from gal_studio.core.seeds import candidate_seed, named_seed
from gal_studio.core.types import Anchor, Candidate, Job
from gal_studio.engine.features.tsne import MapPoint, project
from gal_studio.engine.sampling.fused_adapter import drawing
from gal_studio.engine.sampling.sampler import DrawnBatch, DrawRequest, draw
from gal_studio.rounds import lineage
from gal_studio.state import Store
from gal_studio.state.tables.candidates import NewCandidate
from gal_studio.worker.jobs.disk_space import check_drawing_room
from gal_studio.worker.jobs.measure import measure_refinement
from gal_studio.worker.models import Models
from gal_studio.worker.task import Progress, Task, open_task


@dataclass(frozen=True)
class _Wanted:
    """One candidate that is to be drawn."""

    anchor: Anchor
    index: int
    seed: int


def generate_round(store: Store, models: Models, job: Job) -> Generator[Progress, None, None]:
    """Draw the round's missing candidates and place them; what is written is never drawn again."""
    task = open_task(store, models, job)
    yield Progress("loading", 0, 0, "Opening the models")
    model = models.image_model(task.project.base_model)
    models.texts(task.project.clip_model, _prompts(task))  # a prompt that is too long shows before any work
    wanted = [
        _Wanted(anchor, index, candidate_seed(task.project.seed, anchor.prompt, index))
        for anchor, index in lineage.missing(store, task.round.id)
    ]
    check_drawing_room(task, model, len(wanted))
    if wanted:
        yield from _draw(task, wanted)
    total = store.candidates.count(task.round.id)
    yield Progress("project", total, total, "Laying the map")
    _project(task)
    if task.round.kind == "refine":
        yield Progress("measure", total, total, "Measuring what the refinement gained")
        measure_refinement(store, models, task.project, task.round)


def _prompts(task: Task) -> list[str]:
    references = task.store.projects.references(task.project.id)
    anchors = [anchor.prompt for anchor in lineage.pool(task.store, task.round.id)]
    return [*reference_prompts(task.project.kind, references), *anchors]


def _draw(task: Task, wanted: Sequence[_Wanted]) -> Generator[Progress, None, None]:
    settings = task.settings.generation
    model = task.models.image_model(task.project.base_model)
    adapter = task.store.adapters.path(task.round.adapter) if task.round.adapter else None
    before = task.store.candidates.count(task.round.id)
    total = before + len(wanted)
    requests = [DrawRequest(entry.anchor.prompt, entry.seed) for entry in wanted]
    with drawing(model, adapter) as ready:
        events = draw(ready, requests, settings)
        started = time.monotonic()
        try:
            for event in events:
                if isinstance(event, DrawnBatch):
                    seconds = time.monotonic() - started
                    _keep(task, wanted[event.first : event.first + len(event.images)], event, seconds)
                    started = time.monotonic()
                    yield Progress("draw", task.store.candidates.count(task.round.id), total)
                else:
                    done = min(event.done / event.total * len(wanted), len(wanted))
                    yield Progress("draw", before + done, total, event.notice)
        finally:
            events.close()  # type: ignore[attr-defined]


def _keep(task: Task, drawn: Sequence[_Wanted], batch: DrawnBatch, seconds: float) -> None:
    """Embed, score (Eq. G1) and store a finished batch."""
    started = time.monotonic()
    clip = task.project.clip_model
    features = task.models.embedder(clip).images(batch.images)
    references = reference_prompts(task.project.kind, task.store.projects.references(task.project.id))
    to_reference = reference_similarity(features, task.models.texts(clip, references))
    anchors = task.models.texts(clip, [entry.anchor.prompt for entry in drawn])
    candidates = [
        NewCandidate(
            anchor_id=entry.anchor.id,
            index=entry.index,
            seed=entry.seed,
            image=task.store.images.add_picture(batch.images[row]),
            similarity_anchor=float(similarity(features[row : row + 1], anchors[row : row + 1])[0, 0]),
            similarity_reference=float(to_reference[row]),
            feature=features[row],
            remark=batch.remarks[row],
        )
        for row, entry in enumerate(drawn)
    ]
    with task.store.database.transaction():
        task.store.candidates.save(task.round.id, candidates)
        task.store.rounds.add_forwards(task.round.id, batch.forwards)
        task.store.rounds.add_seconds(task.round.id, "generate", seconds)
        task.store.rounds.add_seconds(task.round.id, "embed", time.monotonic() - started)


def _project(task: Task) -> None:
    """Place references and candidates on the map, near where the parent round's map had their like."""
    started = time.monotonic()
    references = task.store.projects.references(task.project.id)
    pictures = [task.store.images.picture(entry.image) for entry in references]
    rows = task.models.embedder(task.project.clip_model).images(pictures)
    features = {entry.id: row for entry, row in zip(references, rows, strict=True)}
    stored = task.store.candidates.features(task.round.id)
    drawn = {entry.id: stored[entry.id].astype(np.float64) for entry in _in_pool_order(task)}
    seed = named_seed(task.project.seed, "map") % 2**32
    places = project({**features, **drawn}, _previous(task, features), seed)
    with task.store.database.transaction():
        task.store.candidates.place({name: place for name, place in places.items() if name in drawn})
        task.store.rounds.place_references(
            task.round.id, {name: place for name, place in places.items() if name in features}
        )
        task.store.rounds.set_seconds(task.round.id, "project", time.monotonic() - started)


def _in_pool_order(task: Task) -> list[Candidate]:
    """The round's candidates in an order that a stop in between does not change."""
    order = {anchor.id: anchor.order for anchor in task.store.projects.anchors(task.project.id)}
    candidates = task.store.candidates.of_round(task.round.id)
    return sorted(candidates, key=lambda entry: (order[entry.anchor_id], entry.index))


def _previous(task: Task, references: Mapping[str, NDArray[np.float64]]) -> list[MapPoint]:
    """The map of the nearest round above that has one."""
    for ancestor in reversed(task.store.rounds.ancestors(task.round.id)):
        stored = task.store.candidates.features(ancestor.id)
        placed = [
            MapPoint(entry.id, stored[entry.id], entry.x, entry.y)
            for entry in task.store.candidates.of_round(ancestor.id)
            if entry.x is not None and entry.y is not None
        ]
        if placed:
            fixed = task.store.rounds.reference_places(ancestor.id)
            return [MapPoint(name, references[name], *fixed[name]) for name in fixed] + placed
    return []
