"""What the page asks, and is checked against (`assets/ui/app/types/payloads_requests.d.ts`)."""

from typing import Annotated, NotRequired

from pydantic import Field, FiniteFloat
from typing_extensions import TypedDict

from gal_studio.core.jobs.states import Direction
from gal_studio.core.models.export_forms import Form
from gal_studio.core.settings import AfterRefinement
from gal_studio.state.tables.refinements import MapKind
from gal_studio.ui.payloads.types.basics import ProjectKind, Verdict
from gal_studio.ui.payloads.types.forms import Id, SettingValue, Text
from gal_studio.ui.payloads.types.page import CandidateMark
from gal_studio.ui.payloads.types.refinement import Runs


class Known(TypedDict, total=False):
    """What the page has already: the digests of the parts, and the mark of the candidates."""

    parts: dict[str, str]
    candidates: CandidateMark


class Poll(TypedDict):
    """A poll of the parts that have changed; without a project, of the queue alone."""

    project: NotRequired[Id | None]
    round: NotRequired[Id | None]
    known: NotRequired[Known | None]


class Log(TypedDict):
    """The log, with the settings of a project if one is open."""

    project: NotRequired[Id | None]


class OfAProject(TypedDict):
    """A request about a project."""

    project: Id


class OfARound(TypedDict):
    """A request about a round."""

    round: Id


class ExportRound(OfARound):
    """The form in which a round is exported."""

    form: Form


class RenameRound(OfARound):
    """A new name of a round; empty for the one by its number."""

    name: Text


class StarRound(OfARound):
    """Whether a round has a star."""

    starred: bool


class NotThisRound(OfAProject):
    """The rounds of a project but the shown one."""

    round: NotRequired[Id | None]


class OfAJob(TypedDict):
    """A request about a job."""

    job: Id


class OfACandidate(TypedDict):
    """A request about a candidate."""

    candidate: Id


class TryPrompt(OfARound):
    """A free prompt for a round to draw; the seed is a whole number as text."""

    prompt: Text
    seed: Annotated[str, Field(max_length=40)]
    guidance: FiniteFloat | int
    strength: FiniteFloat | int


class OfATrial(TypedDict):
    """A request about a picture of a free prompt."""

    trial: Id


class OfAPair(TypedDict):
    """A request about a pair."""

    pair: Id


class OfAReference(TypedDict):
    """A request about a reference."""

    reference: Id


class OfAKind(TypedDict):
    """A request for a demo."""

    kind: ProjectKind


class Rename(OfAProject):
    """A new name of a project."""

    name: Text


class ChangeSettings(OfAProject):
    """New values of some settings, by their dotted names."""

    settings: dict[Id, SettingValue]


class AddAnchors(OfAProject):
    """Test prompts to add, one in a line; `only` switches all others off."""

    lines: Annotated[list[Text], Field(max_length=10_000)]
    only: NotRequired[bool | None]


class EnableAnchor(TypedDict):
    """Switch a test prompt on or off."""

    anchor: Id
    enabled: bool


class ChangeTestSet(OfAProject):
    """The held-out prompts and how many pictures each gets."""

    prompts: Annotated[list[Text], Field(max_length=10_000)]
    seeds: SettingValue


class AskReplay(OfARound):
    """The policy under which the line through a round is drawn again."""

    policy: Id


class MeasureWhen(OfAProject):
    """When rounds are measured."""

    when: Id


class Decide(TypedDict):
    """A verdict on some candidates."""

    candidates: Annotated[list[Id], Field(max_length=100_000)]
    verdict: Verdict


class AcceptSuggestion(OfARound):
    """The suggested candidates that the page shows."""

    candidates: Annotated[list[Id], Field(max_length=100_000)]


class MarkCopies(TypedDict):
    """Whether some candidates are copies; null leaves it to the witnesses."""

    candidates: Annotated[list[Id], Field(max_length=100_000)]
    copy: bool | None


class GoTo(OfARound):
    """The step of the history to go back or forward to; null for its beginning."""

    step: NotRequired[int | None]


class SetWeight(OfACandidate):
    """The weight of an accepted picture; null for the settings' own."""

    weight: NotRequired[FiniteFloat | None]


class ExplainChoice(OfARound):
    """The reason of a choice."""

    choice: int
    reason: Text


class Learn(OfAProject):
    """Whether suggestions follow what was learned from the choices."""

    on: bool


class AcceptInPart(OfACandidate):
    """The part of a candidate that is accepted."""

    mask: Runs


class Paint(OfAPair):
    """What is painted over a pair; null removes the paint."""

    mask: NotRequired[Runs | None]


class SetMask(OfAReference):
    """Where a reference shows its subject; null lets the studio find it."""

    mask: NotRequired[Runs | None]


class NextRule(OfAProject):
    """What the next round does with a refinement."""

    rule: AfterRefinement


class Reorder(OfAJob):
    """Where a job moves in the queue."""

    direction: Direction


class Maps(TypedDict):
    """The maps of a candidate or a pair."""

    owner: Id
    kind: MapKind


class OneSeed(OfAProject):
    """The pictures of all rounds for a test prompt and a seed, counted from 0."""

    anchor: Id
    index: int
