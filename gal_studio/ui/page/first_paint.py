"""Puts our styles, modules and the frame of the page into the HTML itself.

Gradio adds a given `head` only after its own scripts have run; written into the HTML, our files load beside
them, the theme is right before the first paint, and the first paint shows the frame of the page.
"""

import re

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gal_studio.ui.page.headers import content_policy
from gal_studio.ui.page.static import THEME, files, template, ui_address

_MANIFEST = '<link rel="manifest" href="/manifest.json" />'  # an app to install, which this page is not


def head() -> str:
    """What stands in the page's head."""
    modules = [name for name in files() if name.endswith(".js")]
    preload = "".join(f'<link rel="modulepreload" href="{ui_address(name)}">' for name in sorted(modules))
    icon = f'<link rel="icon" type="image/svg+xml" href="{ui_address("kit/icon.svg")}">'
    return f'{THEME}{icon}<link rel="stylesheet" href="{ui_address("studio.css")}">{preload}'


def with_first_paint(html: str) -> str:
    """The page with our head and the frame that is shown until the panels are there."""
    html = html.replace(_MANIFEST, "", 1).replace("</head>", f"{head()}</head>", 1)
    return re.sub(r"<body[^>]*>", lambda body: body.group() + template("kit/splash"), html, count=1)


class FirstPaint:
    """Changes the answer for the page itself, and nothing else."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; hold the page back until it is whole."""
        if scope["type"] != "http" or scope["path"] != "/" or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        start: Message = {}
        body = b""

        async def collect(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                start = message
            elif message["type"] == "http.response.body":
                body += message.get("body", b"")
                if not message.get("more_body", False):
                    await _send_page(start, body, send)
            else:
                await send(message)

        await self.app(scope, receive, collect)


async def _send_page(start: Message, body: bytes, send: Send) -> None:
    headers = MutableHeaders(raw=start["headers"])
    if start["status"] == 200 and headers.get("content-type", "").startswith("text/html"):
        html = with_first_paint(body.decode())
        body = html.encode()
        headers["content-security-policy"] = content_policy(html)
        headers["content-length"] = str(len(body))
        headers["cache-control"] = "no-store"
    await send(start)
    await send({"type": "http.response.body", "body": body})
