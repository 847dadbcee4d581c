"""Place the pictures of a round on its map: roughly while they are drawn, by t-SNE when all are there."""

import time
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from gal_studio.core.records.candidate import Candidate
from gal_studio.core.seeds import named_seed
from gal_studio.core.snapshot import RoundSnapshot
from gal_studio.core.types import MapPlace
from gal_studio.engine.features.tsne import MapPoint, project, sketch
from gal_studio.worker.task import Task


def place_round(task: Task) -> None:
    """Place references and candidates on the map, near similar ones on the map of the round above."""
    started = time.monotonic()
    features, drawn = features_of_references(task), _candidate_features(task)
    seed = named_seed(task.project.seed, "map") % 2**32
    places = project({**features, **drawn}, _previous(task, features), seed)
    with task.store.database.transaction():
        _store_places(task, places, features)
        task.store.rounds.set_seconds(task.round.id, "project", time.monotonic() - started)


def place_drawn(task: Task) -> None:
    """Place what is drawn so far, roughly and quickly, so that the map grows with the pictures.

    `place_round` does not read these places. A round that has its map keeps it: only new pictures are placed.
    """
    features, drawn = features_of_references(task), _candidate_features(task)
    own = _map_of(task, task.round.id, features)
    previous = own if _is_placed(task.now()) else _previous(task, features)
    places = sketch({**features, **drawn}, previous, {point.id: (point.x, point.y) for point in own})
    with task.store.database.transaction():
        _store_places(task, places, features)


def _is_placed(here: RoundSnapshot) -> bool:
    """Whether a round has its map, and not only the rough places of what was drawn when it was halted."""
    return "project" in here.record.seconds


def _store_places(
    task: Task, places: Mapping[str, MapPlace], references: Mapping[str, NDArray[np.float64]]
) -> None:
    """Store all places, and the features of the references."""
    task.store.candidates.place({name: place for name, place in places.items() if name not in references})
    of_references = {name: place for name, place in places.items() if name in references}
    task.store.rounds.place_references(task.round.id, of_references, references)


def features_of_references(task: Task) -> dict[str, NDArray[np.float64]]:
    """The CLIP features of a project's references by their IDs; each is computed once."""
    references = task.store.projects.references(task.project.id)
    if not references:
        return {}
    names = [reference.image for reference in references]
    rows = task.models.pictures(task.project.clip_model, names, task.store.images.picture)
    return {reference.id: row for reference, row in zip(references, rows, strict=True)}


def _candidate_features(task: Task) -> dict[str, NDArray[np.float64]]:
    stored = task.store.candidates.features(task.round.id)
    return {candidate.id: stored[candidate.id].astype(np.float64) for candidate in _in_pool_order(task)}


def _in_pool_order(task: Task) -> list[Candidate]:
    """The candidates of the round in an order that does not depend on pauses."""
    order = {anchor.id: anchor.order for anchor in task.store.projects.anchors(task.project.id)}
    candidates = task.store.candidates.of_round(task.round.id)
    return sorted(candidates, key=lambda candidate: (order[candidate.anchor_id], candidate.index))


def _previous(task: Task, references: Mapping[str, NDArray[np.float64]]) -> list[MapPoint]:
    """The map of the nearest round above that has one."""
    for above in reversed(task.now().ancestors):
        if _is_placed(above) and (points := _map_of(task, above.id, references)):
            return points
    return []


def _map_of(task: Task, round_id: str, references: Mapping[str, NDArray[np.float64]]) -> list[MapPoint]:
    """The references and candidates that are placed on the map of a round."""
    stored = task.store.candidates.features(round_id)
    placed = [
        MapPoint(candidate.id, stored[candidate.id], candidate.x, candidate.y)
        for candidate in task.store.candidates.of_round(round_id)
        if candidate.x is not None and candidate.y is not None
    ]
    if not placed:
        return []
    fixed = task.store.rounds.reference_places(round_id)
    return [MapPoint(name, references[name], *fixed[name]) for name in fixed] + placed
