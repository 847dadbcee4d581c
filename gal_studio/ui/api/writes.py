"""The route for writes: batches in the order of the clicks, each write done once by its idempotency key."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse, Response

from gal_studio.core import strict_json
from gal_studio.core.errors import StudioError
from gal_studio.state.files.unfinished import mark_of
from gal_studio.ui import requests
from gal_studio.ui.api.calls import json_response
from gal_studio.ui.api.errors import guarded
from gal_studio.ui.payloads import Payload
from gal_studio.ui.requests import Context

WRITES_PATH = "/writes"
LONGEST_ID = 64  # characters of an idempotency key
_UNKNOWN = "The studio does not know this change: reload the page."
_ELSEWHERE = (
    "Another workspace of GAL Studio is open at this address. Start the one of this page here again: your "
    "changes are kept."
)
OF_WORKSPACE = "GAL-Studio-Workspace"
"""The header with the mark of the workspace that the page was loaded from."""
Known = Mapping[str, requests.Request]


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


def answer(context: Context, known: Known, write: Payload) -> Payload:
    """Do a write unless it was done before; an error is returned as `{"error": sentence}`."""
    request, answers = known.get(write["name"]), context.studio.store.answers

    def once(given: Payload) -> Payload:
        if request is None or request.mode == "read":
            raise StudioError(_UNKNOWN)  # from a page that is older than the studio
        question, keyed = request.check(given), replace(context, key=write["id"])
        once = answers.once if request.mode == "write" else answers.once_outside
        return once(keyed.key, lambda: request.answer(keyed, question))

    return guarded(once, context.damage)(write["request"])


def add_writes_route(app: FastAPI, context: Context, known: Known) -> None:
    """Accept batches of writes; the answers have the same order."""
    workspace = mark_of(context.studio.store.workspace)

    @app.post(WRITES_PATH)
    async def writes(request: Request) -> Response:
        if (request.headers.get(OF_WORKSPACE) or workspace) != workspace:
            return PlainTextResponse(_ELSEWHERE, 403)
        try:
            given = strict_json.loads(await request.body())
        except (StudioError, ClientDisconnect):  # the page was closed while sending; the next one sends again
            given = None
        if not is_list_of_writes(given):
            return PlainTextResponse(_UNKNOWN, 400)
        return json_response(
            await run_in_threadpool(lambda: [answer(context, known, write) for write in given])
        )
