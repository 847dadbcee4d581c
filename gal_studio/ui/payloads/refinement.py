"""A refinement as JSON: its pairs, its measurements in words, and what the next round starts from."""

from collections.abc import Mapping

from gal_studio.state.tables.refinements import Measurement
from gal_studio.studio.views.types import PairView, PatchMap, RefinementView, RoundView
from gal_studio.ui.payloads import Payload
from gal_studio.ui.payloads.rounds import losses_payload

METRICS: Mapping[str, tuple[str, int]] = {
    "clip_t": ("likeness to the prompt", 1),
    "overfit_rate": ("share like the reference", -1),
    "clip_i": ("likeness to the reference", 0),
}
"""The name of each measurement, and whether higher (1) or lower (-1) is better; 0: it depends."""


def refinement_payload(view: RefinementView, round_view: RoundView) -> Payload:
    """Everything about a refinement except its candidates."""
    kind = round_view.project.kind
    return {
        "step": view.step,
        "pairs": [pair_payload(pair) for pair in view.pairs],
        "measured": [measured(figure, kind) for figure in view.measurements],
        "measured_by": _judge(round_view.project.clip_model),
        "unmeasured": view.unmeasured,
        "losses": losses_payload(view.losses),
        "rule": round_view.project.settings.refine.next_round,
        "rule_words": view.next_round_rule,
        "can_undo": view.can_undo,
        "can_redo": view.can_redo,
    }


def pair_payload(pair: PairView) -> Payload:
    """One pair; pictures, paint and maps are given by a prefix of their hash, which is their version."""
    return {
        "id": pair.id,
        "prompt": pair.prompt,
        "subject": pair.subject,
        "seed": str(pair.seed),
        "reference": pair.reference_image[:8],
        "generated": _mark(pair.generated_image),
        "painted": _mark(pair.painted),
        "maps": pair.maps_version if pair.has_maps else None,
        "quality": pair.mean_quality,
        "reproduction": pair.mean_reproduction,
    }


def _judge(clip_model: str) -> str:
    """The CLIP model in words: a folder by the end of its path, the bundled one without it."""
    if clip_model.startswith("local-dir:assets:"):
        return "the bundled CLIP model"
    return f"the CLIP model {'/'.join(clip_model.rstrip('/').split('/')[-2:])}"


def _mark(name: str | None) -> str | None:
    return name[:8] if name else None


def measured(figure: Measurement, kind: str) -> Payload:
    """A measured difference in words, and whether it is an improvement."""
    name, sense = METRICS.get(figure.metric, (figure.metric, 0))
    if figure.metric == "clip_i" and kind == "object":
        sense = 1
    return {
        "metric": figure.metric,
        "words": f"{name} {figure.before:.3f} → {figure.after:.3f}, {_signed(figure.difference)} "
        f"[{_signed(figure.low)}, {_signed(figure.high)}] over {figure.images} pictures",
        "verdict": _verdict(figure, sense),
        "low": figure.low,
        "high": figure.high,
        "difference": figure.difference,
    }


def _signed(value: float) -> str:
    return f"{value:+.3f}".replace("-", "−")


def _verdict(figure: Measurement, sense: int) -> str:
    if figure.low <= 0 <= figure.high:
        return "unclear"
    if sense == 0:
        return "more" if figure.difference > 0 else "less"
    return "better" if sense * figure.difference > 0 else "worse"


def map_payload(found: PatchMap) -> Payload:
    """A patch map, its rows concatenated."""
    return {
        "subject": found.subject,
        "height": found.height,
        "width": found.width,
        "values": [value for row in found.values for value in row],
        "vision_model": found.vision_model.rstrip("/").rsplit("/", 1)[-1],
    }
