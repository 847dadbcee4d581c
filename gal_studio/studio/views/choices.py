"""What a person chose beside what was suggested, with the agreement of the two."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gal_studio.core.gal.agreement import Agreement, cohen_kappa
from gal_studio.core.naming import round_names
from gal_studio.core.types import Candidate, Round
from gal_studio.rounds.choices import OVERRIDES, ChoiceKind, kind_of, standing_steps
from gal_studio.rounds.suggestions import policy_proposal
from gal_studio.state import Store
from gal_studio.state.tables.overrides import Choice


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
    rounds = store.rounds.of_project(project_id)
    names, prompts = round_names(rounds), {a.id: a.prompt for a in store.projects.anchors(project_id)}
    logs = {round_.id: store.overrides.of_round(round_.id) for round_ in rounds}
    return tuple(
        _round_choices(store, round_, names[round_.id], logs[round_.id], prompts)
        for round_ in rounds
        if logs[round_.id]
    )


def _round_choices(
    store: Store, round_: Round, name: str, log: Sequence[Choice], prompts: Mapping[str, str]
) -> RoundChoices:
    candidates = {candidate.id: candidate for candidate in store.candidates.with_own(round_.id)}
    standing = standing_steps(store, round_.id)
    views = tuple(
        ChoiceView(
            choice=choice,
            prompt=prompts[choice.anchor_id],
            suggested=candidates.get(choice.suggested_id or ""),
            chosen=candidates[choice.chosen_id],
            kind=kind_of(choice),
            stands=standing.get(choice.chosen_id) == (choice.step, choice.verdict),
        )
        for choice in log
    )
    return RoundChoices(round_, name, views, _agreement(store, round_.id, views, candidates))


def _agreement(
    store: Store, round_id: str, views: Sequence[ChoiceView], candidates: Mapping[str, Candidate]
) -> Agreement:
    """Of the pictures that can be suggested: none of a person's own prompts."""
    drawn = {candidate.id for candidate in candidates.values() if not candidate.own}
    counted = [view for view in views if view.stands and view.kind != "added"]
    offered: dict[str, str | None] = {
        made.anchor_id: made.candidate_id for made in policy_proposal(store, round_id).suggestions
    }
    for view in reversed(counted):  # the first choice of a prompt counts
        offered[view.choice.anchor_id] = view.choice.suggested_id
    suggested = {identity for identity in offered.values() if identity is not None}
    return Agreement(
        choices=len(counted),
        agreed=sum(view.kind == "agreed" for view in counted),
        kappa=cohen_kappa(
            len(drawn), suggested, drawn.intersection(store.decisions.of_round(round_id).accepted)
        ),
    )
