"""Payloads of a refinement (`assets/ui/app/types/payloads_refinement.d.ts`)."""

from typing import Literal

from typing_extensions import TypedDict

from gal_studio.ui.payloads.types.basics import Loss


class Pair(TypedDict):
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


class Measured(TypedDict):
    """A measured difference in words."""

    metric: str
    words: str
    verdict: Literal["better", "worse", "more", "less", "unclear"]
    low: float
    high: float
    difference: float


class Refinement(TypedDict):
    """Everything about a refinement except its candidates."""

    step: Literal["pairs", "review", "refine", "generate", "done"]
    pairs: list[Pair]
    measured: list[Measured]
    measured_by: str
    unmeasured: str
    losses: list[Loss]
    rule: str
    rule_words: str
    can_undo: bool
    can_redo: bool


class PatchMap(TypedDict):
    """Values in [0, 1], in row-major order."""

    subject: str
    height: float
    width: float
    values: list[float]
    vision_model: str


class Runs(TypedDict):
    """A run-length encoded mask: label, count, label, count, in row-major order."""

    width: int
    height: int
    runs: list[int]
