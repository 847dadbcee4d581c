"""The form of a new project: what is typed into it, and what the studio says of that."""

from dataclasses import dataclass
from typing import Annotated, Literal, NotRequired

from pydantic import Field, FiniteFloat
from typing_extensions import Doc, TypedDict

from gal_studio.core.swaps import Swap
from gal_studio.core.types import Kind
from gal_studio.ui.payloads import Fact, Id, Runs, Text

SettingValue = int | FiniteFloat | bool | Text | Annotated[list[Text], Field(max_length=100)] | None
"""The studio checks each setting by its own type."""
SettingValues = Annotated[dict[Id, SettingValue], Field(max_length=500)]


Pixels = Annotated[int, Field(ge=1, le=1_000_000)]
WidthAndHeight = Annotated[list[Pixels], Field(min_length=2, max_length=2)]


class TypedSet(TypedDict):
    """The prompts of a set as they are typed, the field of each, and how many pictures there are.

    `sizes` are the pictures' widths and heights; null for one that the browser has not shown yet.
    """

    trigger_word: NotRequired[Text]
    prompts: Annotated[list[Text | None], Field(max_length=200)]
    places: NotRequired[Annotated[list[Id], Field(max_length=200)]]
    pictures: NotRequired[int]
    sizes: NotRequired[Annotated[list[WidthAndHeight | None], Field(max_length=200)]]


class ChosenModel(TypedDict):
    """The preset, or a model of the user's own; `start_from` is the path of a LoRA from elsewhere.

    `judged` are the paths of LoRAs to judge as they are; null for a project that trains. What a LoRA changes
    of a text encoder is left out if so chosen; otherwise it is refused.
    """

    preset: NotRequired[Id | None]
    base_model: NotRequired[Text | None]
    clip_model: NotRequired[Text | None]
    start_from: NotRequired[Text | None]
    without_text_encoder: NotRequired[bool]
    judged: NotRequired[Annotated[list[Text], Field(max_length=20)] | None]


class AskedModels(ChosenModel):
    """The models of a new project; the settings decide which LoRAs it can start from."""

    kind: Kind
    settings: NotRequired[SettingValues | None]


class Derive(ChosenModel):
    """What is typed into the form of a new project; `final` when it is sent."""

    kind: Kind
    sets: Annotated[list[TypedSet], Field(max_length=20)]
    name: NotRequired[Text]
    final: NotRequired[bool]
    settings: NotRequired[SettingValues | None]


class Check(TypedDict):
    """An uploaded picture with its mask, which was uploaded or painted."""

    path: Id
    mask: NotRequired[Id | None]
    painted: NotRequired[Runs | None]


class GivenReference(Check):
    """A picture of a new project with its prompt; `crop` is the place of the square that is kept of it."""

    prompt: Text
    crop: NotRequired[float | None]


class GivenSet(TypedDict):
    """A set of references; without any, `prompts` says what LoRAs to judge were taught."""

    prompts: NotRequired[Annotated[list[Text], Field(max_length=1)]]
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
    settings: NotRequired[SettingValues | None]


class Look(ChosenModel):
    """Uploaded pictures that a model is to look at; of an object, their subjects are to be found as well."""

    paths: Annotated[list[Id], Field(max_length=200)]
    kind: NotRequired[Kind]
    settings: NotRequired[SettingValues | None]


class Caption(TypedDict):
    """The caption of a picture."""

    name: Text
    caption: Text


class Create(ChosenModel):
    """The form of a new project: `only` created, not started; `sure` in spite of the plan's doubt."""

    kind: Kind
    sets: Annotated[list[GivenSet], Field(min_length=1, max_length=20)]
    name: NotRequired[Text]
    only: NotRequired[bool]
    sure: NotRequired[bool]
    settings: NotRequired[SettingValues | None]


@dataclass(frozen=True)
class OwnShape:
    """The width and height in which a picture is trained in its own shape, and what is said of it."""

    width: int
    height: int
    text: str


@dataclass(frozen=True)
class DerivedSet:
    """What the studio derives from one set of references: facts, or a problem, or nothing without prompts.

    `shapes` are those of its pictures; null for one that is trained as a square.
    """

    facts: tuple[Fact, ...] = ()
    problem: str = ""
    shapes: tuple[OwnShape | None, ...] = ()


@dataclass(frozen=True)
class FormNote:
    """An error or a warning at a part of a set, or, where `set` is null, at another field or a setting.

    `swaps` are the set's prompts with what the model knows; null unless it does not know what one names.
    """

    field: str
    text: str
    set: int | None = None
    tone: Literal["error", "warning"] = "error"
    swaps: tuple[Swap, ...] | None = None


@dataclass(frozen=True)
class Derived:
    """What the form of a new project says of itself."""

    notes: tuple[FormNote, ...]
    sets: tuple[DerivedSet, ...]
    anchors: tuple[str, ...]
    name: str
    plan: Annotated[str, Doc("What a round needs of memory and time; empty if that is not known.")]
    doubt: Annotated[str, Doc("Why it is started only when confirmed; empty if nothing speaks against it.")]
    measuring: Annotated[bool, Doc("Whether the size of the model is being measured.")]
    start: Annotated[str, Doc("What the files of the LoRAs given say; empty if there is none.")]
    start_text: Annotated[bool, Doc("Whether any of them changes a text encoder too.")]
    problem: Annotated[str, Doc("What is wrong with all sets together.")] = ""
    taught: Annotated[Kind | None, Doc("What the first LoRA to judge was trained on, by its file.")] = None


@dataclass(frozen=True)
class ExaminedPicture:
    """What is noticed of an uploaded picture; with a sentence, `address` is how the model sees it.

    `subject` is the mask of its subject, where that was asked for and found.
    """

    path: str
    note: str
    waiting: bool = False
    sentence: str = ""
    address: str | None = None
    model: str = ""
    subject: Runs | None = None


@dataclass(frozen=True)
class ExaminedNote:
    """A warning about some pictures of a set, by the paths of their uploads."""

    text: str
    paths: tuple[str, ...]


@dataclass(frozen=True)
class ExaminedSet:
    """What is noticed of the pictures of a set."""

    notes: tuple[ExaminedNote, ...]
    pictures: tuple[ExaminedPicture, ...]


@dataclass(frozen=True)
class HubModel:
    """A model of the hub with the address of its page; `size` in words, `commit` shortened."""

    label: str
    name: str
    address: str
    commit: str
    licence: str
    size: str


@dataclass(frozen=True)
class ModelProblem:
    """Why the model of a field cannot be used."""

    field: Literal["base_model", "clip_model", "vision_model", "start_from", "judged"]
    text: str


@dataclass(frozen=True)
class ModelFacts:
    """What is known of the chosen models; `waiting` while they are looked up."""

    waiting: bool = False
    models: tuple[HubModel, ...] = ()
    sentence: str = ""
    problems: tuple[ModelProblem, ...] = ()
