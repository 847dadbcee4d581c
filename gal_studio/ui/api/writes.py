"""What the page changes: lists in the order of the clicks; a change that comes again is not done again."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, PlainTextResponse, Response

from gal_studio.studio import Studio
from gal_studio.ui.api.errors import guarded
from gal_studio.ui.panels import reference, refine, rounds
from gal_studio.ui.payloads.rounds import Payload

WRITES_PATH = "/writes"
LONGEST_ID = 64  # letters
_UNKNOWN = "The studio does not know this change: load the page again."
_WHOLE_PROJECTS = ("create", "try_demo", "delete")  # they read or remove files: not in one transaction
ACTS: Mapping[str, Callable[[Studio, Payload], Payload]] = MappingProxyType(
    {
        name: act
        for name, act in {**rounds.ACTS, **refine.ACTS, **reference.ACTS}.items()
        if name not in _WHOLE_PROJECTS
    }
)


def is_list_of_writes(given: Any) -> bool:
    """Whether this is `[{id, name, request}, ...]`."""
    return isinstance(given, list) and all(
        isinstance(entry, dict)
        and isinstance(entry.get("id"), str)
        and 0 < len(entry["id"]) <= LONGEST_ID
        and isinstance(entry.get("name"), str)
        and isinstance(entry.get("request"), dict)
        for entry in given
    )


def answer(studio: Studio, write: Payload) -> Payload:
    """Do one change, unless it was done before; a refusal is `{"error": sentence}`."""
    act = ACTS.get(write["name"])
    if act is None:  # of a page that is older than the studio
        return {"error": _UNKNOWN}

    def once(request: Payload) -> Payload:
        return studio.store.answers.once(write["id"], lambda: act(studio, request))

    return guarded(once)(write["request"])


def add_writes_route(app: FastAPI, studio: Studio) -> None:
    """Take changes, and answer them in their order."""

    @app.post(WRITES_PATH)
    async def writes(request: Request) -> Response:
        try:
            given = await request.json()
        except (ValueError, ClientDisconnect):  # the page went away while it sent: the next one sends again
            given = None
        if not is_list_of_writes(given):
            return PlainTextResponse(_UNKNOWN, 400)
        return JSONResponse(await run_in_threadpool(lambda: [answer(studio, write) for write in given]))
