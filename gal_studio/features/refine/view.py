"""The view of a refinement: pairs with their maps and paint, measurements, and the next step."""

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import get_args

import numpy as np

from gal_studio.core.errors import StudioError
from gal_studio.core.intervals import outcome
from gal_studio.core.patchdpo.masks import shrink
from gal_studio.core.taught.registry import find_taught
from gal_studio.core.types import Job
from gal_studio.core.words import signed
from gal_studio.rounds import lineage, pairs, planned
from gal_studio.rounds.inputs import TrainingInputs, inputs_of
from gal_studio.state import Store
from gal_studio.state.tables.refinements import MapKind, Measurement, StoredMap
from gal_studio.studio.views.types import (
    MeasurementView,
    PairView,
    PatchMap,
    RefinementStep,
    RefinementView,
)

NEXT_ROUND = {
    "continue": "The next round continues from the weights of this refinement.",
    "repeat": "The next round is trained from the base model and then refined again in the same way.",
}

UNMEASURED = (
    "No test prompt is left to compare: the refinement was trained on every prompt that was generated. "
    "Results compares it on the benchmark."
)


METRICS: Mapping[str, tuple[str, int]] = {
    "clip_t": ("likeness to the prompt", 1),
    "overfit_rate": ("share of copies", -1),
    "clip_i": ("likeness to the reference", 0),
}
"""The name of each measurement, and whether higher (1) or lower (-1) is better; 0: it depends."""


def refinement_view(store: Store, round_id: str) -> RefinementView:
    """Everything that the page shows of a refinement."""
    with store.database.snapshot():
        inputs = inputs_of(store, round_id)
        undo, redo = store.refinements.paintings.can_undo(round_id)
        measured = store.refinements.measurements(round_id)
        trained, losses = store.rounds.training_set(round_id), store.rounds.losses(round_id)
        jobs = store.jobs.of_project(inputs.here.project.project.id)
    here, project = inputs.here, inputs.here.project.project
    pairs.refined_round(here)
    step = _step(inputs, jobs)
    prompts = pairs.measured_prompts(here, trained) if step == "done" else frozenset()
    unmeasured = step == "done" and not (measured or prompts)
    return RefinementView(
        pairs=_pair_views(store, inputs),
        step=step,
        measurements=tuple(in_words(figure, project.kind) for figure in measured),
        measured_by=_judge(project.clip_model),
        losses=losses,
        rule=project.settings.refine.next_round,
        next_round_rule=NEXT_ROUND[project.settings.refine.next_round],
        can_undo=undo,
        can_redo=redo,
        unmeasured=UNMEASURED if unmeasured else "",
        measured_prompts=tuple(sorted(prompts)),
    )


def _step(inputs: TrainingInputs, jobs: Sequence[Job]) -> RefinementStep:
    here = inputs.here
    if here.round.adapter is not None:
        drawn = here.candidates and not planned.missing(here)
        return "done" if drawn or not lineage.pool(here) else "generate"
    if not pairs.pairs_are_ready(inputs):
        return "pairs"
    begun = any(
        job.round_id == here.id and job.kind == here.variant.training and job.state != "stopped"
        for job in jobs
    )
    return "refine" if begun else "review"


def _pair_views(store: Store, inputs: TrainingInputs) -> tuple[PairView, ...]:
    judged = pairs.judged_pairs(inputs)
    return tuple(
        PairView(
            **vars(pair),
            painted=inputs.painted.get(pair.id),
            maps_version=_version(maps) if pair.id in judged else None,
            mean_quality=_mean(store, maps.get("quality"), inputs.foreground_of(pair)),
            mean_reproduction=_mean(store, maps.get("reproduction"), pair.reference_mask),
        )
        for pair in inputs.pairs
        for maps in [inputs.maps.get(pair.id, {})]
    )


def _version(maps: Mapping[MapKind, StoredMap]) -> str:
    """A short string that changes with the maps of a pair."""
    values = [maps[kind].values.tobytes() for kind in get_args(MapKind) if kind in maps]
    return hashlib.sha256(b"".join(values)).hexdigest()[:8]


def _mean(store: Store, stored: StoredMap | None, mask: str | None) -> float | None:
    """The mean of a map over a foreground; None if there is no map, or the file of the mask is missing."""
    if stored is None or (mask is not None and not store.images.has(mask)):
        return None
    if mask is None:
        return float(stored.values.mean())
    inside = shrink(np.asarray(store.images.mask(mask), dtype=np.float64) / 255, *stored.values.shape)
    return float(np.average(stored.values, weights=inside)) if inside.any() else float(stored.values.mean())


def patch_maps(store: Store, owner_id: str, kind: MapKind) -> tuple[PatchMap, ...]:
    """The maps of a pair or of a candidate, one for each subject that was judged.

    A map of the whole picture does not count for a candidate with several subjects: it is judged again.
    """
    found = store.refinements.maps(owner_id, kind)
    if kind == "quality" and _is_candidate_of_several(store, owner_id):
        found.pop("", None)
    return tuple(_patch_map(subject, stored) for subject, stored in found.items())


def _is_candidate_of_several(store: Store, owner_id: str) -> bool:
    with suppress(StudioError):
        project_id = store.rounds.get(store.candidates.round_of(owner_id)).project_id
        return pairs.judged_by_subject(store.projects.prompts(project_id))
    return False


def _patch_map(subject: str, stored: StoredMap) -> PatchMap:
    height, width = stored.values.shape
    values = tuple(round(float(value), 4) for value in stored.values.flat)
    return PatchMap(height, width, values, stored.vision_model, subject)


def _judge(clip_model: str) -> str:
    """The CLIP model in words: a folder by the end of its path, the bundled one without it."""
    if clip_model.startswith("local-dir:assets:"):
        return "the bundled CLIP model"
    return f"the CLIP model {'/'.join(clip_model.rstrip('/').split('/')[-2:])}"


def in_words(figure: Measurement, kind: str) -> MeasurementView:
    """A measured difference in words, and whether it is an improvement."""
    name, sense = METRICS.get(figure.metric, (figure.metric, 0))
    sense = find_taught(kind).senses.get(figure.metric, sense)
    return MeasurementView(
        **vars(figure),
        name=name,
        words=f"{name} {figure.before:.3f} → {figure.after:.3f}, {signed(figure.difference)} "
        f"[{signed(figure.low)}, {signed(figure.high)}] over {figure.images} images",
        verdict=outcome(figure.difference, not figure.low <= 0 <= figure.high, sense),
    )
