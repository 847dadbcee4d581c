"""The history of decisions and the log of choices (`assets/ui/app/types/payloads_choices.d.ts`)."""

from typing import Annotated, Literal

from typing_extensions import Doc, TypedDict

from gal_studio.ui.payloads.types.basics import PictureRef, ShownPicture


class HistoryStep(TypedDict):
    """A step of the history of decisions; one that does not stand can be redone."""

    id: float
    words: str
    time: float
    stands: bool


class History(TypedDict):
    """The history of a round."""

    steps: list[HistoryStep]


class ChosenPicture(PictureRef):
    """A picture that was suggested or chosen."""

    number: Annotated[str, Doc("Its number among those of its prompt, or that it is the user's own.")]


class Choice(TypedDict):
    """A decision beside what was suggested then."""

    id: float
    time: float
    prompt: str
    kind: Literal["agreed", "other picture", "other prompt", "left out", "added"]
    stands: bool
    override: bool
    reason: str
    suggested: ChosenPicture | None
    chosen: ChosenPicture
    scores: dict[str, dict[str, float]]


class RoundChoices(TypedDict):
    """The choices of a round, and how often they agree with the suggestion."""

    round: str
    name: str
    choices: float
    agreed: float
    kappa: float | None
    log: list[Choice]


class LearningAgreement(TypedDict):
    """How often each sampler would have suggested what was chosen."""

    choices: float
    learned: float
    plain: float


class Learning(TypedDict):
    """The offer to learn from overrides."""

    overrides: float
    needed: float
    on: bool
    agreement: LearningAgreement | None


class Choices(TypedDict):
    """The choices of all rounds of a project."""

    rounds: list[RoundChoices]
    learning: Learning


class Relative(TypedDict):
    """The same test prompt and seed in another round."""

    round: str
    name: str
    picture: ShownPicture


class Relatives(TypedDict):
    """The same test prompt and seed in all other rounds."""

    rounds: list[Relative]
