"""Learn from the choices of a project's other rounds."""

from gal_studio.core.gal.learned import (
    LEAST_OVERRIDES,
    JudgedRound,
    Preference,
    feature_names,
    fit_preference,
)
from gal_studio.rounds.choices import count_overrides
from gal_studio.rounds.lineage import round_scores
from gal_studio.state.store import Store


def judged_round(store: Store, round_id: str) -> JudgedRound:
    """The candidates of a round with its scores and what was accepted."""
    return JudgedRound(
        store.candidates.of_round(round_id),
        round_scores(store, round_id),
        frozenset(store.decisions.of_round(round_id).accepted),
    )


def rounds_with_choices(store: Store, project_id: str) -> tuple[str, ...]:
    """The rounds of a project in which a person decided beside suggestions."""
    return tuple(r.id for r in store.rounds.of_project(project_id) if store.overrides.of_round(r.id))


def learned_preference(store: Store, round_id: str) -> Preference | None:
    """What was learned from all other rounds; None with too few overrides, or nothing to learn from."""
    project_id = store.rounds.get(round_id).project_id
    if count_overrides(store, project_id) < LEAST_OVERRIDES:
        return None
    others = [name for name in rounds_with_choices(store, project_id) if name != round_id]
    judged = [judged_round(store, name) for name in others]
    names = feature_names([*judged, judged_round(store, round_id)])
    return fit_preference(judged, names) if judged else None
