"""Whether everything of a project can be shown: asked of one that comes from elsewhere before it is kept."""

from gal_studio.state import Store
from gal_studio.studio.views import refinement, round


def show_all(store: Store, project_id: str) -> None:
    """Make every view of a project; what cannot be made raises what it would raise in the page."""
    round.project_view(store, project_id)
    round.round_summaries(store, project_id)
    for entry in store.rounds.of_project(project_id):
        round.round_view(store, entry.id)
        if entry.kind == "refine":
            refinement.refinement_view(store, entry.id)
