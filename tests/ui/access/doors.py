"""Shared by the tests of access: raw requests of an attacker, and calls as the page makes them."""

import http.client
import json
import re
from collections.abc import Iterable, Mapping
from http.cookies import SimpleCookie
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

from fastapi import FastAPI
from starlette.routing import Mount

from gal_studio.ui.access.credentials import Credentials
from gal_studio.ui.page.gradio_allow_list import Narrow
from tests.ui.conftest import Place, built

USER, PASSWORD = "ada", "a long and good password"
CREDENTIALS = Credentials(USER, PASSWORD)
CALL, UPLOAD = "/gradio_api/component_server/", "/gradio_api/upload"


class Answer(NamedTuple):
    """A response."""

    status: int
    headers: dict[str, str]
    body: bytes


def ask(
    address: str,
    path: str,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: bytes | Iterable[bytes] | None = None,
) -> Answer:
    """Send a request with its path exactly as given."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=30)
    try:
        connection.putrequest(method, path, skip_host="Host" in (headers or {}), skip_accept_encoding=True)
        given = dict(headers or {})
        if isinstance(body, bytes):
            given.setdefault("Content-Length", str(len(body)))
        for name, value in given.items():
            connection.putheader(name, value)
        chunked = body is not None and not isinstance(body, bytes)
        if chunked:
            connection.putheader("Transfer-Encoding", "chunked")
        connection.endheaders(body, encode_chunked=chunked)
        return _read(connection)
    except (BrokenPipeError, ConnectionResetError):  # refused while we were still sending
        return _read(connection)
    finally:
        connection.close()


def _read(connection: http.client.HTTPConnection) -> Answer:
    with connection.getresponse() as answer:
        fields = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, fields, answer.read())


def call(
    address: str, name: str, request: object, headers: Mapping[str, str] | None = None, **forged: Any
) -> Answer:
    """Call a handler of the page, by the ID of its panel."""
    cookie = {name: value for name, value in (headers or {}).items() if name == "Cookie"}
    message = {
        "data": request,
        "fn_name": name,
        "session_hash": "abc",
        "component_id": _panel(address, name, cookie),
    }
    body = json.dumps({**message, **forged}).encode()
    return ask(address, CALL, "POST", {"Content-Type": "application/json", **(headers or {})}, body)


def _panel(address: str, handler: str, cookie: Mapping[str, str]) -> int:
    page = ask(address, "/", headers=cookie).body.decode()
    found = re.search(r"window\.gradio_config = (\{.*?\});</script>", page, re.DOTALL)
    components = json.loads(found.group(1))["components"] if found else []
    named = [
        component["id"] for component in components if handler in (component["props"].get("server_fns") or ())
    ]
    return next(iter(named), components[1]["id"] if components else 1)


def sign_in(address: str, user: str = USER, secret: str = PASSWORD, **headers: str) -> Answer:
    """Submit the sign-in form."""
    body = urlencode({"user": user, "secret": secret}).encode()
    return ask(address, "/sign-in", "POST", headers, body)


def cookie_of(answer: Answer) -> dict[str, str]:
    """The header that sends the cookie back."""
    jar = SimpleCookie(answer.headers["set-cookie"])
    return {"Cookie": "; ".join(f"{name}={morsel.value}" for name, morsel in jar.items())}


def multipart(*files: tuple[str, bytes]) -> tuple[dict[str, str], bytes]:
    """A multipart form with files under exactly these names."""
    parts = [
        f'--cut\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'.encode()
        + data
        + b"\r\n"
        for name, data in files
    ]
    return {"Content-Type": "multipart/form-data; boundary=cut"}, b"".join(parts) + b"--cut--\r\n"


def filled(route: str, value: str) -> str:
    """A route with every parameter replaced."""
    return re.sub(r"\{[^}]+\}", lambda _: value, route)


def application(place: Place) -> FastAPI:
    app = built(place.studio).app
    assert isinstance(app, FastAPI)
    return app


def own_routes(place: Place) -> list[str]:
    return [route.path for route in application(place).routes if not isinstance(route, Mount)]


def gradio_routes(place: Place) -> list[tuple[str, str]]:
    mount = application(place).routes[-1]
    assert isinstance(mount, Mount) and isinstance(mount.app, Narrow)
    paths = mount.app.app.openapi()["paths"]
    return [(method.upper(), path) for path, methods in paths.items() for method in methods]
