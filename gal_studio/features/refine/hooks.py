"""What the studio asks about refinements."""

from collections.abc import Iterator
from dataclasses import asdict

from gal_studio.core import strict_json
from gal_studio.features.refine.rules import closed
from gal_studio.features.refine.verbs import repeat_refinement, run_refinement
from gal_studio.features.refine.view import RefinementView, refinement_view
from gal_studio.state import Store
from gal_studio.state.hooks import Hooks


def views(store: Store, project_id: str) -> Iterator[RefinementView]:
    """What the page shows of each refinement of a project; refused where it cannot be written as JSON."""
    for round_ in store.rounds.of_project(project_id):
        if round_.variant.refines:
            view = refinement_view(store, round_.id)
            strict_json.dumps(asdict(view))
            yield view


HOOKS = Hooks(
    rows=views,
    run={"refine": run_refinement},
    after_training=repeat_refinement,
    closed=closed,
    actions={"fine_tune": ("refine",), "refine": ("pairs", "train", "whole", "again")},
)
