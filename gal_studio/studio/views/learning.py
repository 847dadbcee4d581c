"""The offer to learn from a person's choices."""

from dataclasses import dataclass

from gal_studio.core.gal.learned import LEAST_OVERRIDES
from gal_studio.core.gal.policies.learned import LEARNED, LearnedAgreement, leave_one_round_out
from gal_studio.rounds.suggestions import judged_round, overrides, rounds_with_choices
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
    project, agreement = store.snapshots.project(project_id, choices=True), None
    standing = overrides(project)
    if standing >= LEAST_OVERRIDES:
        rounds = rounds_with_choices(project)
        agreement = leave_one_round_out(
            [judged_round(each) for each in rounds], [each.gal.top_k for each in rounds]
        )
    is_on = project.project.settings.gal.policy == LEARNED.name
    return Learning(standing, LEAST_OVERRIDES, is_on, agreement)
