"""The history of decisions and the log of choices as JSON."""

from collections.abc import Sequence

from gal_studio.core.types import Candidate
from gal_studio.studio.views.choices import ChoiceView, RoundChoices
from gal_studio.studio.views.history import HistoryStep
from gal_studio.studio.views.learning import LearningOffer
from gal_studio.studio.views.relatives import Relative
from gal_studio.ui.payloads import Payload


def history_payload(steps: Sequence[HistoryStep]) -> list[Payload]:
    """The steps that stand, the oldest first, then those that can be redone."""
    return [{"id": step.id, "words": step.words, "time": step.time, "stands": step.stands} for step in steps]


def choices_payload(rounds: Sequence[RoundChoices]) -> list[Payload]:
    """The choices of each round, the newest round and the newest choice first."""
    return [
        {
            "round": one.round.id,
            "name": one.name,
            "choices": one.agreement.choices,
            "agreed": one.agreement.agreed,
            "kappa": one.agreement.kappa,
            "log": [_choice_payload(view) for view in reversed(one.choices)],
        }
        for one in reversed(rounds)
    ]


def learning_payload(offer: LearningOffer) -> Payload:
    """The offer to learn from the choices."""
    found = offer.agreement
    return {
        "overrides": offer.overrides,
        "needed": offer.needed,
        "on": offer.is_on,
        "agreement": None
        if found is None
        else {"choices": found.choices, "learned": found.learned, "plain": found.plain},
    }


def _choice_payload(view: ChoiceView) -> Payload:
    choice = view.choice
    return {
        "id": choice.id,
        "time": choice.time,
        "prompt": view.prompt,
        "kind": view.kind,
        "stands": view.stands,
        "override": view.is_override,
        "reason": choice.reason,
        "suggested": _picture(view.suggested),
        "chosen": _picture(view.chosen),
        "scores": {part: dict(scores) for part, scores in choice.scores.items()},
    }


def relative_payload(relative: Relative) -> Payload:
    """A picture of the same prompt and seed from another round."""
    candidate = relative.candidate
    return {
        "id": candidate.id,
        "version": candidate.image[:8],
        "prompt": relative.prompt,
        "copy": candidate.overfit,
    }


def _picture(candidate: Candidate | None) -> Payload | None:
    if candidate is None:
        return None
    return {"id": candidate.id, "version": candidate.image[:8], "number": candidate.number}
