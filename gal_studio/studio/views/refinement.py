"""The view of a refinement: pairs with their maps and paint, measurements, and the next step."""

import hashlib
from contextlib import suppress
from typing import get_args

import numpy as np

from gal_studio.core.errors import StudioError
from gal_studio.core.patchdpo.masks import shrink
from gal_studio.core.types import Round
from gal_studio.rounds import lineage, pairs
from gal_studio.state import Store
from gal_studio.state.tables.refinements import MapKind, Pair, StoredMap
from gal_studio.studio.views.types import PairView, PatchMap, RefinementStep, RefinementView

NEXT_ROUND = {
    "continue": "The next round continues from the weights of this refinement.",
    "repeat": "The next round is fine-tuned from the base model and then refined again in the same way.",
}


def refinement_view(store: Store, round_id: str) -> RefinementView:
    """Everything that the page shows of a refinement."""
    round_ = store.rounds.get(round_id)
    pairs.refined_round(store, round_id)
    undo, redo = store.refinements.paintings.can_undo(round_id)
    measured = store.refinements.measurements(round_id)
    rule = store.projects.get(round_.project_id).settings.refine.next_round
    return RefinementView(
        round=round_,
        pairs=_pair_views(store, round_id),
        step=_step(store, round_),
        measurements=measured,
        losses=store.rounds.losses(round_id),
        next_round_rule=NEXT_ROUND[rule],
        can_undo=undo,
        can_redo=redo,
        unmeasured="" if measured or pairs.measured_prompts(store, round_id) else _unmeasured(store, round_),
    )


def _unmeasured(store: Store, round_: Round) -> str:
    if _step(store, round_) != "done":
        return ""
    return (
        "Nothing is measured: the refinement was trained on every prompt that it and its round have drawn. "
        "Add test prompts, or accept pictures of fewer ones."
    )


def _step(store: Store, round_: Round) -> RefinementStep:
    if round_.adapter is not None:
        drawn = store.candidates.count(round_.id) and not lineage.missing(store, round_.id)
        return "done" if drawn or not lineage.pool(store, round_.id) else "generate"
    if not pairs.pairs_are_ready(store, round_.id):
        return "pairs"
    jobs = store.jobs.of_project(round_.project_id)
    begun = any(job.round_id == round_.id and job.kind == "refine" and job.state != "stopped" for job in jobs)
    return "refine" if begun else "review"


def _pair_views(store: Store, round_id: str) -> tuple[PairView, ...]:
    painted = store.refinements.paintings.newest(round_id)
    judged = store.refinements.judged_pairs(round_id, pairs.vision_model(store, round_id))
    return tuple(
        _pair_view(store, pair, painted.get(pair.id), pair.id in judged)
        for pair in store.refinements.pairs(round_id)
    )


def _pair_view(store: Store, pair: Pair, painted: str | None, has_maps: bool) -> PairView:
    return PairView(
        **vars(pair),
        painted=painted,
        has_maps=has_maps,
        maps_version=_version(store, pair.id),
        mean_quality=_mean(store, pair.id, "quality", pairs.generated_foreground(store, pair)),
        mean_reproduction=_mean(store, pair.id, "reproduction", pair.reference_mask),
    )


def _version(store: Store, owner_id: str) -> str:
    """A short string that changes with the maps of a pair."""
    found = [store.refinements.map(owner_id, kind) for kind in get_args(MapKind)]
    values = [stored.values.tobytes() for stored in found if stored]
    return hashlib.sha256(b"".join(values)).hexdigest()[:8]


def _mean(store: Store, owner_id: str, kind: MapKind, mask: str | None) -> float | None:
    """The mean of a map over a foreground; None if there is no map, or the file of the mask is missing."""
    stored = store.refinements.map(owner_id, kind)
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
        return pairs.judged_by_subject(store, store.candidates.round_of(owner_id))
    return False


def _patch_map(subject: str, stored: StoredMap) -> PatchMap:
    height, width = stored.values.shape
    rows = tuple(tuple(round(float(value), 4) for value in row) for row in stored.values)
    return PatchMap(height, width, rows, stored.vision_model, subject)
