"""Checks of the Host header of a request, and of the origin that it comes from."""

import ipaddress
import re
from collections.abc import Collection
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:  # a start that is refused does not wait for it
    from starlette.datastructures import Headers

OWN_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
SAFE_METHODS = ("GET", "HEAD")
_PORT = re.compile(r":[0-9]*$")
_HOST = re.compile(r"(?P<name>[0-9A-Za-z._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?")


def is_loopback(name: str) -> bool:
    """Whether only this machine can reach a server that listens on `name`."""
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name.lower() == "localhost"


def is_own_name(header: str | None, names: Collection[str], any_address: bool) -> bool:
    """Whether the Host header names this studio.

    Another site can let its own name point to this machine (DNS rebinding). The browser then treats its pages
    as same-origin, and only this header tells them apart. `any_address` accepts IP addresses too, which
    nobody can point elsewhere.
    """
    match = _HOST.fullmatch(header or "")
    if match is None:
        return False
    name = match["name"].strip("[]").lower()
    if name in names:
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    return any_address or address.is_loopback


def is_foreign(method: str, headers: "Headers") -> bool:
    """Whether a page of another origin sent this request; following a link to the studio is allowed."""
    host = headers.get("host", "").lower()
    origin = headers.get("origin")
    if origin is not None:
        return _authority(origin) != host
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none") and not _is_link(method, headers)
    referer = headers.get("referer")
    return method not in SAFE_METHODS and referer is not None and _authority(referer) != host


def says_same_origin(headers: "Headers") -> bool:
    """Whether the browser itself says that a page of this very address sent the request.

    No page can write this header, and no proxy changes it: Host and Origin then differ since a proxy wrote
    one of them.
    """
    return headers.get("sec-fetch-site") == "same-origin"


def origin_of(headers: "Headers") -> str:
    """The name and port that a request says to come from; "" if it says none."""
    return _authority(headers.get("origin") or headers.get("referer") or "")


def lost_port(headers: "Headers") -> bool:
    """Whether a foreign request differs from the Host header in the port alone, as behind some proxies."""
    names = {_PORT.sub("", one) for one in (origin_of(headers), headers.get("host", "").lower())}
    return len(names) == 1 and names != {""}


def from_elsewhere(headers: "Headers") -> bool:
    """Whether a link of another site led here; the browser then does not send a SameSite=Strict cookie."""
    return headers.get("sec-fetch-site") in ("cross-site", "same-site")


def _is_link(method: str, headers: "Headers") -> bool:
    navigates = headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
    return method in SAFE_METHODS and navigates


def _authority(address: str) -> str:
    try:
        return urlsplit(address).netloc.lower()
    except ValueError:
        return ""
