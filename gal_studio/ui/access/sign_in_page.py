"""The sign-in page, complete in one response, since no other file is served before signing in."""

import base64
import html
from string import Template

from gal_studio.ui.page.static import THEME, files, template, ui_folder

_STYLES = (
    "kit/styles/tokens.css", "kit/styles/base.css", "kit/styles/controls.css", "top/top.css",
    "sign_in/sign_in.css", "kit/styles/touch.css",
)  # fmt: skip
_NAME = (
    '<label class="field"><span class="field-name">Name</span>'
    '<input name="user" value="%s" autocomplete="username" autocapitalize="none" required%s></label>'
)
_SECRET = (
    '<label class="field"><span class="field-name">%s</span>'
    '<input name="secret" type="password" autocomplete="current-password" required%s></label>'
)
_FOCUS = " autofocus"
_BUTTON = '<button class="button" data-next type="submit">Sign in</button>'


def sign_in_page(named: bool, query: str = "", refusal: str = "", user: str = "", up: str = "") -> str:
    """The form; `query` is that of the requested page, `refusal` and `user` are of the last attempt.

    `up` leads from the requested address to that of the studio, such as "../".
    """
    hint = "Use the name and password of this studio." if named else "Use the token that the studio printed."
    notice = f'<p class="refusal" role="alert">{html.escape(refusal)}</p>' if refusal else ""
    kept = f'<input type="hidden" name="query" value="{html.escape(query)}">' if query else ""
    return _page(
        f'<form class="card" method="post" action="{up}sign-in"><h1>Sign in</h1>'
        f'<p class="hint">{hint}</p>{notice}{kept}{_fields(user) if named else _SECRET % ("Token", _FOCUS)}'
        f"{_BUTTON}</form>"
    )


def _fields(user: str) -> str:
    name = _NAME % (html.escape(user), "" if user else _FOCUS)
    return name + _SECRET % ("Password", _FOCUS if user else "")


def signed_in_page() -> str:
    """The page for someone who is signed in: open the studio, or sign out."""
    return _page(
        '<form class="card" method="post" action="sign-out"><h1>You are signed in</h1>'
        '<a class="button" data-next href="./">Open the studio</a>'
        '<button class="button" type="submit">Sign out</button></form>'
    )


def bounce_page(address: str) -> str:
    """Redirects from within our own site, so that the browser sends its SameSite=Strict cookie."""
    target = html.escape(address)
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>GAL Studio</title>'
        f'<meta http-equiv="refresh" content="0;url={target}"><a href="{target}">GAL Studio</a></html>'
    )


def _page(card: str) -> str:
    return Template(template("sign_in/sign_in")).substitute(
        icon=base64.b64encode(files()["kit/icon.svg"]).decode(),
        theme=THEME,
        styles="\n".join((ui_folder() / name).read_text(encoding="utf-8") for name in _STYLES),
        card=card,
    )
