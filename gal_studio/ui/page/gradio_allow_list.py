"""Gradio serves much that this page never asks for: files by path, a proxy, its API, monitoring, an editor.

All of it is closed. What the page needs is listed here; a new Gradio version cannot open anything by itself.
"""

from fastapi import FastAPI
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, get_route_path
from starlette.types import ASGIApp, Receive, Scope, Send

READ = frozenset({"/", "/theme.css", "/static/js/iframeResizer.contentWindow.min.js"})
READ_BELOW = "/assets/"
LONGEST = 200  # characters; Gradio asks the disk, which stumbles over longer names
CALLED = frozenset({"/gradio_api/component_server", "/gradio_api/component_server/"})


def is_needed(method: str, path: str) -> bool:
    """Whether the page asks Gradio for this: itself, its scripts and styles, and calls of our handlers."""
    if method in ("GET", "HEAD"):
        return path in READ or (path.startswith(READ_BELOW) and len(path) <= LONGEST)
    return method == "POST" and path in CALLED


class Narrow:
    """Gradio's application behind a list of what is needed of it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is needed; nothing else exists."""
        if scope["type"] == "http" and not is_needed(scope["method"], get_route_path(scope)):
            await PlainTextResponse("There is no such page.", 404)(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await self.app(scope, receive, send)


def narrow_gradio(app: FastAPI) -> None:
    """Put the list before Gradio, which `mount_gradio_app` has mounted last."""
    mount = app.routes[-1]
    if not isinstance(mount, Mount):
        raise TypeError("Gradio is not mounted where it was expected")
    mount.app = Narrow(mount.app)
