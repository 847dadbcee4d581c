"""Close all routes of Gradio that the page does not use: files by path, a proxy, its API, monitoring.

The routes that the page uses are listed here, so that a new version of Gradio cannot open others.
"""

from collections.abc import Mapping
from types import MappingProxyType

from fastapi import FastAPI
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, get_route_path
from starlette.types import ASGIApp, Receive, Scope, Send

from gal_studio.ui.programs import queue

READ = frozenset({"/", "/theme.css", "/static/js/iframeResizer.contentWindow.min.js"})
READ_BELOW = "/assets/"
LONGEST = 200  # characters; Gradio looks the path up on the disk, where longer names raise an error


def is_needed(method: str, path: str) -> bool:
    """Whether the page uses this route: the page itself, scripts and styles."""
    is_asset = path.startswith(READ_BELOW) and len(path) <= LONGEST
    return method in ("GET", "HEAD") and (path in READ or is_asset)


class Narrow:
    """Gradio's app behind the list of allowed routes."""

    def __init__(self, app: ASGIApp, endpoints: Mapping[int, int] = MappingProxyType({})) -> None:
        self.app = app
        self._queue = queue.Queue(app, endpoints) if endpoints else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass allowed requests on, without Gradio's parameters; answer others with 404."""
        if self._queue is not None and is_call(scope):
            await self._queue.join(scope, receive, send)
        elif self._queue is not None and _is_answer(scope):
            await self._queue.read(scope, receive, send)
        elif scope["type"] == "http" and not self._is_needed(scope["method"], get_route_path(scope)):
            await PlainTextResponse("There is no such page.", 404)(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await self.app({**scope, "query_string": b""}, receive, send)

    def _is_needed(self, method: str, path: str) -> bool:
        for_programs = self._queue is not None and method in ("GET", "HEAD") and path in queue.READ
        return for_programs or is_needed(method, path)


def is_call(scope: Scope) -> bool:
    """Whether a program calls a named endpoint."""
    return scope["type"] == "http" and scope["method"] == "POST" and get_route_path(scope) == queue.JOIN


def _is_answer(scope: Scope) -> bool:
    """Whether a program reads the answers to its calls."""
    return scope["type"] == "http" and scope["method"] == "GET" and get_route_path(scope) == queue.DATA


def narrow_gradio(app: FastAPI, endpoints: Mapping[int, int] = MappingProxyType({})) -> None:
    """Put the list in front of Gradio, which `mount_gradio_app` has mounted last.

    `endpoints` are the functions that programs may call, with how many values each takes; without any, there
    is no queue.
    """
    mount = app.routes[-1]
    if not isinstance(mount, Mount):
        raise TypeError("Gradio is not mounted where it was expected")
    mount.app = Narrow(mount.app, endpoints)
