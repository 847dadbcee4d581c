"""What the studio asks about tried prompts."""

from gal_studio.features.trials.record import trials_of
from gal_studio.state.hooks import Hooks

HOOKS = Hooks(
    rows=lambda store, project_id: trials_of(store).of_project(project_id),
    drawn=lambda store, candidate_id: trials_of(store).of_candidate(candidate_id),
    waiting={"try": lambda store, round_id: trials_of(store).waiting(round_id)},
)
