"""Security headers: no other hosts, no frames, no guessed content types."""

import base64
import hashlib
import re

from starlette.datastructures import MutableHeaders

_INLINE = re.compile(r"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)
OWN = "GAL-Studio"  # marks the studio's answers: others are a proxy's, see assets/ui/app/answers.js
_FIXED = {
    OWN: "1",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}


def content_policy(html: str = "") -> str:
    """The Content-Security-Policy of a page: this origin only, and its own inline scripts by hash.

    Gradio builds HTML panels with `Function`, which needs `unsafe-eval`; it and Plotly add style elements.
    """
    scripts = " ".join(_hash(script) for script in _INLINE.findall(html))
    return (
        f"default-src 'self'; script-src 'self' 'unsafe-eval' {scripts}".rstrip() + "; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
        "worker-src 'self' blob:; connect-src 'self'; object-src 'none'; frame-src 'none'; "
        "base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
    )


def _hash(script: str) -> str:
    """The hash of an inline script as browsers compute it, with every line end as a line feed."""
    text = script.replace("\r\n", "\n").replace("\r", "\n")
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def protect(headers: MutableHeaders) -> None:
    """Add the security headers to a response; a policy that it already has is kept."""
    for name, value in _FIXED.items():
        headers[name] = value
    headers.setdefault("Content-Security-Policy", content_policy())
