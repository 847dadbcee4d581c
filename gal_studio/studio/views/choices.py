"""What a person chose beside what was suggested, with the agreement of the two."""

from collections.abc import Sequence
from dataclasses import dataclass

from gal_studio.core.gal.agreement import Agreement, cohen_kappa
from gal_studio.core.gal.choices import OVERRIDES, Choice, ChoiceKind, standing_steps
from gal_studio.core.naming import round_names
from gal_studio.core.snapshot import RoundSnapshot
from gal_studio.core.types import Candidate, Round
from gal_studio.rounds.suggestions import first_proposal, rounds_with_choices
from gal_studio.state import Store


@dataclass(frozen=True)
class ChoiceView:
    """A choice with its two pictures; `stands` is false once it was undone or decided otherwise.

    `kind`: the suggestion was taken; another picture of its prompt was; a picture of a prompt without a
    suggestion was; the suggested picture was rejected; or a picture was added to an accepted one.
    """

    choice: Choice
    prompt: str
    suggested: Candidate | None
    chosen: Candidate
    kind: ChoiceKind
    stands: bool

    @property
    def is_override(self) -> bool:
        """Whether the person decided otherwise than the sampler."""
        return self.kind in OVERRIDES


@dataclass(frozen=True)
class RoundChoices:
    """The choices of a round, the oldest first, and the agreement of those that stand."""

    round: Round
    name: str
    choices: tuple[ChoiceView, ...]
    agreement: Agreement


def project_choices(store: Store, project_id: str) -> tuple[RoundChoices, ...]:
    """The choices of every round in which there is one."""
    project = store.snapshots.project(project_id, choices=True)
    names = round_names([each.round for each in project.rounds])
    return tuple(_round_choices(here, names[here.id]) for here in rounds_with_choices(project))


def _round_choices(here: RoundSnapshot, name: str) -> RoundChoices:
    candidates = {candidate.id: candidate for candidate in here.tiles}
    standing = standing_steps(here.decided)
    views = tuple(
        ChoiceView(
            choice=choice,
            prompt=here.project.prompts[choice.anchor_id],
            suggested=candidates.get(choice.suggested_id or ""),
            chosen=candidates[choice.chosen_id],
            kind=choice.kind,
            stands=standing.get(choice.chosen_id) == (choice.step, choice.verdict),
        )
        for choice in here.choices
    )
    return RoundChoices(here.round, name, views, _agreement(here, views))


def _agreement(here: RoundSnapshot, views: Sequence[ChoiceView]) -> Agreement:
    """Of the pictures that can be suggested: none of a person's own prompts."""
    drawn = {candidate.id for candidate in here.candidates}
    counted = [view for view in views if view.stands and view.kind != "added"]
    offered: dict[str, str | None] = {
        made.anchor_id: made.candidate_id for made in first_proposal(here).suggestions
    }
    for view in reversed(counted):  # the first choice of a prompt counts
        offered[view.choice.anchor_id] = view.choice.suggested_id
    suggested = {identity for identity in offered.values() if identity is not None}
    return Agreement(
        choices=len(counted),
        agreed=sum(view.kind == "agreed" for view in counted),
        kappa=cohen_kappa(len(drawn), suggested, drawn.intersection(here.decided.accepted)),
    )
