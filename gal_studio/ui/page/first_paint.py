"""Insert our styles, modules and the frame of the page into Gradio's HTML.

Gradio adds a `head` only after its own scripts have run. Written into the HTML, our files load in parallel,
the theme is set before the first paint, and the first paint shows the frame of the page.
"""

import re

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gal_studio.ui.page.headers import content_policy
from gal_studio.ui.page.joined import VENDOR
from gal_studio.ui.page.static import MANIFEST_PATH, THEME, files, how, template, ui_address

_MANIFEST = '<link rel="manifest" href="/manifest.json" />'  # Gradio's own, in place of which ours stands
_SHARED = re.compile(r'\s*<meta\s+(?:property="og:|name="twitter:)[^>]*>')  # Gradio's, of a shared link
LATER = "vendor/plotly.min.js"  # no module, and loaded when the map is opened


def head(workspace: str = "") -> str:
    """Our part of the HTML head, for the page of the workspace with this mark."""
    libraries = [name for name in files() if name.startswith(VENDOR) and name != LATER]
    modules = ["studio.js", *sorted(libraries)]
    preload = "".join(f'<link rel="modulepreload" href="{ui_address(name)}">' for name in modules)
    icon = f'<link rel="icon" type="image/svg+xml" href="{ui_address("kit/icon.svg")}">'
    # with the cookie of a sign-in, which browsers do not send along for a manifest otherwise
    installed = f'<link rel="manifest" href="{MANIFEST_PATH}" crossorigin="use-credentials">'
    style = f'<link rel="stylesheet" href="{ui_address("studio.css")}">'
    mark = f'<meta name="gal-studio-workspace" content="{workspace}">'
    return f"{THEME}{mark}{icon}{installed}{style}{preload}"


def with_first_paint(html: str, workspace: str = "") -> str:
    """The page with our head, and with the frame shown until the panels are mounted."""
    html = _SHARED.sub("", html).replace(_MANIFEST, "", 1).replace("</head>", f"{head(workspace)}</head>", 1)
    html = html.replace("<head>", f"<head>{template('kit/arrival')}", 1)  # before the files it watches
    texts = template("kit/keys") + how().replace('src="', f'src="{ui_address("")}')
    frame = template("kit/splash") + texts
    return re.sub(r"<body[^>]*>", lambda body: body.group() + frame, html, count=1)


class FirstPaint:
    """Changes the response to `GET /`, and no other."""

    def __init__(self, app: ASGIApp, workspace: str = "") -> None:
        self.app, self._workspace = app, workspace

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on, but collect the page before changing it."""
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
                    await _send_page(start, body, send, self._workspace)
            else:
                await send(message)

        await self.app(scope, receive, collect)


async def _send_page(start: Message, body: bytes, send: Send, workspace: str) -> None:
    headers = MutableHeaders(raw=start["headers"])
    if start["status"] == 200 and headers.get("content-type", "").startswith("text/html"):
        html = with_first_paint(body.decode(), workspace)
        body = html.encode()
        headers["content-security-policy"] = content_policy(html)
        headers["content-length"] = str(len(body))
        headers["cache-control"] = "no-store"
    await send(start)
    await send({"type": "http.response.body", "body": body})
