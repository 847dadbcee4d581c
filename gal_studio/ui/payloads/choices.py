"""The log of choices as JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from typing_extensions import Doc

from gal_studio.core.gal.choices import ChoiceKind
from gal_studio.core.types import Candidate
from gal_studio.studio.views import choices
from gal_studio.studio.views.choices import ChoiceView
from gal_studio.ui.payloads import PictureRef, version


@dataclass(frozen=True)
class ChosenPicture(PictureRef):
    """A picture that was suggested or chosen."""

    number: Annotated[str, Doc("Its number among those of its prompt, or that it is the user's own.")]


@dataclass(frozen=True)
class Choice:
    """A decision beside what was suggested then."""

    id: int
    time: float
    prompt: str
    kind: ChoiceKind
    stands: bool
    override: bool
    reason: str
    suggested: ChosenPicture | None
    chosen: ChosenPicture
    scores: Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class RoundChoices:
    """The choices of a round, and how often they agree with the suggestion."""

    round: str
    name: str
    choices: int
    agreed: int
    kappa: float | None
    log: tuple[Choice, ...]


def choices_payload(rounds: Sequence[choices.RoundChoices]) -> tuple[RoundChoices, ...]:
    """The choices of each round, the newest round and the newest choice first."""
    return tuple(
        RoundChoices(
            round=one.round.id,
            name=one.name,
            choices=one.agreement.choices,
            agreed=one.agreement.agreed,
            kappa=one.agreement.kappa,
            log=tuple(map(_choice, reversed(one.choices))),
        )
        for one in reversed(rounds)
    )


def _choice(view: ChoiceView) -> Choice:
    choice = view.choice
    return Choice(
        id=choice.id,
        time=choice.time,
        prompt=view.prompt,
        kind=view.kind,
        stands=view.stands,
        override=view.is_override,
        reason=choice.reason,
        suggested=_picture(view.suggested) if view.suggested else None,
        chosen=_picture(view.chosen),
        scores=choice.scores,
    )


def _picture(candidate: Candidate) -> ChosenPicture:
    return ChosenPicture(candidate.id, version(candidate.image), candidate.number)
