"""Signing in and out: the form, the link with a token, and the sign-in of programs."""

import asyncio
import logging
import math
import re
from urllib.parse import parse_qsl, urlencode

from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response

from gal_studio.ui.access.credentials import Credentials
from gal_studio.ui.access.origins import from_elsewhere
from gal_studio.ui.access.rules import Rules
from gal_studio.ui.access.sessions import SESSION_SECONDS, Sessions
from gal_studio.ui.access.sign_in_page import bounce_page, sign_in_page, signed_in_page
from gal_studio.ui.page.headers import content_policy

SIGN_IN, SIGN_OUT = "/sign-in", "/sign-out"
LOG_IN = "/login"  # where Gradio's client signs in
_FORM_SECONDS = 10
_SIGN_IN_FIRST = "Sign in first: open the studio's address in a browser."
_log = logging.getLogger(__name__)


class SignIn:
    """Accepts requests with a session, and opens a session for the right password."""

    def __init__(self, credentials: Credentials, rules: Rules, root_path: str = "") -> None:
        self._credentials, self._attempts, self._programs = credentials, rules.attempts, rules.programs
        self._ticket = rules.ticket
        self._sessions = rules.sessions or Sessions(None, credentials)
        self._of_programs = Sessions(None, credentials)  # apart: many of them would end a person's
        self._root_path = root_path

    def knows(self, request: HTTPConnection) -> bool:
        """Whether the request has the cookie of an open session."""
        cookie = request.cookies.get(self._cookie(request))
        return self._sessions.holds(cookie) or self._of_programs.holds(cookie)

    async def answer(self, request: Request) -> Response | None:
        """The response of the sign-in, or to a request without a session; None to pass the request on."""
        if request.scope["path"] == SIGN_IN:
            return await self._sign_in(request)
        if self._programs and request.scope["path"] == LOG_IN and request.method == "POST":
            return await self._log_in(request)
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
            return _page(bounce_page(_up(request) + _address(query)), 200)
        return self._form(401, query, up=_up(request))

    async def _sign_in(self, request: Request) -> Response:
        if request.method == "POST":
            form = await _read_form(request)
            return self._form(form) if isinstance(form, int) else self._attempt(request, form)
        token = request.query_params.get("token")
        if token is not None and not self._credentials.user:
            return self._by_link(request, token)
        if self.knows(request):
            return _page(signed_in_page(), 200)
        return self._form(200)

    def _by_link(self, request: Request, token: str) -> Response:
        """The link with the token or the ticket.

        Other sites can open it, so that wrong ones use up no attempts; both are too long to be guessed.
        """
        if not (self._credentials.accepts("", token) or self._ticket.redeem(token)):
            return self._form(401, "", "The sign-in is wrong: try again.")
        return self._accept(request, "")

    async def _log_in(self, request: Request) -> Response:
        """Sign in a program: the same attempts and sessions, answered without a page."""
        form = await _read_form(request)
        if isinstance(form, int):
            return PlainTextResponse(_SIGN_IN_FIRST, form)
        user, secret = form.get("username", ""), form.get("password", "")
        made = self._attempt(request, {"user": user, "secret": secret}, self._of_programs)
        if "set-cookie" in made.headers:
            return JSONResponse({"success": True}, headers={"Set-Cookie": made.headers["set-cookie"]})
        return PlainTextResponse("The sign-in is wrong, or it was tried too often.", made.status_code)

    def _attempt(self, request: Request, form: dict[str, str], sessions: Sessions | None = None) -> Response:
        client = request.client.host if request.client else ""
        query, user = form.get("query", ""), form.get("user", "")
        if wait := math.ceil(self._attempts.wait(client)):
            answer = self._form(429, query, f"Too many attempts: try again in {_duration_words(wait)}.", user)
            answer.headers["Retry-After"] = str(wait)
            return answer
        if not self._credentials.accepts(user, form.get("secret", "")):
            self._attempts.failed(client)
            _log.warning("A sign-in from %s was refused.", client)
            return self._form(401, query, "The sign-in is wrong: try again.", user)
        self._attempts.succeeded(client)
        return self._accept(request, query, sessions)

    def _accept(self, request: Request, query: str, sessions: Sessions | None = None) -> Response:
        if request.method == "POST":
            answer: Response = RedirectResponse(_address(query), 303)
        else:  # the link with the token may come from another site
            answer = _page(bounce_page(_address(query)), 200)
        answer.set_cookie(
            self._cookie(request),
            (sessions or self._sessions).open(),
            max_age=SESSION_SECONDS,
            path=self._root_path or "/",
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )
        return answer

    def _sign_out(self, request: Request) -> Response:
        for sessions in (self._sessions, self._of_programs):
            sessions.close(request.cookies.get(self._cookie(request)))
        answer = RedirectResponse(SIGN_IN.removeprefix("/"), 303, {"Clear-Site-Data": '"cache"'})
        name, path = self._cookie(request), self._root_path or "/"
        answer.delete_cookie(name, path=path, httponly=True, samesite="strict")
        return answer

    def _cookie(self, request: HTTPConnection) -> str:
        """The name of the cookie: it has the port and the path, since all of a host share their cookies.

        Not the port that this process listens on: in containers and behind tunnels, several have the same.
        """
        return f"gal_studio_{request.url.port or 0}{re.sub('[^A-Za-z0-9]', '_', self._root_path)}"

    def _form(
        self, status: int, query: str = "", refusal: str = "", user: str = "", up: str = ""
    ) -> Response:
        return _page(sign_in_page(bool(self._credentials.user), query, refusal, user, up), status)


async def _read_form(request: Request) -> dict[str, str] | int:
    """The fields of a form, or the status with which it is refused."""
    try:
        async with asyncio.timeout(_FORM_SECONDS):
            body = (await request.body()).decode("utf-8", "replace")
        return dict(parse_qsl(body, max_num_fields=20))
    except (TimeoutError, ClientDisconnect):
        return 408
    except ValueError:
        return 400


def _page(html: str, status: int) -> Response:
    headers = {"Cache-Control": "no-store", "Content-Security-Policy": content_policy(html)}
    return HTMLResponse(html, status, headers)


def _address(query: str) -> str:
    """The address of the page with this query, and of nothing else, seen from that of the sign-in."""
    kept = urlencode(parse_qsl(query))
    return f"./?{kept}" if kept else "./"


def _up(request: Request) -> str:
    """The way from a requested address to the studio's: "" from the page, "../" from `/project/ID`."""
    return "../" * (str(request.scope["path"]).count("/") - 1)


def _duration_words(seconds: int) -> str:
    return f"{seconds} s" if seconds < 120 else f"{math.ceil(seconds / 60)} minutes"
