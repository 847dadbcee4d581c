"""What kind of choice a person made beside a suggestion, and whether it still stands."""

from typing import Literal

from gal_studio.state.store import Store
from gal_studio.state.tables.overrides import Choice

ChoiceKind = Literal["agreed", "other picture", "other prompt", "left out", "added"]
OVERRIDES = frozenset({"other picture", "other prompt", "left out"})
"""The kinds in which the person decided otherwise than the sampler."""


def kind_of(choice: Choice) -> ChoiceKind:
    """How a choice relates to what was suggested."""
    if choice.verdict == "rejected":
        return "left out"
    if not choice.first:
        return "added"
    if choice.agrees:
        return "agreed"
    return "other prompt" if choice.suggested_id is None else "other picture"


def standing_steps(store: Store, round_id: str) -> dict[str, tuple[int, str]]:
    """The step that gave each candidate its present verdict, and this verdict."""
    found: dict[str, tuple[int, str]] = {}
    for step in store.decisions.steps(round_id):
        if step.stands:
            changed = {
                name: state.verdict
                for name, state in step.after.items()
                if state.verdict != step.before[name].verdict
            }
            found |= {name: (step.id, verdict) for name, verdict in changed.items()}
    return found


def count_overrides(store: Store, project_id: str) -> int:
    """How many overrides of a project stand."""
    return sum(
        kind_of(choice) in OVERRIDES and standing.get(choice.chosen_id) == (choice.step, choice.verdict)
        for round_ in store.rounds.of_project(project_id)
        for choices in [store.overrides.of_round(round_.id)]
        for standing in [standing_steps(store, round_.id) if choices else {}]
        for choice in choices
    )
