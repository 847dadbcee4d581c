"""The door: every request of the page is checked against its type before it reaches a handler."""

import functools
from typing import Any, get_type_hints

from pydantic import TypeAdapter, ValidationError

from gal_studio.core.errors import StudioError
from gal_studio.ui.payloads import Payload
from gal_studio.ui.payloads.types.asked import Requests, WriteRequests

REQUESTS: dict[str, Any] = {
    **get_type_hints(Requests, include_extras=True), **get_type_hints(WriteRequests, include_extras=True)
}  # fmt: skip
"""The type of each request, by the name of its handler."""


@functools.cache
def _adapter(name: str) -> TypeAdapter[Any]:
    return TypeAdapter(REQUESTS.get(name, dict[str, Any]))


def checked(name: str, request: object) -> Payload:
    """The request if it is what the handler of this name takes; refused with what is wrong in it."""
    try:
        valid: Payload = _adapter(name).validate_python(request, strict=True, extra="forbid")
    except ValidationError as error:
        raise StudioError(
            f"The request {name!r} is not understood ({first_fault(error)}): load the page again."
        ) from error
    return valid


def first_fault(error: ValidationError) -> str:
    """The first thing that is wrong and where, without what was given."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(str(step)[:40] for step in first["loc"][:6])
    return f"{place}: {first['msg']}" if place else first["msg"]
