"""What the page asks (`assets/ui/app/payloads_requests.d.ts`); every request is checked against these."""

from typing import Annotated, NotRequired

from pydantic import Field, FiniteFloat
from typing_extensions import TypedDict

from gal_studio.core.jobs import Direction
from gal_studio.core.settings import AfterRefinement
from gal_studio.state.tables.refinements import MapKind
from gal_studio.ui.payloads.types.basics import ProjectKind, Verdict
from gal_studio.ui.payloads.types.page import CandidateMark
from gal_studio.ui.payloads.types.refinement import Runs

Id = Annotated[str, Field(max_length=200)]
Text = Annotated[str, Field(max_length=4000)]
SettingValue = int | FiniteFloat | bool | Text | Annotated[list[Text], Field(max_length=100)] | None
"""The studio checks each setting by its own type."""


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


class TypedSet(TypedDict):
    """The prompts of a set as they are typed, the field of each, and how many pictures there are."""

    trigger_word: NotRequired[Text]
    prompts: Annotated[list[Text | None], Field(max_length=200)]
    places: NotRequired[Annotated[list[Id], Field(max_length=200)]]
    pictures: NotRequired[int]


class ChosenModel(TypedDict):
    """The preset, or a model of the user's own."""

    preset: NotRequired[Id | None]
    base_model: NotRequired[Text | None]
    clip_model: NotRequired[Text | None]


class Derive(ChosenModel):
    """What is typed into the form of a new project; `final` when it is sent."""

    kind: ProjectKind
    sets: Annotated[list[TypedSet], Field(max_length=20)]
    name: NotRequired[Text]
    final: NotRequired[bool]
    settings: NotRequired[dict[Id, SettingValue] | None]


class Check(TypedDict):
    """An uploaded picture with its mask, which was uploaded or painted."""

    path: Id
    mask: NotRequired[Id | None]
    painted: NotRequired[Runs | None]


class GivenReference(Check):
    """A picture of a new project with its prompt."""

    prompt: Text


class GivenSet(TypedDict):
    """A set of references."""

    trigger_word: NotRequired[Text]
    references: Annotated[list[GivenReference], Field(max_length=200)]


class UploadedPicture(TypedDict):
    """An uploaded picture with its name, and the hash by which the studio knows it once it was looked at."""

    path: Id
    name: Text
    image: NotRequired[Id | None]


class Seen(ChosenModel):
    """The pictures of each set, and the model that is to see them."""

    sets: Annotated[list[Annotated[list[UploadedPicture], Field(max_length=200)]], Field(max_length=20)]
    settings: NotRequired[dict[Id, SettingValue] | None]


class Look(ChosenModel):
    """Uploaded pictures that a model is to look at."""

    paths: Annotated[list[Id], Field(max_length=200)]
    settings: NotRequired[dict[Id, SettingValue] | None]


class Caption(TypedDict):
    """The caption of a picture."""

    name: Text
    caption: Text


class Captions(TypedDict):
    """The captions of the form, to be saved."""

    captions: Annotated[list[Caption], Field(max_length=500)]


class Create(ChosenModel):
    """The form of a new project."""

    kind: ProjectKind
    sets: Annotated[list[GivenSet], Field(min_length=1, max_length=20)]
    name: NotRequired[Text]
    settings: NotRequired[dict[Id, SettingValue] | None]


class OfAProject(TypedDict):
    """A request about a project."""

    project: Id


class OfARound(TypedDict):
    """A request about a round."""

    round: Id


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
