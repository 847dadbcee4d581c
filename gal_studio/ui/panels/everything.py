"""All requests of the page, and those that are made of a project before it is imported."""

from collections.abc import Iterator
from itertools import product
from typing import get_args, get_type_hints

from pydantic import TypeAdapter

from gal_studio.core import strict_json
from gal_studio.core.errors import StudioError
from gal_studio.state import Store
from gal_studio.state.tables.refinements import MapKind
from gal_studio.studio import Studio
from gal_studio.ui.api.polling import Parts
from gal_studio.ui.api.view_cache import ViewCache
from gal_studio.ui.panels import reference, results, rounds, top_bar
from gal_studio.ui.payloads import Payload
from gal_studio.ui.requests import Context, joined

PANELS = (top_bar.PANEL, reference.PANEL, rounds.PANEL, results.PANEL)
"""The parts of the page, from top to bottom."""
REQUESTS = joined(*(panel.requests for panel in PANELS))
"""All requests by name."""
_PARTS = {name: TypeAdapter(kind) for name, kind in get_type_hints(Parts).items()}


def check_payloads(store: Store, project_id: str) -> None:
    """Make all answers about a project; raises if one fails, or is not strict JSON of its declared type."""
    context = Context(ViewCache(Studio(store)))
    listed = _checked(context, "overview", {})
    if any(project["broken"] for project in listed["projects"]):
        raise StudioError("The project would be listed as broken.")
    for name, request in requests_about(store, project_id):
        answer = _checked(context, name, request)
        if "gone" in answer:
            raise StudioError(answer["gone"])
        for part, found in answer.get("parts", {}).items():
            _PARTS[part].validate_python(found)


def _checked(context: Context, name: str, request: Payload) -> Payload:
    answer = REQUESTS[name](context, request)
    strict_json.dumps(answer)
    TypeAdapter(REQUESTS[name].result).validate_python(answer)
    return answer


def requests_about(store: Store, project_id: str) -> Iterator[tuple[str, Payload]]:
    """Everything that the page can ask about a project without a word being typed, by name."""
    shown = store.rounds.of_project(project_id)
    candidates = [one.id for each in shown for one in store.candidates.with_own(each.id)]
    pairs = [pair.id for each in shown for pair in store.refinements.pairs(each.id)]
    project = {"project": project_id}
    for name in ("log", "results", "test_pictures", "choices", "trials", "local_models"):
        yield name, project
    for round_ in shown:
        in_project, alone = {**project, "round": round_.id}, {"round": round_.id}
        yield from (("poll", in_project), ("other_rounds", in_project))
        yield from (("history", alone), ("before_after", alone))
    for anchor in store.projects.anchors(project_id):
        yield "same_seed", {**project, "anchor": anchor.id, "index": 0}
    for reference_ in store.projects.references(project_id):
        yield "reference_mask", {"reference": reference_.id}
    for candidate in candidates:
        yield from (("part_mask", {"candidate": candidate}), ("relatives", {"candidate": candidate}))
    for pair in pairs:
        yield "pair", {"pair": pair}
    for owner, kind in product((*candidates, *pairs), get_args(MapKind)):
        yield "patch_maps", {"owner": owner, "kind": kind}
