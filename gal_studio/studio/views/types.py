"""What the page and the command line show: plain, immutable data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from typing_extensions import Doc

from gal_studio.core.gal.validation import Validation
from gal_studio.core.recipe import Recipe
from gal_studio.core.records.candidate import ShownPicture, Tile
from gal_studio.core.records.project import ProjectView
from gal_studio.core.records.round import Round, Step
from gal_studio.core.settings import Settings
from gal_studio.core.snapshot import Preview
from gal_studio.core.types import Anchor, AnchorScore, JobState, MapPlace, PauseReason
from gal_studio.rounds.marks import MarkEffect
from gal_studio.studio.views.json_types import Losses, ModelName
from gal_studio.studio.views.words.shortlist import ShortlistWords


@dataclass(frozen=True)
class ScoreView:
    """One anchor of a round: its score, the 95 % interval of its overfit rate, its rank (from 1) and why.

    `reason` says why the anchor is suggested or not, `why` why this picture of it, and `left_out` how many
    better ones were rejected.
    """

    anchor: Anchor
    score: AnchorScore
    interval: tuple[float, float]
    rank: int
    suggested_candidate_id: str | None
    reason: str
    why: str = ""
    left_out: int = 0


@dataclass(frozen=True)
class StepsView:
    """The steps of a round's training whose LoRAs are kept.

    `usual` are those that are compared unless others are chosen, `used` is the one whose LoRA the round has,
    and `why_none` says why none are kept, and what to do; empty if some are, or none can be.
    """

    kept: tuple[int, ...]
    usual: tuple[int, ...]
    used: int | None
    why_none: str


@dataclass(frozen=True, kw_only=True)
class RoundFacts:
    """What is known of a round beside its pictures, and the page gets as it is."""

    step: Step
    coming: Annotated[Mapping[str, tuple[int, ...]], Doc("The indices of those generated next, by anchor.")]
    rule: Annotated[str, Doc("Which rule chose the images, in words; empty if that says nothing new.")]
    mean_entropy: Annotated[float, Doc("Mean entropy of the test prompts, in [0, ln 2].")]
    example_weight: float
    check: Annotated[str, Doc("What the round says of itself: whether copies can be told, and by whom.")]
    trainable: Annotated[bool, Doc("Is there anything that Train has not trained yet?")]
    repeats: Annotated[str, Doc("The round whose training this one would only repeat, by name, or empty.")]
    closed: Annotated[Mapping[str, str], Doc("Why an action does nothing now, and what to do instead.")]
    next_seconds: Annotated[float | None, Doc("Estimated of the next round; null if nothing was timed.")]
    losses: Losses
    validations: Annotated[tuple[Validation, ...], Doc("What held-out prompts said of the training.")]
    steps: StepsView
    shortlist: Annotated[ShortlistWords | None, Doc("What to choose from where nothing is suggested.")]
    mark_effect: Annotated[MarkEffect, Doc("What marks would change that do not count for others yet.")]
    trains_on: Annotated[
        tuple[ShownPicture, ...], Doc("Images accepted in earlier rounds, which it trains on.")
    ]


@dataclass(frozen=True, kw_only=True)
class RoundView(RoundFacts):
    """Everything that the Rounds screen shows of one round.

    `scores` are in the order of priority; `candidates` in drawing order, so that new ones come last. `pool`
    are the anchors of this round, drawn or not, and `wanted` is how many pictures it has in the end, at most.
    `undo_words` and `redo_words` say what Undo and Redo would do, empty for nothing.
    """

    round: Round
    project: ProjectView
    settings: Settings
    pool: tuple[Anchor, ...]
    wanted: int
    scores: tuple[ScoreView, ...]
    candidates: tuple[Tile, ...]
    best_recipe: Recipe
    reference_positions: dict[str, MapPlace]
    exhausted: bool
    sentence: str
    previews: tuple[Preview, ...]
    accepted: int
    undo_words: str
    redo_words: str
    seconds: dict[str, float]
    unet_forwards: int

    @property
    def complete(self) -> bool:
        """Whether every picture of the round is drawn."""
        return bool(self.candidates) and len(self.candidates) >= self.wanted


@dataclass(frozen=True, kw_only=True)
class JobWords:
    """A job, and in words: `title` is what it does, `doing` its present phase if that has a name of its own,
    `now` what that is called in a sentence of its own. `progress` is how far it is ("40 / 200"), `reached`
    the same in full ("40 of 200 steps"); both are empty before its total is known. One in the `background`
    keeps nothing else from being requested.
    """

    id: str
    kind: str
    round_id: str
    state: JobState
    phase: str
    done: int
    total: int
    message: str
    paused_for: PauseReason
    title: str
    doing: str
    now: str
    progress: str
    reached: str
    background: bool


@dataclass(frozen=True, kw_only=True)
class JobView(JobWords):
    """The current job of a project; `finished` is its result in words, `pace` its speed and what is left.

    `preview_wanted`: a preview of the training is drawn now or at the next step. `kept` is the step at
    which a halted training can be ended, None where there is none. `lost_model` is the place of a local model
    that a failed job did not find, "" for none.
    """

    worker_alive: bool
    pace: str
    finished: str
    preview_wanted: bool
    kept: int | None
    lost_model: str


@dataclass(frozen=True, kw_only=True)
class QueuedJob(JobWords):
    """A job in the list of all projects.

    `behind` says which jobs must end first, `coming` what it will do; `can_rise` and `can_sink` say whether
    it can move.
    """

    project_id: str
    project_name: str
    round_name: str
    behind: str
    coming: str
    can_rise: bool
    can_sink: bool
    expected_seconds: float | None = None


@dataclass(frozen=True)
class QueueView:
    """The jobs of a workspace: running, waiting in order, and halted."""

    working: tuple[QueuedJob, ...]
    waiting: tuple[QueuedJob, ...]
    halted: tuple[QueuedJob, ...]


@dataclass(frozen=True)
class PatchMap:
    """A map of patches (Eq. P6) in [0, 1], in row-major order.

    `subject` is the trigger word of the object that it was judged for; empty: the whole picture.
    """

    height: int
    width: int
    values: tuple[float, ...]
    vision_model: ModelName
    subject: str = ""
