"""What a refinement gained on the same prompts and seeds, by the figures of the test set."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from gal_studio.core.measures.compare import DrawnByKey, Figure, difference
from gal_studio.core.measures.pictures import METRICS, MeasuredPicture
from gal_studio.core.types import Round, UsedDetectors
from gal_studio.rounds import pairs
from gal_studio.state import Store
from gal_studio.state.tables.projects import Project
from gal_studio.state.tables.refinements import Measurement
from gal_studio.worker.models import Models

FIGURES: Mapping[str, Figure] = {
    "clip_t": METRICS["clip_t"],
    "clip_i": METRICS["clip_i"],
    "overfit_rate": lambda picture: None if picture.is_blank else float(picture.copies),
}


def measure_refinement(store: Store, models: Models, project: Project, node: Round) -> None:
    """Store CLIP-T, CLIP-I and the overfit rate of a refinement and of the round that it refined.

    Candidates are paired by prompt and index, and so by seed; the interval is over anchors. Prompts that the
    refinement was trained on are left out; if no others are left, no measurement is stored.
    """
    if node.parent_id is None:
        return
    references = [
        store.images.picture(reference.image) for reference in store.projects.references(project.id)
    ]
    to_references = models.embedder(project.clip_model).images(references)
    measurable = pairs.measured_prompts(store.snapshots.round(node.id), store.rounds.training_set(node.id))
    anchors = store.projects.anchors(project.id)
    prompts = {anchor.id: anchor.prompt for anchor in anchors if anchor.prompt in measurable}

    def drawn(round_id: str) -> DrawnByKey:
        features = store.candidates.features(round_id)
        return {
            (prompts[one.anchor_id], one.index): MeasuredPicture(
                one.anchor_id, round_id, one, float((to_references @ features[one.id]).mean())
            )
            for one in store.candidates.of_round(round_id)
            if one.anchor_id in prompts and not one.is_blank
        }

    before, after = _judged_alike(drawn(node.parent_id), drawn(node.id))
    measured = []
    for name, figure in FIGURES.items():
        gain = difference(before, after, figure, of_rates=name == "overfit_rate")
        if gain is not None:
            old, new = (_mean(found, figure, before.keys() & after.keys()) for found in (before, after))
            measured.append(Measurement(name, old, new, gain.value, gain.low, gain.high, gain.pictures))
    store.refinements.save_measurements(node.id, measured)


def _judged_alike(before: DrawnByKey, after: DrawnByKey) -> tuple[DrawnByKey, DrawnByKey]:
    """Both with the same copy detectors, and without a person's marks, which only the old ones have."""
    found = [picture.candidate for drawn in (before, after) for picture in drawn.values()]
    copy_detectors: UsedDetectors = found[0].copy_detectors if found else "both"
    if not all(candidate.is_compared for candidate in found):
        copy_detectors = "prompts"

    def judged(drawn: DrawnByKey) -> DrawnByKey:
        return {
            key: replace(
                picture, candidate=replace(picture.candidate, copy_detectors=copy_detectors, marked_copy=None)
            )
            for key, picture in drawn.items()
        }

    return judged(before), judged(after)


def _mean(drawn: DrawnByKey, figure: Figure, keys: set[tuple[str, int]]) -> float:
    return float(np.mean([figure(drawn[key]) for key in sorted(keys)]))
