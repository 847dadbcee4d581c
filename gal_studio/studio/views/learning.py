"""The offer to learn from a person's choices."""

from dataclasses import dataclass

from gal_studio.core.gal.learned import LEAST_OVERRIDES, LearnedAgreement, leave_one_round_out
from gal_studio.rounds.choices import count_overrides
from gal_studio.rounds.learning import judged_round, rounds_with_choices
from gal_studio.rounds.suggestions import policy_proposal
from gal_studio.state import Store


@dataclass(frozen=True)
class Learning:
    """How many overrides stand of those that are needed, whether learning is on, and what it would gain.

    `agreement` is measured in each round by what was learned from the others; None with too few of them.
    """

    overrides: int
    needed: int
    on: bool
    agreement: LearnedAgreement | None


def learning_offer(store: Store, project_id: str) -> Learning:
    """The offer of a project."""
    gal = store.projects.get(project_id).settings.gal
    overrides = count_overrides(store, project_id)
    agreement = None
    if overrides >= LEAST_OVERRIDES:
        names = rounds_with_choices(store, project_id)
        judged = [judged_round(store, name) for name in names]
        plain = [policy_proposal(store, name, "uncertainty") for name in names]
        most = [store.rounds.settings(name).gal.top_k for name in names]
        agreement = leave_one_round_out(judged, plain, most)
    return Learning(overrides, LEAST_OVERRIDES, gal.learn_from_choices, agreement)
