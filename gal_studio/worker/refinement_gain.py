"""Measure a refinement on the same prompts and seeds before and after it (docs/algorithms.md, Measures)."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gal_studio.core.intervals import paired_difference
from gal_studio.core.seeds import generator
from gal_studio.core.types import Candidate, Round, Witnesses
from gal_studio.rounds import pairs
from gal_studio.state import Store
from gal_studio.state.tables.projects import Project
from gal_studio.state.tables.refinements import Measurement
from gal_studio.worker.models import Models

Key = tuple[str, int]
Drawn = dict[Key, tuple[Candidate, NDArray[np.float32]]]
Figure = Callable[[Candidate, NDArray[np.float32]], float]


def measure_refinement(store: Store, models: Models, project: Project, node: Round) -> None:
    """Store CLIP-T, CLIP-I and the overfit rate of a refinement and of the round that it refined.

    Candidates are paired by prompt and index, and so by seed; the interval is over anchors. Prompts that the
    refinement was trained on are left out; if no others are left, no measurement is stored.
    """
    if node.parent_id is None:
        return
    before, after = _judged_alike(_drawn(store, node.parent_id), _drawn(store, node.id))
    prompts = pairs.measured_prompts(store, node.id)
    common = {key for key in before.keys() & after.keys() if key[0] in prompts}
    if not common:
        store.refinements.save_measurements(node.id, [])
        return
    references = [
        store.images.picture(reference.image) for reference in store.projects.references(project.id)
    ]
    to_references = models.embedder(project.clip_model).images(references)
    figures: Mapping[str, Figure] = {
        "clip_t": lambda candidate, _: candidate.similarity_anchor,
        "clip_i": lambda _, feature: float((to_references @ feature).mean()),
        "overfit_rate": lambda candidate, _: float(candidate.overfit),
    }
    measured = []
    for name, figure in figures.items():
        old = {key: figure(*before[key]) for key in common}
        new = {key: figure(*after[key]) for key in common}
        gain = paired_difference(old, new, generator(project.seed, "measurement", node.number, name))
        measured.append(
            Measurement(name, _mean(old), _mean(new), gain.value, gain.low, gain.high, gain.pictures)
        )
    store.refinements.save_measurements(node.id, measured)


def _drawn(store: Store, round_id: str) -> Drawn:
    """The candidates of a round, except blank ones, with their features, by prompt and index."""
    anchors = store.projects.anchors(store.rounds.get(round_id).project_id)
    prompts = {anchor.id: anchor.prompt for anchor in anchors}
    features = store.candidates.features(round_id)
    return {
        (prompts[candidate.anchor_id], candidate.index): (candidate, features[candidate.id])
        for candidate in store.candidates.of_round(round_id)
        if not candidate.is_blank
    }


def _judged_alike(before: Drawn, after: Drawn) -> tuple[Drawn, Drawn]:
    """Both with the same witnesses of copies, and without a person's marks, which only the old ones have."""
    found = [candidate for drawn in (before, after) for candidate, _ in drawn.values()]
    witnesses: Witnesses = found[0].witnesses if found else "both"
    if not all(candidate.is_compared for candidate in found):
        witnesses = "prompts"

    def judged(drawn: Drawn) -> Drawn:
        return {
            key: (replace(candidate, witnesses=witnesses, marked_copy=None), feature)
            for key, (candidate, feature) in drawn.items()
        }

    return judged(before), judged(after)


def _mean(figures: Mapping[Key, float]) -> float:
    return float(np.mean([figures[key] for key in sorted(figures)]))
