"""What the studio asks about tried prompts."""

from gal_studio.features.trials.record import trials_of
from gal_studio.state import Store
from gal_studio.state.hooks import Drawn, Hooks


def drawn(store: Store, candidate_id: str) -> Drawn | None:
    """What a candidate was generated with that was made from a trial."""
    trial = trials_of(store).of_candidate(candidate_id)
    return None if trial is None else trial.drawn


HOOKS = Hooks(
    rows=lambda store, project_id: trials_of(store).of_project(project_id),
    drawn=drawn,
    waiting={"try": lambda store, round_id: trials_of(store).waiting(round_id)},
)
