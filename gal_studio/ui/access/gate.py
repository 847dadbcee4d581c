"""The access check that every request passes first, including those to Gradio's own routes.

It checks, in this order: the Host header (DNS rebinding), the origin (cross-site requests), the size of the
body, and the session (sign-in). A refused request reaches no route.
"""

import asyncio
import logging
import math
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gal_studio.ui.access.credentials import SESSION_SECONDS, Attempts, Credentials, Sessions
from gal_studio.ui.access.origins import OWN_NAMES, from_elsewhere, is_foreign, is_own_name
from gal_studio.ui.api.archives import IMPORT_PATH, LARGEST_ARCHIVE
from gal_studio.ui.api.errors import UNEXPECTED
from gal_studio.ui.api.uploads import LARGEST_REQUEST, UPLOAD_PATH
from gal_studio.ui.page.headers import content_policy, protect
from gal_studio.ui.page.sign_in import bounce_page, sign_in_page, signed_in_page

SIGN_IN, SIGN_OUT = "/sign-in", "/sign-out"
LARGEST_BODY, LARGEST_FORM = 16 << 20, 4096
_FORM_SECONDS = 10
_BODY_SECONDS = 30  # between two parts of a request
_OTHER_NAME = "This studio does not answer to that name: use its own address, or give --allow-host."
_OTHER_SITE = "The request comes from another site: open the studio in a tab of its own."
_TOO_LARGE = "The request is too large: send a smaller file."
_SIGN_IN_FIRST = "Sign in first: open the studio's address in a browser."
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Rules:
    """Who has access (without credentials: anyone who can reach the server), and by which host names."""

    names: frozenset[str] = OWN_NAMES
    any_address: bool = False
    credentials: Credentials | None = None
    sessions: Sessions | None = None
    attempts: Attempts = field(default_factory=Attempts)


class Access:
    """The access check around the whole app."""

    def __init__(self, app: ASGIApp, rules: Rules) -> None:
        self.app, self.rules = app, rules
        self._sign_in = SignIn(rules.credentials, rules) if rules.credentials else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a request, or pass it on with a limited body and security headers on the response."""
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
            return PlainTextResponse(_TOO_LARGE, 413)
        return await self._sign_in.answer(request) if self._sign_in else None

    def _is_out_of_place(self, request: HTTPConnection, method: str) -> str:
        if not is_own_name(request.headers.get("host"), self.rules.names, self.rules.any_address):
            return _OTHER_NAME
        return _OTHER_SITE if is_foreign(method, request.headers) else ""

    def _is_known(self, request: HTTPConnection) -> bool:
        return self._sign_in is None or self._sign_in.knows(request)


def _largest(path: str) -> int:
    largest = {
        UPLOAD_PATH: LARGEST_REQUEST,
        IMPORT_PATH: LARGEST_ARCHIVE,
        SIGN_IN: LARGEST_FORM,
        SIGN_OUT: LARGEST_FORM,
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


class SignIn:
    """Accepts requests with a session, and opens a session for the right password."""

    def __init__(self, credentials: Credentials, rules: Rules) -> None:
        self._credentials, self._attempts = credentials, rules.attempts
        self._sessions = rules.sessions or Sessions(None, credentials)

    def knows(self, request: HTTPConnection) -> bool:
        """Whether the request has the cookie of an open session."""
        return self._sessions.holds(request.cookies.get(_cookie(request)))

    async def answer(self, request: Request) -> Response | None:
        """The response of the sign-in, or to a request without a session; None to pass the request on."""
        if request.scope["path"] == SIGN_IN:
            return await self._sign_in(request)
        if not self.knows(request):
            return self._stranger(request)
        if request.scope["path"] == SIGN_OUT and request.method == "POST":
            return self._sign_out(request)
        return None

    def _stranger(self, request: Request) -> Response:
        if request.method != "GET" or "text/html" not in request.headers.get("accept", ""):
            return PlainTextResponse(_SIGN_IN_FIRST, 401)
        query = request.scope["query_string"].decode("latin-1") if request.scope["path"] == "/" else ""
        if from_elsewhere(request.headers):
            return _page(bounce_page(_address(query)), 200)
        return self._form(401, query)

    async def _sign_in(self, request: Request) -> Response:
        if request.method == "POST":
            try:
                async with asyncio.timeout(_FORM_SECONDS):
                    body = (await request.body()).decode("utf-8", "replace")
                form = dict(parse_qsl(body, max_num_fields=20))
            except (TimeoutError, ClientDisconnect):
                return self._form(408)
            except ValueError:
                return self._form(400)
            return self._attempt(request, form)
        token = request.query_params.get("token")
        if token is not None and not self._credentials.user:
            return self._attempt(request, {"secret": token})
        if self.knows(request):
            return _page(signed_in_page(), 200)
        return self._form(200)

    def _attempt(self, request: Request, form: dict[str, str]) -> Response:
        client = request.client.host if request.client else ""
        query, user = form.get("query", ""), form.get("user", "")
        if wait := math.ceil(self._attempts.wait(client)):
            answer = self._form(429, query, f"Too many attempts: try again in {_spoken(wait)}.", user)
            answer.headers["Retry-After"] = str(wait)
            return answer
        if not self._credentials.accepts(user, form.get("secret", "")):
            self._attempts.failed(client)
            _log.warning("A sign-in from %s was refused.", client)
            return self._form(401, query, "The sign-in is wrong: try again.", user)
        self._attempts.succeeded(client)
        return self._accept(request, query)

    def _accept(self, request: Request, query: str) -> Response:
        if request.method == "POST":
            answer: Response = RedirectResponse(_address(query), 303)
        else:  # the link with the token may come from another site
            answer = _page(bounce_page(_address(query)), 200)
        answer.set_cookie(
            _cookie(request),
            self._sessions.open(),
            max_age=SESSION_SECONDS,
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )
        return answer

    def _sign_out(self, request: Request) -> Response:
        self._sessions.close(request.cookies.get(_cookie(request)))
        answer = RedirectResponse(SIGN_IN, 303, {"Clear-Site-Data": '"cache"'})
        answer.delete_cookie(_cookie(request), httponly=True, samesite="strict")
        return answer

    def _form(self, status: int, query: str = "", refusal: str = "", user: str = "") -> Response:
        return _page(sign_in_page(bool(self._credentials.user), query, refusal, user), status)


def _page(html: str, status: int) -> Response:
    headers = {"Cache-Control": "no-store", "Content-Security-Policy": content_policy(html)}
    return HTMLResponse(html, status, headers)


def _cookie(request: HTTPConnection) -> str:
    """The name of the cookie: it has the port, since browsers share cookies between ports of a host."""
    server = request.scope.get("server") or ("", 0)
    return f"gal_studio_{server[1] or 0}"


def _address(query: str) -> str:
    """The address of the page with this query, and of nothing else."""
    kept = urlencode(parse_qsl(query))
    return f"/?{kept}" if kept else "/"


def _spoken(seconds: int) -> str:
    return f"{seconds} s" if seconds < 120 else f"{math.ceil(seconds / 60)} minutes"
