"""The route for writes: batches in the order of the clicks, each write done once by its idempotency key."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse, Response

from gal_studio.core import strict_json
from gal_studio.core.errors import StudioError
from gal_studio.studio import Studio
from gal_studio.ui.api.calls import json_response
from gal_studio.ui.api.errors import guarded
from gal_studio.ui.payloads import Payload
from gal_studio.ui.payloads.door import checked

WRITES_PATH = "/writes"
LONGEST_ID = 64  # characters of an idempotency key
_UNKNOWN = "The studio does not know this change: load the page again."
Acts = Mapping[str, Callable[[Studio, Payload], Payload | None]]


@dataclass(frozen=True)
class Writes:
    """The functions that do each write, by name.

    One in `atomic` runs in a single transaction, in which its answer is stored too. One in `outside` reads or
    deletes files, and has transactions of its own; `request["origin"]` is its idempotency key, by which it
    finds a project that it has already created.
    """

    atomic: Acts
    outside: Acts


def is_list_of_writes(given: Any) -> bool:
    """Whether this is `[{id, name, request}, ...]`; `id` is the idempotency key."""
    return isinstance(given, list) and all(
        isinstance(write, dict)
        and isinstance(write.get("id"), str)
        and 0 < len(write["id"]) <= LONGEST_ID
        and isinstance(write.get("name"), str)
        and isinstance(write.get("request"), dict)
        for write in given
    )


def answer(studio: Studio, known: Writes, write: Payload) -> Payload:
    """Do a write unless it was done before; an error is returned as `{"error": sentence}`."""
    key, name = write["id"], write["name"]
    answers = studio.store.answers

    def once(given: Payload) -> Payload:
        request = checked(name, given) if name in known.atomic or name in known.outside else given
        if name in known.atomic:
            return answers.once(key, lambda: known.atomic[name](studio, request) or {})
        if name in known.outside:
            request = {**request, "origin": key}
            return answers.once_outside(key, lambda: known.outside[name](studio, request) or {})
        raise StudioError(_UNKNOWN)  # from a page that is older than the studio

    return guarded(once)(write["request"])


def add_writes_route(app: FastAPI, studio: Studio, known: Writes) -> None:
    """Accept batches of writes; the answers have the same order."""

    @app.post(WRITES_PATH)
    async def writes(request: Request) -> Response:
        try:
            given = strict_json.loads(await request.body())
        except (StudioError, ClientDisconnect):  # the page was closed while sending; the next one sends again
            given = None
        if not is_list_of_writes(given):
            return PlainTextResponse(_UNKNOWN, 400)
        return json_response(
            await run_in_threadpool(lambda: [answer(studio, known, write) for write in given])
        )
