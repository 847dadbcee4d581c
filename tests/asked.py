"""Everything that the page can ask about a project, and whether all of it is answered as declared."""

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any, Literal, get_args, get_origin

from gal_studio.core import strict_json
from gal_studio.core.errors import StudioError
from gal_studio.state import Store
from gal_studio.studio import Studio
from gal_studio.ui.api.polling import part_types
from gal_studio.ui.api.view_cache import ViewCache
from gal_studio.ui.panels.everything import REQUESTS
from gal_studio.ui.payloads import Payload
from gal_studio.ui.requests import Context, Request


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
            part_types()[part].validate_python(found)


def _checked(context: Context, name: str, request: Payload) -> Payload:
    answer = REQUESTS[name](context, request)
    strict_json.dumps(answer)
    REQUESTS[name].answers.validate_python(answer)
    return answer


def requests_about(store: Store, project_id: str) -> Iterator[tuple[str, Payload]]:
    """Everything that the page can ask about a project without a word being typed, by name.

    That is each request that only reads, names something in a project by its fields, and needs nothing but
    that, a number or one of some words.
    """
    known = _values(store, project_id)
    for request in REQUESTS.reads():
        if is_about_a_project(request):
            asked = {name: known.get(name, _words(kind)) for name, kind in request.fields.items()}
            given = {name: values for name, values in asked.items() if values is not None}
            for values in product(*given.values()):
                yield request.name, dict(zip(given, values, strict=True))


def is_about_a_project(request: Request) -> bool:
    """Whether a request names something of a project and can be asked without a word being typed."""
    fields, needed = request.fields, request.question.__required_keys__ - SUBJECTS
    return not SUBJECTS.isdisjoint(fields) and all(_words(fields[name]) is not None for name in needed)


SUBJECTS = frozenset({"project", "round", "anchor", "reference", "candidate", "pair", "owner"})
"""The fields of requests that hold the ID of something in a project."""


def _values(store: Store, project_id: str) -> dict[str, list[str]]:
    """The IDs in a project, by the fields that hold them."""
    rounds = [each.id for each in store.rounds.of_project(project_id)]
    candidates = [one.id for each in rounds for one in store.candidates.with_own(each)]
    pairs = [pair.id for each in rounds for pair in store.refinements.pairs(each)]
    return {
        "project": [project_id],
        "round": rounds,
        "anchor": [anchor.id for anchor in store.projects.anchors(project_id)],
        "reference": [one.id for one in store.projects.references(project_id)],
        "candidate": candidates,
        "pair": pairs,
        "owner": [*candidates, *pairs],
    }


def _words(kind: Any) -> Sequence[Any] | None:
    """The values of a field that has few, or a number; None if it has to be typed."""
    if get_origin(kind) is Literal:
        return get_args(kind)
    return (0,) if kind is int else None
