"""A refinement as JSON: its pairs, its measurements in words, and what the next round starts from."""

from collections.abc import Mapping
from dataclasses import dataclass

from gal_studio.core.settings import AfterRefinement
from gal_studio.state.tables.refinements import Measurement
from gal_studio.studio.views import types
from gal_studio.studio.views.types import PairView, RefinementStep, RefinementView, RoundView
from gal_studio.ui.payloads import Loss, version
from gal_studio.ui.payloads.measures import Outcome
from gal_studio.ui.payloads.rounds import thinned

METRICS: Mapping[str, tuple[str, int]] = {
    "clip_t": ("likeness to the prompt", 1),
    "overfit_rate": ("share of copies", -1),
    "clip_i": ("likeness to the reference", 0),
}
"""The name of each measurement, and whether higher (1) or lower (-1) is better; 0: it depends."""


@dataclass(frozen=True)
class Pair:
    """A pair of a refinement: a reference and a generated picture.

    `reference`, `generated`, `painted` and `maps` are content versions.
    """

    id: str
    prompt: str
    subject: str
    seed: str
    reference: str
    generated: str | None
    painted: str | None
    maps: str | None
    quality: float | None
    reproduction: float | None


@dataclass(frozen=True)
class Measured:
    """A measured difference in words, and whether it is an improvement."""

    metric: str
    words: str
    verdict: Outcome
    low: float
    high: float
    difference: float


@dataclass(frozen=True)
class Refinement:
    """Everything about a refinement except its candidates."""

    step: RefinementStep
    pairs: tuple[Pair, ...]
    measured: tuple[Measured, ...]
    measured_by: str
    unmeasured: str
    losses: tuple[Loss, ...]
    rule: AfterRefinement
    rule_words: str
    can_undo: bool
    can_redo: bool


@dataclass(frozen=True)
class PatchMap:
    """Values in [0, 1], in row-major order."""

    subject: str
    height: int
    width: int
    values: tuple[float, ...]
    vision_model: str


def refinement_payload(view: RefinementView, round_view: RoundView) -> Refinement:
    """Everything about a refinement except its candidates."""
    project = round_view.project
    return Refinement(
        step=view.step,
        pairs=tuple(map(_pair, view.pairs)),
        measured=tuple(measured(figure, project.kind) for figure in view.measurements),
        measured_by=_judge(project.clip_model),
        unmeasured=view.unmeasured,
        losses=thinned(view.losses),
        rule=project.settings.refine.next_round,
        rule_words=view.next_round_rule,
        can_undo=view.can_undo,
        can_redo=view.can_redo,
    )


def _pair(pair: PairView) -> Pair:
    return Pair(
        id=pair.id,
        prompt=pair.prompt,
        subject=pair.subject,
        seed=str(pair.seed),
        reference=version(pair.reference_image),
        generated=version(pair.generated_image) if pair.generated_image else None,
        painted=version(pair.painted) if pair.painted else None,
        maps=pair.maps_version if pair.has_maps else None,
        quality=pair.mean_quality,
        reproduction=pair.mean_reproduction,
    )


def _judge(clip_model: str) -> str:
    """The CLIP model in words: a folder by the end of its path, the bundled one without it."""
    if clip_model.startswith("local-dir:assets:"):
        return "the bundled CLIP model"
    return f"the CLIP model {'/'.join(clip_model.rstrip('/').split('/')[-2:])}"


def measured(figure: Measurement, kind: str) -> Measured:
    """A measured difference in words, and whether it is an improvement."""
    name, sense = METRICS.get(figure.metric, (figure.metric, 0))
    if figure.metric == "clip_i" and kind == "object":
        sense = 1
    return Measured(
        metric=figure.metric,
        words=f"{name} {figure.before:.3f} → {figure.after:.3f}, {_signed(figure.difference)} "
        f"[{_signed(figure.low)}, {_signed(figure.high)}] over {figure.images} pictures",
        verdict=_verdict(figure, sense),
        low=figure.low,
        high=figure.high,
        difference=figure.difference,
    )


def _signed(value: float) -> str:
    return f"{value:+.3f}".replace("-", "−")


def _verdict(figure: Measurement, sense: int) -> Outcome:
    if figure.low <= 0 <= figure.high:
        return "unclear"
    if sense == 0:
        return "more" if figure.difference > 0 else "less"
    return "better" if sense * figure.difference > 0 else "worse"


def map_payload(found: types.PatchMap) -> PatchMap:
    """A patch map, its rows concatenated."""
    return PatchMap(
        subject=found.subject,
        height=found.height,
        width=found.width,
        values=tuple(value for row in found.values for value in row),
        vision_model=found.vision_model.rstrip("/").rsplit("/", 1)[-1],
    )
