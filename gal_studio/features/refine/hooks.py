"""What the studio asks about refinements."""

from collections.abc import Iterator
from dataclasses import asdict

from gal_studio.core import strict_json
from gal_studio.core.snapshot import RoundSnapshot
from gal_studio.core.variants.variant import Action
from gal_studio.features.refine.rules import closed, pairs_are_ready
from gal_studio.features.refine.verbs import repeat_refinement, run_refinement
from gal_studio.features.refine.view import RefinementView, refinement_step, refinement_view
from gal_studio.rounds.inputs import inputs_of
from gal_studio.state import Store
from gal_studio.state.hooks import Hooks


def views(store: Store, project_id: str) -> Iterator[RefinementView]:
    """What the page shows of each refinement of a project; refused where it cannot be written as JSON."""
    for round_ in store.rounds.of_project(project_id):
        if round_.variant.refines:
            view = refinement_view(store, round_.id)
            strict_json.dumps(asdict(view))
            yield view


_NEXT = {"pairs": "pairs", "review": "train", "refine": "train", "generate": "generate", "done": ""}
NO_PAIRS = "Make the comparison pairs first"


def guide(store: Store, here: RoundSnapshot) -> tuple[Action, dict[Action, str]]:
    """What comes next in a refinement, and why it cannot be trained yet."""
    if not here.variant.refines:
        return "", {}
    inputs = inputs_of(store, here.id)
    step = refinement_step(inputs, store.jobs.of_project(here.round.project_id))
    return _NEXT[step], {} if pairs_are_ready(inputs) else {"train": NO_PAIRS}


HOOKS = Hooks(
    rows=views,
    run={"refine": run_refinement},
    after_training=repeat_refinement,
    closed=closed,
    guide=guide,
    actions={"fine_tune": ("refine",), "refine": ("pairs", "train", "whole", "again")},
)
