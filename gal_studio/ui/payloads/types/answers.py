"""The answers to calls and writes (`assets/ui/app/types/payloads_calls.d.ts`)."""

from typing import Annotated, Any, NotRequired

from typing_extensions import Doc, TypedDict

from gal_studio.ui.payloads.types.basics import Fact, ProjectKind, ShownPicture
from gal_studio.ui.payloads.types.choices import Choices, History, Relatives
from gal_studio.ui.payloads.types.form_answers import Derived, ModelFacts, SeenSets
from gal_studio.ui.payloads.types.marks import Ts
from gal_studio.ui.payloads.types.measures import RoundResult, SheetRow
from gal_studio.ui.payloads.types.page import PollAnswer
from gal_studio.ui.payloads.types.refinement import PatchMap, Runs


class ListedProject(TypedDict):
    """A project in the list; `size` in words for one that is archived."""

    id: str
    name: str
    kind: ProjectKind
    rounds: float
    created: str
    cover: str | None
    size: str | None
    broken: Annotated[str, Doc("Why it cannot be shown; empty if it can.")]


class Demo(TypedDict):
    """A bundled project."""

    kind: ProjectKind
    title: str
    note: str


class Preset(TypedDict):
    """A model preset, with the settings for both kinds of projects."""

    name: str
    title: str
    note: str
    settings: dict[ProjectKind, dict[str, Any]]


class SameSeed(TypedDict):
    """The picture of one round for a prompt and a seed."""

    name: str
    picture: ShownPicture | None


class OtherRound(TypedDict):
    """The pictures of a round that is not shown, on the map; x and y are null without a place by likeness."""

    id: str
    name: str
    points: Annotated[
        list[tuple[str, int, float | None, float | None, float, float]],
        Ts("[\n    anchor: string,\n    index: number,\n    x: number | null,\n    y: number | null,\n"
           "    similarityReference: number,\n    similarityAnchor: number,\n  ][]"),
    ]  # fmt: skip


class OtherRounds(TypedDict):
    """All rounds but the shown one."""

    rounds: list[OtherRound]


class BeforeAfter(TypedDict):
    """The pictures of one prompt and seed before and after a refinement."""

    before: ShownPicture
    after: ShownPicture


class ComparedAnchor(TypedDict):
    """The pictures of a test prompt before and after a refinement."""

    id: str
    prompt: str
    pictures: list[BeforeAfter]


class StoredPair(TypedDict):
    """What was painted over a pair."""

    painting: Runs | None
    foreground: Runs | None
    reference: Annotated[
        str | None, Doc("Id of the pair's reference, if a subject mask can be painted on it.")
    ]


class StoredMask(TypedDict):
    """The mask of a reference."""

    mask: Runs | None
    painted: bool
    can_undo: NotRequired[bool]
    can_redo: NotRequired[bool]


class LogAnswer(TypedDict):
    """The end of the log, and a bug report."""

    facts: list[Fact]
    lines: list[str]
    output: list[str]
    page: list[str]
    text: str


class Overview(TypedDict):
    """The projects of the workspace and the bundled ones."""

    projects: list[ListedProject]
    demos: list[Demo]


class Options(TypedDict):
    """What a new project can be made with; `own` are the settings for a model of the user's own."""

    seed: float
    own: dict[ProjectKind, dict[str, Any]]
    presets: list[Preset]


class Checked(TypedDict):
    """What storing a picture would change."""

    notes: list[str]


class Results(TypedDict):
    """All rounds of a project."""

    rounds: list[RoundResult]


class SameSeeds(TypedDict):
    """The pictures of a seed, and how many seeds there are."""

    rounds: list[SameSeed]
    most: float


class PatchMaps(TypedDict):
    """The maps of a picture, one for each subject."""

    maps: list[PatchMap]


class PartMask(TypedDict):
    """The accepted part of a picture."""

    mask: Runs | None


class Compared(TypedDict):
    """The pictures before and after a refinement."""

    anchors: list[ComparedAnchor]


class Sheet(TypedDict):
    """The pictures of the test set."""

    rows: list[SheetRow]


class Zip(TypedDict):
    """A zip in base64."""

    zip: str


class Trial(TypedDict):
    """A picture of a free prompt; without a version it waits, or `trouble` says why it cannot be drawn."""

    id: str
    version: str
    round: str
    round_name: str
    prompt: str
    seed: str
    guidance: float
    strength: float
    trouble: str
    candidate: str | None


class Trials(TypedDict):
    """The pictures of free prompts of a project, the newest first."""

    trials: list[Trial]


class Answers(TypedDict):
    """Response types of `call` in session.js."""

    poll: PollAnswer
    log: LogAnswer
    derive: Derived
    overview: Overview
    options: Options
    check: Checked
    seen: SeenSets
    model_facts: ModelFacts
    captions: Zip
    results: Results
    test_pictures: Sheet
    same_seed: SameSeeds
    other_rounds: OtherRounds
    patch_maps: PatchMaps
    part_mask: PartMask
    pair: StoredPair
    reference_mask: StoredMask
    before_after: Compared
    history: History
    choices: Choices
    relatives: Relatives
    trials: Trials
