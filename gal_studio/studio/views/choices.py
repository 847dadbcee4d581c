"""What a person chose beside what was suggested, with the agreement of the two."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from typing_extensions import Doc

from gal_studio.core.gal.agreement import Agreement, cohen_kappa
from gal_studio.core.gal.choices import OVERRIDES, Choice, ChoiceKind, standing_steps
from gal_studio.core.records.candidate import Candidate, PictureRef
from gal_studio.core.snapshot import RoundSnapshot
from gal_studio.core.types import Author, Verdict
from gal_studio.core.words import percent
from gal_studio.rounds.suggestions import first_proposal, rounds_with_choices
from gal_studio.state import Store
from gal_studio.studio.views.json_types import Seed

TITLES: Mapping[ChoiceKind, str] = {
    "agreed": "Accepted the suggestion",
    "other picture": "Another image of the same test prompt",
    "other prompt": "A test prompt that was not suggested",
    "left out": "Rejected the suggestion",
    "added": "A second image, besides an accepted one",
}


@dataclass(frozen=True)
class ChosenPicture(PictureRef):
    """A picture that was suggested or chosen; without an index it is the user's own."""

    number: Annotated[str, Doc("Its number among those of its prompt, or that it is the user's own.")]
    index: int | None
    seed: Seed


@dataclass(frozen=True, kw_only=True)
class ChoiceView:
    """A decision beside what was suggested then; `stands` is false once it was undone or decided otherwise.

    `kind`: the suggestion was taken; another picture of its prompt was; a picture of a prompt without a
    suggestion was; the suggested picture was rejected; or a picture was added to an accepted one, as `title`
    says. With `override` the person decided otherwise than the sampler.
    """

    id: int
    time: float
    prompt: str
    kind: ChoiceKind
    verdict: Verdict
    author: Author
    override: bool
    stands: bool
    reason: str
    suggested: ChosenPicture | None
    chosen: ChosenPicture
    scores: Mapping[str, Mapping[str, float]]
    title: str
    score_words: str


@dataclass(frozen=True)
class RoundChoices:
    """The choices of a round, the oldest first, and the agreement of those that stand, also in `words`."""

    round: str
    name: str
    choices: tuple[ChoiceView, ...]
    agreement: Agreement
    words: str


def project_choices(store: Store, project_id: str) -> tuple[RoundChoices, ...]:
    """The choices of every round in which there is one."""
    project = store.snapshots.project(project_id, choices=True)
    return tuple(_round_choices(here, project.names[here.id]) for here in rounds_with_choices(project))


def _round_choices(here: RoundSnapshot, name: str) -> RoundChoices:
    pictures, standing = {one.id: _picture(one) for one in here.tiles}, standing_steps(here.decided)
    stand = {one.id for one in here.choices if standing.get(one.chosen_id) == (one.step, one.verdict)}
    views = tuple(
        ChoiceView(
            id=choice.id,
            time=choice.time,
            prompt=here.project.prompts[choice.anchor_id],
            kind=choice.kind,
            verdict=choice.verdict,
            author=choice.author,
            override=choice.kind in OVERRIDES,
            stands=choice.id in stand,
            reason=choice.reason,
            suggested=pictures.get(choice.suggested_id or ""),
            chosen=pictures[choice.chosen_id],
            scores=choice.scores,
            title=TITLES[choice.kind],
            score_words=_score_words(choice.scores),
        )
        for choice in here.choices
    )
    counted = [one for one in here.choices if one.id in stand and one.kind != "added"]
    agreement = _agreement(here, counted)
    added = sum(one.kind == "added" and one.id in stand for one in here.choices)
    return RoundChoices(here.id, name, views, agreement, agreement_words(agreement, added))


def agreement_words(agreement: Agreement, added: int) -> str:
    """How often the two agree: "you agreed in 2 of 3 (67%), kappa 0.65"; so many others were `added`."""
    choices, agreed, kappa = agreement.choices, agreement.agreed, agreement.kappa
    if choices:
        share = f"you agreed in {agreed} of {choices} ({percent(agreed / choices)})"
        return share if kappa is None else f"{share}, kappa {kappa:.2f}".replace("-", "−")
    if added:
        return f"you added {'an image' if added == 1 else f'{added} images'} to accepted ones"
    return "all of your decisions were undone"


def _score_words(scores: Mapping[str, Mapping[str, float]]) -> str:
    """The scores at the time of a choice, a line each for prompt, suggested and chosen image."""
    lines = []
    for part in ("prompt", "suggested", "chosen"):
        told = (f"{name.replace('_', ' ')} {value:.4g}" for name, value in scores.get(part, {}).items())
        if words := ", ".join(told):
            lines.append(f"{part}: {words}")
    return "\n".join(lines)


def _picture(candidate: Candidate) -> ChosenPicture:
    index = None if candidate.own else candidate.index
    return ChosenPicture.of(candidate, index=index)


def _agreement(here: RoundSnapshot, counted: Sequence[Choice]) -> Agreement:
    """Of the pictures that can be suggested: none of a person's own prompts."""
    drawn = {candidate.id for candidate in here.candidates}
    offered: dict[str, str | None] = {
        made.anchor_id: made.candidate_id for made in first_proposal(here).suggestions
    }
    for choice in reversed(counted):  # the first choice of a prompt counts
        offered[choice.anchor_id] = choice.suggested_id
    suggested = {identity for identity in offered.values() if identity is not None}
    return Agreement(
        choices=len(counted),
        agreed=sum(choice.kind == "agreed" for choice in counted),
        kappa=cohen_kappa(len(drawn), suggested, drawn.intersection(here.decided.accepted)),
    )
