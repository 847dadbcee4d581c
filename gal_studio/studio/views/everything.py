"""Every view of a project, read once: before an archive is imported, and by the doctor."""

from dataclasses import asdict
from typing import Any, get_args

from gal_studio.core import strict_json
from gal_studio.state import Store
from gal_studio.state.tables.refinements import MapKind
from gal_studio.studio.choices_table import FORMATS, choices_table
from gal_studio.studio.views.choices import project_choices
from gal_studio.studio.views.history import decision_history
from gal_studio.studio.views.measures import measures_view
from gal_studio.studio.views.patch_maps import patch_maps
from gal_studio.studio.views.round import project_of, round_summaries, round_view


def show_all(store: Store, project_id: str) -> None:
    """Make every view of a project as strict JSON; raises whatever the page would raise."""
    _written(project_of(store, project_id), *round_summaries(store, project_id))
    measures_view(store, project_id)
    choices = project_choices(store, project_id)
    _written(*choices)
    for format_ in FORMATS:
        choices_table(choices, format_)
    for round_ in store.rounds.of_project(project_id):
        shown = round_view(store, round_.id)
        _written(shown, *store.rounds.training_set(round_.id), *store.decisions.log(round_.id))
        _written(*decision_history(store.snapshots.round(round_.id)))
        owners = [tile.candidate.id for tile in shown.candidates]
        owners += [pair.id for pair in store.refinements.pairs(round_.id)]
        for owner in owners:
            _written(*(one for kind in get_args(MapKind) for one in patch_maps(store, owner, kind)))


def _written(*views: Any) -> None:
    """Refuse views that cannot be written as strict JSON."""
    strict_json.dumps([asdict(view) for view in views])
