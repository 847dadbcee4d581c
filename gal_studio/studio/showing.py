"""Whether everything of a project can be shown: asked of one that comes from elsewhere before it is kept."""

from gal_studio.state import Store
from gal_studio.studio import reading, refinement_reading


def show_all(store: Store, project_id: str) -> None:
    """Make every view of a project; what cannot be made raises what it would raise in the page."""
    reading.project_view(store, project_id)
    reading.round_summaries(store, project_id)
    for entry in store.rounds.of_project(project_id):
        reading.round_view(store, entry.id)
        if entry.kind == "refine":
            refinement_reading.refinement_view(store, entry.id)
