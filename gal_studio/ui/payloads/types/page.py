"""What a poll brings to the page (`assets/ui/app/types/payloads.d.ts`)."""

from typing import Annotated, Any, NotRequired

from typing_extensions import Doc, TypedDict

from gal_studio.core.types import Speaker, Witnesses
from gal_studio.ui.payloads.types.basics import (
    Fact,
    Loss,
    PictureRef,
    ProjectKind,
    RoundKind,
    ShownPicture,
    Verdict,
)
from gal_studio.ui.payloads.types.marks import Ts
from gal_studio.ui.payloads.types.measures import Measures
from gal_studio.ui.payloads.types.refinement import Refinement
from gal_studio.ui.payloads.types.work import Job, Queue


class Reference(TypedDict):
    """A reference of a project."""

    id: str
    prompt: str


class MaskedReference(Reference):
    """A reference, and whether its subject was painted."""

    mask: bool


class Subject(TypedDict):
    """An object or a style of a project, with its references."""

    trigger: str
    facts: list[Fact]
    references: list[MaskedReference]


class Anchor(TypedDict):
    """A test prompt: `head` is unique to it; all of them share `tail`."""

    id: str
    prompt: str
    head: str
    tail: str
    enabled: NotRequired[bool]


Settings = Annotated[
    dict[str, dict[str, Any]],
    Ts("{\n  tune: { preview_every: number; [name: string]: unknown };\n"
       "  [section: string]: { [name: string]: unknown };\n}"),
]  # fmt: skip
"""Settings by group and name; `gal_studio.core.settings` checks each by its own type."""


class ScoreLabel(TypedDict):
    """Label and explanation of a candidate's score."""

    name: str
    label: str
    explanation: str


class Project(TypedDict):
    """A project: what the top line and step 1 show."""

    id: str
    name: str
    kind: ProjectKind
    model: str
    base_model: str
    triggers: list[str]
    references: list[Reference]
    subjects: list[Subject]
    stands_for: str
    anchors: list[Anchor]
    scores: list[ScoreLabel]
    settings: Settings
    derived: str
    facts: list[Fact]


class RoundChip(TypedDict):
    """A round in the strip."""

    id: str
    name: str
    parent_id: str | None
    kind: RoundKind
    step: str
    accepted: float
    candidates: float
    wanted: float
    cover: PictureRef | None
    starred: bool
    empty: Annotated[bool, Doc("Nothing was done in it yet: it can go without a loss.")]


class ArchivedRound(TypedDict):
    """A round that is hidden, with those after it."""

    id: str
    name: str


class Preview(TypedDict):
    """A picture that was drawn during a training."""

    step: float
    prompt: str
    version: str


class Ahead(TypedDict):
    """How long the next round takes, and what a refinement has to do; seconds are null where untimed."""

    next_seconds: float | None
    pairs: float
    steps: float
    pictures: float
    refinement_seconds: float | None


class Round(TypedDict):
    """The round that is shown."""

    id: str
    number: float
    kind: RoundKind
    step: str
    trained: bool
    pool: list[Anchor]
    expected: float
    complete: bool
    witnesses: Annotated[Witnesses, Doc("What finds copies, by the settings.")]
    openness: Annotated[float, Doc("Mean entropy of the test prompts, in [0, ln 2].")]
    example_weight: float
    exhausted: Annotated[str, Doc("Why fewer pictures than asked for are suggested, or none yet.")]
    trainable: Annotated[bool, Doc("Would Fine-tune train anything that is not trained yet?")]
    ahead: Ahead
    undo: Annotated[str, Doc('What Undo would do, such as "accept A drum 04"; empty for nothing.')]
    redo: str
    losses: list[Loss]
    previews: list[Preview]


class Score(TypedDict):
    """Scores of one test prompt; rates in [0, 1], entropy in [0, ln 2]."""

    anchor_id: str
    prompt: str
    head: str
    n: float
    copies: float
    rate: float
    low: float
    high: float
    entropy: float
    mean_margin: float
    rank: float | None
    suggested: str | None
    chosen: bool
    reason: str
    why: str
    left_out: Annotated[float, Doc("How many better pictures were left out before this one was suggested.")]


class Candidate(ShownPicture):
    """A candidate, without its verdict and its place on the map."""

    anchor_id: str
    head: str
    index: float
    own: Annotated[bool, Doc("Made of a free prompt: no statistic counts it.")]
    seed: str
    strength: Annotated[float, Doc("Of the LoRA with which it was drawn.")]
    scores: Annotated[dict[str, float], Doc("By name; the labels are in `Project.scores`.")]
    margin: float
    copy_by: Annotated[Speaker, Doc("Who says that the picture is like the reference; empty if nobody does.")]
    copy_by_witnesses: Annotated[Speaker, Doc("The same, before a person said anything.")]
    compared: Annotated[bool, Doc("Whether its patches were compared with the reference, and count.")]
    remark: str


class Parts(TypedDict):
    """The parts of a poll response; unchanged parts are omitted."""

    project: Project
    rounds: list[RoundChip]
    archived: list[ArchivedRound]
    job: Job | None
    queue: Queue
    round: Round
    refinement: Refinement
    measures: Measures
    scores: list[Score]
    positions: Annotated[dict[str, tuple[float, float]], Ts("Record<string, [x: number, y: number]>")]
    verdicts: dict[str, Verdict]
    masks: dict[str, str]
    weights: dict[str, float]


class CandidateMark(TypedDict):
    """How many candidates are known, a digest of them, and what a person calls a copy."""

    count: int
    digest: str
    marks: NotRequired[dict[str, bool]]


class NewCandidates(TypedDict):
    """The candidates that the page does not have yet."""

    reset: bool
    items: list[Candidate]
    mark: CandidateMark


class PollAnswer(TypedDict):
    """What has changed since the last poll; `gone` says why the project cannot be shown."""

    parts: Annotated[dict[str, Any], Ts("Partial<Parts>")]
    digests: dict[str, str]
    round: str | None
    candidates: NewCandidates | None
    gone: NotRequired[str]


class Answer(TypedDict):
    """Fields that any response may have; an expected error is one sentence."""

    error: NotRequired[str]
