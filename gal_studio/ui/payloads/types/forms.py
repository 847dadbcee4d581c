"""What the form of a new project asks (`assets/ui/app/types/payloads_forms.d.ts`)."""

from typing import Annotated, NotRequired

from pydantic import Field, FiniteFloat
from typing_extensions import TypedDict

from gal_studio.ui.payloads.types.basics import ProjectKind
from gal_studio.ui.payloads.types.refinement import Runs

Id = Annotated[str, Field(max_length=200)]
Text = Annotated[str, Field(max_length=4000)]
SettingValue = int | FiniteFloat | bool | Text | Annotated[list[Text], Field(max_length=100)] | None
"""The studio checks each setting by its own type."""


class TypedSet(TypedDict):
    """The prompts of a set as they are typed, the field of each, and how many pictures there are."""

    trigger_word: NotRequired[Text]
    prompts: Annotated[list[Text | None], Field(max_length=200)]
    places: NotRequired[Annotated[list[Id], Field(max_length=200)]]
    pictures: NotRequired[int]


class ChosenModel(TypedDict):
    """The preset, or a model of the user's own; `start_from` is the path of a LoRA from elsewhere."""

    preset: NotRequired[Id | None]
    base_model: NotRequired[Text | None]
    clip_model: NotRequired[Text | None]
    start_from: NotRequired[Text | None]


class AskedModels(ChosenModel):
    """The models of a new project; the settings decide which LoRAs it can start from."""

    kind: ProjectKind
    settings: NotRequired[dict[Id, SettingValue] | None]


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
    """The form of a new project: `only` created, not started; `sure` in spite of the plan's doubt."""

    kind: ProjectKind
    sets: Annotated[list[GivenSet], Field(min_length=1, max_length=20)]
    name: NotRequired[Text]
    only: NotRequired[bool]
    sure: NotRequired[bool]
    settings: NotRequired[dict[Id, SettingValue] | None]
