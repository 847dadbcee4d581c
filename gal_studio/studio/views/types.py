"""What the page and the command line show: plain, immutable data."""

from dataclasses import dataclass
from typing import Literal

from gal_studio.core.references import Prompts
from gal_studio.core.settings import Settings
from gal_studio.core.types import (
    Anchor,
    AnchorScore,
    Candidate,
    JobKind,
    JobState,
    Kind,
    PauseReason,
    Reference,
    Round,
    RoundKind,
    Verdict,
)

Step = Literal["fine_tune", "refine", "generate", "accept", "next_round", "wait"]
RefinementStep = Literal["pairs", "review", "refine", "generate", "done"]
Place = tuple[float, float]


@dataclass(frozen=True)
class ProjectView:
    """A project with its references, prompts, anchors and settings."""

    id: str
    name: str
    kind: Kind
    base_model: str
    clip_model: str
    model_title: str
    trigger_word: str
    seed: int
    settings: Settings
    created: float
    references: tuple[Reference, ...]
    prompts: Prompts
    anchors: tuple[Anchor, ...]
    archived: bool = False


@dataclass(frozen=True)
class RoundSummary:
    """One chip in the strip of rounds."""

    id: str
    name: str
    number: int
    parent_id: str | None
    step: Step
    accepted: int
    candidates: int
    has_adapter: bool
    cover_candidate_id: str | None
    kind: RoundKind = "fine_tune"


@dataclass(frozen=True)
class ScoreView:
    """One anchor of a round: its score, the 95 % interval of its overfit rate, its rank (from 1) and why."""

    anchor: Anchor
    score: AnchorScore
    interval: tuple[float, float]
    rank: int
    suggested_candidate_id: str | None
    reason: str


@dataclass(frozen=True)
class CandidateView:
    """One tile of the grid; `mask` is the accepted part, None for the whole picture."""

    candidate: Candidate
    prompt: str
    verdict: Verdict
    suggested: bool
    mask: str | None = None
    has_map: bool = False


@dataclass(frozen=True)
class PreviewView:
    """A picture drawn during the training; `image` is its name in the store."""

    step: int
    prompt: str
    image: str


@dataclass(frozen=True)
class RoundView:
    """Everything that the Rounds screen shows of one round.

    `scores` are in the order of priority; `candidates` in drawing order, so that new ones come last. `pool`
    are the anchors of this round, drawn or not.
    """

    round: Round
    project: ProjectView
    settings: Settings
    step: Step
    pool: tuple[Anchor, ...]
    wanted: int
    scores: tuple[ScoreView, ...]
    candidates: tuple[CandidateView, ...]
    reference_positions: dict[str, Place]
    openness: float
    example_weight: float
    exhausted: bool
    sentence: str
    losses: tuple[tuple[int, float], ...]
    previews: tuple[PreviewView, ...]
    accepted: int
    can_undo: bool
    can_redo: bool
    seconds: dict[str, float]
    unet_forwards: int
    kind: RoundKind = "fine_tune"


@dataclass(frozen=True)
class JobView:
    """The current job of a project; `state` is idle if there was never one."""

    id: str | None
    kind: JobKind | None
    round_id: str | None
    state: JobState | Literal["idle"]
    phase: str
    done: int
    total: int
    unit: str
    rate: float | None
    seconds_left: float | None
    message: str
    worker_alive: bool
    paused_for: PauseReason = ""


@dataclass(frozen=True)
class QueuedJob:
    """A job in the list of all projects.

    `waits_for` are the kinds of jobs that must end first; `can_rise` and `can_sink` say whether it can move.
    """

    id: str
    kind: JobKind
    state: JobState
    project_id: str
    project_name: str
    round_id: str
    round_name: str
    phase: str
    done: int
    total: int
    message: str
    waits_for: tuple[JobKind, ...] = ()
    paused_for: PauseReason = ""
    can_rise: bool = False
    can_sink: bool = False


@dataclass(frozen=True)
class QueueView:
    """The jobs of a workspace: running, waiting in order, and halted."""

    working: tuple[QueuedJob, ...]
    waiting: tuple[QueuedJob, ...]
    halted: tuple[QueuedJob, ...]


@dataclass(frozen=True)
class PairView:
    """A pair of a refinement: y with its foreground, the drawn x, and what was painted over the map of x.

    Pictures and masks are names in the store. The means are over the foregrounds, None without maps.
    `maps_version` changes with the maps.
    """

    id: str
    prompt: str
    subject: str
    reference_image: str
    reference_mask: str | None
    generated_image: str | None
    generated_mask: str | None
    seed: int
    painted: str | None
    has_maps: bool
    maps_version: str
    mean_quality: float | None
    mean_reproduction: float | None


@dataclass(frozen=True)
class MeasurementView:
    """A figure before and after, and the paired difference with its 95 % interval over prompts."""

    metric: str
    before: float
    after: float
    difference: float
    low: float
    high: float
    images: int


@dataclass(frozen=True)
class RefinementView:
    """Everything that the page shows of a refinement.

    `step` is the next step: make the pairs, review them, train, generate, or done. `next_round_rule` says
    what the next round starts from; `unmeasured` says why there can be no measurement.
    """

    round: Round
    pairs: tuple[PairView, ...]
    step: RefinementStep
    measurements: tuple[MeasurementView, ...]
    losses: tuple[tuple[int, float], ...]
    next_round_rule: str
    can_undo: bool
    can_redo: bool
    unmeasured: str = ""


@dataclass(frozen=True)
class PatchMap:
    """A map of patches (Eq. P6): `height` rows of `width` values in [0, 1].

    `subject` is the trigger word of the object that it was judged for; empty: the whole picture.
    """

    height: int
    width: int
    values: tuple[tuple[float, ...], ...]
    vision_model: str
    subject: str = ""
