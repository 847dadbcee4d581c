"""The view of a refinement: pairs with their maps and paint, measurements, and the next step."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from gal_studio.core.intervals import Outcome, outcome
from gal_studio.core.patchdpo.masks import shrink
from gal_studio.core.settings import AfterRefinement
from gal_studio.core.types import Job
from gal_studio.core.words import signed
from gal_studio.features.refine import rules
from gal_studio.rounds import lineage, planned
from gal_studio.rounds.inputs import TrainingInputs, inputs_of
from gal_studio.state import Store
from gal_studio.state.tables.refinements import MapKind, Measurement, Pair, StoredMap
from gal_studio.studio.views.json_types import ImageName, Losses, Seed

RefinementStep = Literal["pairs", "review", "refine", "generate", "done"]
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
    "object": ("likeness of the object", 1),
    "rest": ("likeness of the rest of the image", 0),
    "clip_i": ("likeness to the reference", 0),
}
"""The name of each measurement, and whether higher (1) or lower (-1) is better; 0: it depends.

Only inside its masks is more likeness of an object better: elsewhere it may be the reference's place.
"""


@dataclass(frozen=True, kw_only=True)
class PairView(Pair):
    """A pair of a refinement: y with its foreground, the drawn x, and what was painted over the map of x.

    The means are over the foregrounds, None without maps. `maps_version` changes with the maps; None until it
    is judged.
    """

    seed: Seed
    reference_image: ImageName
    reference_mask: ImageName | None
    generated_image: ImageName | None
    painted: ImageName | None
    maps_version: str | None
    mean_quality: float | None
    mean_reproduction: float | None


@dataclass(frozen=True, kw_only=True)
class MeasurementView(Measurement):
    """A measured difference by name and in words, and whether it is an improvement."""

    name: str
    words: str
    verdict: Outcome


@dataclass(frozen=True)
class RefinementView:
    """Everything that the page shows of a refinement, except its candidates.

    `step` is the next step: make the pairs, review them, train, generate, or done. `rule` says what the next
    round starts from, `next_round_rule` the same in words; `unmeasured` says why there can be no measurement.
    The measurements are over `measured_prompts`, in alphabetical order.
    """

    pairs: tuple[PairView, ...]
    step: RefinementStep
    measurements: tuple[MeasurementView, ...]
    measured_by: str
    losses: Losses
    rule: AfterRefinement
    next_round_rule: str
    can_undo: bool
    can_redo: bool
    unmeasured: str = ""
    measured_prompts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ahead:
    """What a refinement of a round has to do: so many pairs, steps and images.

    `seconds` is an estimate, None where nothing was timed.
    """

    pairs: int
    steps: int
    images: int
    seconds: float | None


def ahead(store: Store, round_id: str) -> Ahead:
    """What a refinement of a round has to do, with the project's settings."""
    here = store.snapshots.round(round_id)
    timings = store.rounds.timings(here.project.project.base_model)
    refine, tune = here.wanted_settings.refine, here.wanted_settings.tune
    images = len(lineage.drawn(here)) or planned.most_pictures(here.settings, len(lineage.pool(here)))
    seconds = None
    if timings.step is not None and timings.picture is not None:
        steps = refine.steps * 2 * refine.batch_size / tune.batch_size  # a pair has two pictures
        seconds = steps * timings.step + (refine.pairs + images) * timings.picture
    return Ahead(refine.pairs, refine.steps, images, seconds)


def refinement_view(store: Store, round_id: str) -> RefinementView:
    """Everything that the page shows of a refinement."""
    with store.database.snapshot():
        inputs = inputs_of(store, round_id)
        undo, redo = store.refinements.paintings.can_undo(round_id)
        measured = store.refinements.measurements(round_id)
        trained, losses = store.rounds.training_set(round_id), store.rounds.losses(round_id)
        jobs = store.jobs.of_project(inputs.here.project.project.id)
    here, project = inputs.here, inputs.here.project.project
    rules.refined_round(here)
    step = refinement_step(inputs, jobs)
    prompts = rules.measured_prompts(here, trained) if step == "done" else frozenset()
    unmeasured = step == "done" and not (measured or prompts)
    return RefinementView(
        pairs=_pair_views(store, inputs),
        step=step,
        measurements=tuple(map(in_words, measured)),
        measured_by=_judge(project.clip_model),
        losses=losses,
        rule=project.settings.refine.next_round,
        next_round_rule=NEXT_ROUND[project.settings.refine.next_round],
        can_undo=undo,
        can_redo=redo,
        unmeasured=UNMEASURED if unmeasured else "",
        measured_prompts=tuple(sorted(prompts)),
    )


def refinement_step(inputs: TrainingInputs, jobs: Sequence[Job]) -> RefinementStep:
    """The next step of a refinement, of whose project these are all jobs."""
    here = inputs.here
    if here.round.adapter is not None:
        drawn = here.candidates and not planned.missing(here)
        return "done" if drawn or not lineage.pool(here) else "generate"
    if not rules.pairs_are_ready(inputs):
        return "pairs"
    begun = any(
        job.round_id == here.id and job.kind == here.variant.training and job.state != "stopped"
        for job in jobs
    )
    return "refine" if begun else "review"


def _pair_views(store: Store, inputs: TrainingInputs) -> tuple[PairView, ...]:
    judged = rules.judged_pairs(inputs)
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


def _judge(clip_model: str) -> str:
    """The CLIP model in words: a folder by the end of its path, the bundled one without it."""
    if clip_model.startswith("local-dir:assets:"):
        return "the bundled CLIP model"
    return f"the CLIP model {'/'.join(clip_model.rstrip('/').split('/')[-2:])}"


def in_words(figure: Measurement) -> MeasurementView:
    """A measured difference in words, and whether it is an improvement."""
    name, sense = METRICS.get(figure.metric, (figure.metric, 0))
    return MeasurementView(
        **vars(figure),
        name=name,
        words=f"{name} {figure.before:.3f} → {figure.after:.3f}, {signed(figure.difference)} "
        f"[{signed(figure.low)}, {signed(figure.high)}] over {figure.images} images",
        verdict=outcome(figure.difference, not figure.low <= 0 <= figure.high, sense),
    )
