"""What the page changes: lists in the order of the clicks; a change that comes again is not done again."""

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, PlainTextResponse, Response

from gal_studio.studio import Studio
from gal_studio.ui.api.errors import guarded
from gal_studio.ui.payloads.rounds import Payload

WRITES_PATH = "/writes"
LONGEST_ID = 64  # letters
_UNKNOWN = "The studio does not know this change: load the page again."
Acts = Mapping[str, Callable[[Studio, Payload], Payload]]
"""What each change does, by the name under which the page sends it."""


def is_list_of_writes(given: Any) -> bool:
    """Whether this is `[{id, name, request}, ...]`."""
    return isinstance(given, list) and all(
        isinstance(write, dict)
        and isinstance(write.get("id"), str)
        and 0 < len(write["id"]) <= LONGEST_ID
        and isinstance(write.get("name"), str)
        and isinstance(write.get("request"), dict)
        for write in given
    )


def answer(studio: Studio, acts: Acts, write: Payload) -> Payload:
    """Do one change, unless it was done before; a refusal is `{"error": sentence}`."""
    act = acts.get(write["name"])
    if act is None:  # of a page that is older than the studio
        return {"error": _UNKNOWN}

    def once(request: Payload) -> Payload:
        return studio.store.answers.once(write["id"], lambda: act(studio, request))

    return guarded(once)(write["request"])


def add_writes_route(app: FastAPI, studio: Studio, acts: Acts) -> None:
    """Take changes, and answer them in their order."""

    @app.post(WRITES_PATH)
    async def writes(request: Request) -> Response:
        try:
            given = await request.json()
        except (ValueError, ClientDisconnect):  # the page went away while it sent: the next one sends again
            given = None
        if not is_list_of_writes(given):
            return PlainTextResponse(_UNKNOWN, 400)
        return JSONResponse(await run_in_threadpool(lambda: [answer(studio, acts, write) for write in given]))
