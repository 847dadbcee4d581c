"""The routes of Gradio that its client needs, and a check of each call before Gradio sees it."""

import json
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlencode

from pydantic import Field, TypeAdapter, ValidationError
from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from typing_extensions import TypedDict

from gal_studio.core import strict_json
from gal_studio.core.errors import StudioError
from gal_studio.ui.programs.pictures import with_uploads

JOIN = "/gradio_api/queue/join"
DATA = "/gradio_api/queue/data"
READ = frozenset({"/config", "/gradio_api/info", DATA})
_UNKNOWN = "This is not a call of a named endpoint: see docs/python.md."


class Call(TypedDict):
    """A call of an endpoint, as far as it is passed on."""

    fn_index: int
    session_hash: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[\w-]+$")]
    data: Annotated[list[Any], Field(max_length=20)]


_CALL = TypeAdapter(Call)


class Queue:
    """Passes calls of the named endpoints on to Gradio's queue: nothing but what `Call` has, files as IDs.

    `endpoints` are the numbers of the functions, with how many values each takes.
    """

    def __init__(self, gradio: ASGIApp, endpoints: Mapping[int, int]) -> None:
        self._gradio, self._endpoints = gradio, dict(endpoints)

    async def join(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check a call and pass it on."""
        try:
            body = await Request(scope, receive).body()
            call = _CALL.validate_python(strict_json.loads(body), strict=True)
        except (StudioError, ValidationError, ClientDisconnect):
            await PlainTextResponse(_UNKNOWN, 400)(scope, receive, send)
            return
        if self._endpoints.get(call["fn_index"]) != len(call["data"]):
            await PlainTextResponse(_UNKNOWN, 404)(scope, receive, send)
            return
        sent = json.dumps({**call, "data": with_uploads(call["data"])}).encode()
        headers = [pair for pair in scope["headers"] if pair[0] not in (b"content-length", b"content-type")]
        headers += [(b"content-length", str(len(sent)).encode()), (b"content-type", b"application/json")]
        await self._gradio({**scope, "headers": headers, "query_string": b""}, _whole(sent, receive), send)

    async def read(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request for the answers of a session on."""
        session = QueryParams(scope["query_string"]).get("session_hash", "")
        scope = {**scope, "query_string": urlencode({"session_hash": session}).encode()}
        try:
            await self._gradio(scope, receive, send)
        except RuntimeError as error:
            if not isinstance(error.__cause__, HTTPException):
                raise
            # Gradio has told its client that it does not know the session, and then breaks off
            await send({"type": "http.response.body", "body": b"", "more_body": False})


def _whole(body: bytes, rest: Receive) -> Receive:
    """Receive this body, and then whatever comes."""
    left = [body]

    async def receive() -> Message:
        if left:
            return {"type": "http.request", "body": left.pop(), "more_body": False}
        return await rest()

    return receive
