"""What is said to the form of a new project (`assets/ui/app/types/payloads_form_answers.d.ts`)."""

from typing import Annotated, Literal, NotRequired

from typing_extensions import Doc, TypedDict

from gal_studio.ui.payloads.types.basics import Fact


class DerivedSet(TypedDict):
    """What the server derives from one set of references: facts, or a problem."""

    facts: NotRequired[list[Fact]]
    problem: NotRequired[str]


class FormNote(TypedDict):
    """An error or a warning at a part of a set, or, where `set` is null, at another field or a setting."""

    field: str
    set: float | None
    tone: Literal["error", "warning"]
    text: str


class SeenPicture(TypedDict):
    """What is noticed of an uploaded picture; with a sentence, `address` is how the model sees it."""

    path: str
    note: str
    waiting: bool
    sentence: str
    address: str | None
    model: str


class SeenSet(TypedDict):
    """What is noticed of the pictures of a set."""

    note: str
    pictures: list[SeenPicture]


class Derived(TypedDict):
    """What the form of a new project says of itself."""

    notes: list[FormNote]
    sets: list[DerivedSet]
    anchors: list[str]
    name: str
    plan: Annotated[str, Doc("What a round needs of memory and time; empty if that is not known.")]
    doubt: Annotated[str, Doc("Why it is started only when confirmed; empty if nothing speaks against it.")]
    measuring: Annotated[bool, Doc("Whether the size of the model is being measured.")]
    start: Annotated[str, Doc("What the file of the LoRA to start from says; empty if there is none.")]
    problem: NotRequired[str]


class SeenSets(TypedDict):
    """What is noticed of all sets."""

    sets: list[SeenSet]


class HubModel(TypedDict):
    """A model of the hub with the address of its page; `size` in words, `commit` shortened."""

    label: str
    name: str
    address: str
    commit: str
    licence: str
    size: str


class ModelProblem(TypedDict):
    """Why the model of a field cannot be used."""

    field: Literal["base_model", "clip_model", "vision_model", "start_from"]
    text: str


class ModelFacts(TypedDict):
    """What is known of the chosen models; `waiting` while they are looked up."""

    waiting: bool
    models: list[HubModel]
    sentence: str
    problems: list[ModelProblem]
