"""The access check that every request passes first, including those to Gradio's own routes.

It checks, in this order: the Host header (DNS rebinding), the origin (cross-site requests), the size of the
body, and the session (sign-in). A refused request reaches no route.
"""

import asyncio
import logging

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gal_studio.ui.access.origins import is_foreign, is_own_name, lost_port, origin_of, says_same_origin
from gal_studio.ui.access.rules import Rules
from gal_studio.ui.access.sign_in import LOG_IN, SIGN_IN, SIGN_OUT, SignIn
from gal_studio.ui.api.archives import IMPORT_PATH, LARGEST_ARCHIVE
from gal_studio.ui.api.caption_files import CAPTIONS_PATH, LARGEST_CAPTIONS
from gal_studio.ui.api.errors import UNEXPECTED
from gal_studio.ui.api.lora_files import LARGEST_LORA, LORA_PATH, LORA_TOO_LARGE
from gal_studio.ui.api.uploads import LARGEST_REQUEST, UPLOAD_PATH
from gal_studio.ui.page.headers import protect

LARGEST_BODY, LARGEST_FORM = 1 << 20, 4096  # bytes
_BODY_SECONDS = 30  # between two parts of a request
_OTHER_NAME = "This studio does not answer to that name: use its own address, or give --allow-host."
_OTHER_SITE = "The request comes from another site: open the studio in its own tab."
_LOST_PORT = (
    "A proxy drops the port of this address: in nginx, set proxy_set_header Host $http_host. "
    "Your changes are kept."
)
_CHANGED_HOST = (
    "A proxy or a forwarded port changes the Host or the Origin of this address: in nginx, set "
    "proxy_set_header Host $http_host; otherwise sign in, or start the studio with --allow-host and the name "
    "in the address bar. Your changes are kept."
)
_OTHER_OR_PROXY = (
    "The request comes from another site, or through a proxy that changes its Host (in nginx, set "
    "proxy_set_header Host $http_host): open the studio in its own tab."
)
_TOO_LARGE = "The request is too large: send a smaller file."
_LARGE = {
    IMPORT_PATH: "The project is too large for the page: import it with "
    "gal-studio import-project FILE.zip --workspace FOLDER.",
    LORA_PATH: LORA_TOO_LARGE,
}
_CLAIMS = (b"x-forwarded-host", b"x-gradio-")
"""How headers begin by which Gradio would take another address for the studio's: anybody can send them."""
_log = logging.getLogger(__name__)


class Access:
    """The access check around the whole app."""

    def __init__(self, app: ASGIApp, rules: Rules, root_path: str = "") -> None:
        self.app, self.rules, self._root_path = app, rules, root_path
        self._sign_in = SignIn(rules.credentials, rules, root_path) if rules.credentials else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a request, or pass it on with a limited body and security headers on the response."""
        if "headers" in scope:
            believed = [pair for pair in scope["headers"] if not pair[0].lower().startswith(_CLAIMS)]
            scope = {**scope, "headers": believed}
        if self._root_path and scope["type"] != "lifespan":
            scope = self._without_root(scope)
        if scope["type"] == "http":
            await self._answer(scope, receive, send)
        elif scope["type"] != "websocket":
            await self.app(scope, receive, send)
        elif self._is_out_of_place(HTTPConnection(scope), "CONNECT") or not self._is_known(
            HTTPConnection(scope)
        ):
            await send({"type": "websocket.close", "code": 1008})
        else:
            await self.app(scope, receive, send)

    def _without_root(self, scope: Scope) -> Scope:
        """The request as if the studio had its address for itself."""
        path = str(scope["path"])
        if path != self._root_path and not path.startswith(f"{self._root_path}/"):
            return scope
        inside = path.removeprefix(self._root_path) or "/"
        return {**scope, "path": inside, "raw_path": inside.encode()}

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        bounded = Bounded(receive, send, _largest(scope["path"]))
        request = Request(scope, bounded.receive)
        try:
            refusal = await self._refusal(request)
            await (refusal or self.app)(scope, bounded.receive, bounded.send)
        except Exception:
            if not bounded.exceeded:
                _log.exception("the request %s %s failed", request.method, request.scope["path"][:200])
                if not bounded.started:
                    await PlainTextResponse(UNEXPECTED, 500)(scope, receive, bounded.send)
        if bounded.exceeded and not bounded.started:
            bounded.exceeded = False
            await PlainTextResponse(_TOO_LARGE, 413)(scope, receive, bounded.send)

    async def _refusal(self, request: Request) -> Response | None:
        if problem := self._is_out_of_place(request, request.method):
            return PlainTextResponse(problem, 403)
        declared = request.headers.get("content-length", "0")
        if not declared.isdecimal() or len(declared) > 12 or int(declared) > _largest(request.scope["path"]):
            return PlainTextResponse(_LARGE.get(request.scope["path"], _TOO_LARGE), 413)
        return await self._sign_in.answer(request) if self._sign_in else None

    def _is_out_of_place(self, request: HTTPConnection, method: str) -> str:
        if not is_own_name(request.headers.get("host"), self.rules.names, self.rules.any_address):
            return _OTHER_NAME
        headers = request.headers
        if not is_foreign(method, headers):
            return ""
        if lost_port(headers):
            return "" if self._is_believed(request) else _LOST_PORT
        if says_same_origin(headers):
            return "" if self._is_believed(request) else _CHANGED_HOST
        return _OTHER_SITE if "sec-fetch-site" in headers else _OTHER_OR_PROXY

    def _is_believed(self, request: HTTPConnection) -> bool:
        """Whether "same-origin" counts although Host and Origin differ, as a proxy makes them.

        It does for whoever is signed in, or signs in: a name that another site points to this machine gets no
        cookie of ours. Without a sign-in, the page's name has to be one of the studio's.
        """
        if not says_same_origin(request.headers):
            return False
        if self._sign_in is not None:
            return request.scope["path"] in (SIGN_IN, LOG_IN) or self._sign_in.knows(request)
        return is_own_name(origin_of(request.headers), self.rules.names, self.rules.any_address)

    def _is_known(self, request: HTTPConnection) -> bool:
        return self._sign_in is None or self._sign_in.knows(request)


def _largest(path: str) -> int:
    largest = {
        UPLOAD_PATH: LARGEST_REQUEST,
        CAPTIONS_PATH: LARGEST_CAPTIONS,
        IMPORT_PATH: LARGEST_ARCHIVE,
        LORA_PATH: LARGEST_LORA,
        SIGN_IN: LARGEST_FORM,
        SIGN_OUT: LARGEST_FORM,
        LOG_IN: LARGEST_FORM,
    }
    return largest.get(path, LARGEST_BODY)


class Bounded:
    """Limits the size of a request and adds security headers to its response."""

    def __init__(self, receive: Receive, send: Send, largest: int) -> None:
        self._receive, self._send, self._left = receive, send, largest
        self.exceeded = self.started = self._complete = False

    async def receive(self) -> Message:
        """The next message; a body beyond the limit counts as a disconnect."""
        message = {"type": "http.disconnect"} if self.exceeded else await self._next()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            self.exceeded = True
            return {"type": "http.disconnect"}
        return message

    async def _next(self) -> Message:
        """The next message; a client that sends nothing for too long counts as gone."""
        if self._complete:
            return await self._receive()
        try:
            async with asyncio.timeout(_BODY_SECONDS):
                message = await self._receive()
        except TimeoutError:
            return {"type": "http.disconnect"}
        self._complete = not message.get("more_body", False)
        return message

    async def send(self, message: Message) -> None:
        """Send a message with security headers; the response to a too large request is dropped."""
        if self.exceeded and not self.started:
            return
        if message["type"] == "http.response.start":
            self.started = True
            message = {**message, "headers": list(message.get("headers", ()))}
            protect(MutableHeaders(raw=message["headers"]))
        await self._send(message)
