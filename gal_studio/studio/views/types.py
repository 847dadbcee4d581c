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
from gal_studio.core.types import CopyCurve, JobState, MapPlace, PauseReason, UsedDetectors
from gal_studio.core.variants.variant import Action
from gal_studio.rounds.marks import MarkEffect
from gal_studio.studio.views.json_types import Losses, ModelName
from gal_studio.studio.views.words.shortlist import ShortlistWords


@dataclass(frozen=True)
class AnchorView:
    """A test prompt: `head` is unique to it; all of them share `tail`. Its `colour` is that on the map."""

    id: str
    prompt: str
    head: str
    tail: str
    enabled: bool
    colour: str


@dataclass(frozen=True)
class ScoreView:
    """Scores of one test prompt; rates in [0, 1], entropy in [0, ln 2].

    `low` and `high` are the 95% interval of `rate`. `reason` says why the prompt is suggested or not, and
    `why` why this image of it.
    """

    anchor_id: str
    prompt: str
    head: str
    n: int
    copies: int
    rate: float
    low: float
    high: float
    entropy: float
    rank: Annotated[int | None, Doc("From 1; None before all images are there.")]
    suggested: str | None
    chosen: bool
    reason: str
    why: str
    turn: Annotated[CopyCurve | None, Doc("None where all images have one strength.")]
    left_out: Annotated[int, Doc("How many better images were left out before this one was suggested.")]
    brief: Annotated[str, Doc("How often it gives a copy, such as “sometimes your cat”; empty if unknown.")]
    plain: Annotated[str, Doc("The same as a sentence without its end.")]


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


@dataclass(frozen=True)
class ShownRecipe:
    """How strongly a LoRA draws (Eq. G13), or the references of an instant round, which the numbers multiply:
    by numbers, and in words that are empty if as trained.
    """

    early: float
    late: float
    switch: Annotated[float, Doc("The share of denoising with the early strength (Eq. G13).")]
    words: str


@dataclass(frozen=True)
class PreviewView:
    """A picture that was drawn during a training."""

    step: int
    prompt: str
    version: str


@dataclass(frozen=True)
class Rung:
    """One of the strength schedules that the pictures of a round go down."""

    recipe: Annotated[str, Doc("How strongly the LoRA generates, in words; empty if as trained.")]
    strength: Annotated[float, Doc("The mean of that over the steps, in [0, 2].")]


@dataclass(frozen=True, kw_only=True)
class RoundView:
    """What the page gets of the round that is shown, beside its scores and images."""

    step: Step
    coming: Annotated[Mapping[str, tuple[int, ...]], Doc("The indices of those generated next, by anchor.")]
    rule: Annotated[str, Doc("Which rule chose the images, in words; empty if that says nothing new.")]
    mean_entropy: Annotated[float, Doc("Mean entropy of the test prompts, in [0, ln 2].")]
    example_weight: float
    check: Annotated[str, Doc("What the round says of itself: whether copies can be told, and by whom.")]
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
    id: str
    number: int
    tunes: Annotated[bool, Doc("Is it trained on the references and on what was accepted before it?")]
    refines: Annotated[bool, Doc("Is it a refinement of the round above it?")]
    with_references: Annotated[bool, Doc("Is it generated with the references instead of a LoRA?")]
    trained: Annotated[bool, Doc("Can it generate? An instant round needs no training.")]
    source: Annotated[str, Doc("The file of a LoRA from elsewhere that it judges; empty if it is trained.")]
    pool: Annotated[tuple[AnchorView, ...], Doc("The test prompts of this round, generated or not.")]
    each: Annotated[int, Doc("Images of a test prompt by the settings: down the ladder at most.")]
    most: Annotated[int, Doc("Images of all test prompts by the settings, at most.")]
    ladder: Annotated[
        tuple[Rung, ...], Doc("The schedules of these indices, over and over; empty without a ladder.")
    ]
    complete: Annotated[bool, Doc("Is every image of it generated?")]
    copy_detectors: Annotated[UsedDetectors, Doc("What finds copies; none without references.")]
    summary: Annotated[str, Doc("Why these test prompts are suggested and not others, or why fewer or none.")]
    undo: Annotated[str, Doc('What Undo would do, such as "accept A drum 04"; empty for nothing.')]
    redo: str
    recipe: Annotated[ShownRecipe, Doc("The best strength schedule of this round.")]
    previews: tuple[PreviewView, ...]


@dataclass(frozen=True, kw_only=True)
class FullRound(RoundView):
    """Everything that is known of one round.

    `scores` are in the order of priority; `candidates` in drawing order, so that new ones come last. `wanted`
    is how many pictures it has in the end, at most. It is `trainable` where Train would train anything new.
    `sentence` is the part of `summary` that the policy says. Of the anchors in `accepted_before`, the round
    that it refines has an accepted picture. `own_step` is what the feature that trains it says comes next.
    """

    round: Round
    project: ProjectView
    settings: Settings
    actions: tuple[Action, ...]
    own_step: Action
    wanted: int
    scores: tuple[ScoreView, ...]
    candidates: tuple[Tile, ...]
    best_recipe: Recipe
    reference_positions: Mapping[str, MapPlace]
    sentence: str
    accepted: int
    accepted_before: tuple[str, ...]
    trainable: bool
    seconds: Mapping[str, float]


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
