"""Everything that the page asks of a project, before it is imported."""

import functools
import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, get_args, get_origin

from pydantic import TypeAdapter
from typing_extensions import get_type_hints

from gal_studio.core import strict_json
from gal_studio.core.errors import StudioError
from gal_studio.state import Store
from gal_studio.studio import Studio
from gal_studio.ui.api.errors import Handler
from gal_studio.ui.api.view_cache import ViewCache
from gal_studio.ui.panels import reference, results, rounds, top_bar
from gal_studio.ui.panels.panel import Context
from gal_studio.ui.payloads import Payload
from gal_studio.ui.payloads.types.answers import Answers
from gal_studio.ui.payloads.types.asked import Requests
from gal_studio.ui.payloads.types.page import Parts

PANELS = (top_bar.PANEL, reference.PANEL, rounds.PANEL, results.PANEL)
"""The parts of the page, from top to bottom."""
Ids = Mapping[str, Sequence[Any]]


def check_payloads(store: Store, project_id: str) -> None:
    """Make all answers about a project; raises if one fails, or is not strict JSON of its declared type."""
    context = Context(ViewCache(Studio(store)))
    handlers = {handler.__name__: handler for panel in PANELS for handler in panel.reads(context)}
    listed = _check("overview", handlers, {})
    if any(project["broken"] for project in listed["projects"]):
        raise StudioError("The project would be listed as broken.")
    for name, request in requests_about(ids_of(store, project_id)):
        answer = _check(name, handlers, request)
        if "gone" in answer:
            raise StudioError(answer["gone"])
        for part, found in answer.get("parts", {}).items():
            _type_of(Parts, part).validate_python(found)


def ids_of(store: Store, project_id: str) -> dict[str, list[Any]]:
    """The IDs of all that belongs to a project, by the fields of requests that hold them."""
    found = store.rounds.of_project(project_id)
    candidates = [one.id for round_ in found for one in store.candidates.with_own(round_.id)]
    pairs = [pair.id for round_ in found for pair in store.refinements.pairs(round_.id)]
    return {
        "project": [project_id],
        "round": [round_.id for round_ in found],
        "candidate": candidates,
        "pair": pairs,
        "owner": candidates + pairs,
        "reference": [one.id for one in store.projects.references(project_id)],
        "anchor": [one.id for one in store.projects.anchors(project_id)],
        "index": [0],
    }


def requests_about(ids: Ids) -> Iterator[tuple[str, Payload]]:
    """Every request that consists of such IDs (and of named choices), by the name of its handler."""
    for name, kind in get_type_hints(Requests).items():
        fields = get_type_hints(kind)
        given = {field: _values(ids, field, hint) for field, hint in fields.items() if field != "known"}
        known = [values for values in given.values() if values is not None]
        if given and len(known) == len(given):
            for values in itertools.product(*known):
                yield name, dict(zip(given, values, strict=True))


def _values(ids: Ids, field: str, hint: Any) -> Sequence[Any] | None:
    return get_args(hint) if get_origin(hint) is Literal else ids.get(field)


def _check(name: str, handlers: Mapping[str, Handler], request: Payload) -> Payload:
    answer = handlers[name](request)
    strict_json.dumps(answer)
    _type_of(Answers, name).validate_python(answer)
    return answer


@functools.cache
def _type_of(table: type, name: str) -> TypeAdapter[Any]:
    return TypeAdapter(get_type_hints(table, include_extras=True)[name])
