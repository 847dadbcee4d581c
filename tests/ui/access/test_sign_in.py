"""Signing in over HTTP on the real app: the form, the cookie, the token, and guessed passwords."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from gal_studio.ui.access.credentials import Attempts, Credentials
from gal_studio.ui.access.origins import OWN_NAMES
from gal_studio.ui.access.rules import Rules
from gal_studio.ui.access.sessions import Sessions
from gal_studio.ui.page.static import ui_address
from tests.stored_project import Clock
from tests.ui.access.doors import (
    CREDENTIALS,
    PASSWORD,
    USER,
    ask,
    call,
    cookie_of,
    filled,
    gradio_routes,
    own_routes,
    sign_in,
)
from tests.ui.conftest import Place, Served, built, serving


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def locked(shared_place: Place, clock: Clock) -> Iterator[Served]:
    with serving(shared_place, Rules(credentials=CREDENTIALS, attempts=Attempts(clock))) as running:
        yield running


@pytest.fixture
def key(locked: Served, clock: Clock) -> dict[str, str]:
    clock.now += 10_000
    return cookie_of(sign_in(locked.address))


def test_without_sign_in_nothing_is_served(locked: Served) -> None:
    routes = [("GET", route) for route in own_routes(locked.place)] + gradio_routes(locked.place)
    for method, route in [
        *routes,
        ("GET", f"/{ui_address('boot.js')}"),
        ("GET", "/assets/index.js"),
        ("GET", "/nothing"),
    ]:
        answer = ask(locked.address, filled(route, "x"), method)
        assert answer.status == 401, (method, route)
        assert answer.body == b"" or answer.body.startswith(b"Sign in first")
    assert call(locked.address, "overview", {}).status == 401
    page = ask(locked.address, "/?project=1", headers={"Accept": "text/html"})
    assert page.status == 401
    assert b"Password" in page.body and b"gradio_config" not in page.body


def test_a_websocket_gets_no_further(locked: Served, key: dict[str, str]) -> None:
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
    upgrade["Sec-WebSocket-Key"] = "dGhlIHNhbXBsZSBub25jZQ=="
    for path in ("/", "/gradio_api/queue/join", "/gradio_api/queue/data"):
        for headers in ({}, key, {**key, "Origin": "https://evil.example"}):
            assert ask(locked.address, path, headers={**upgrade, **headers}).status != 101


def test_sign_in_and_out(locked: Served, key: dict[str, str], clock: Clock) -> None:
    answer = sign_in(locked.address)
    assert (answer.status, answer.headers["location"]) == (303, "./")
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(answer.headers["set-cookie"].split("; "))
    assert json.loads(call(locked.address, "overview", {}, key).body)["projects"]
    assert b"gradio_config" in ask(locked.address, "/", headers=key).body
    assert ask(locked.address, "/sign-out", headers=key).status == 404, "a link does not sign out"
    assert ask(locked.address, "/sign-out", "POST", {**key, "Origin": "https://evil.example"}).status == 403
    assert ask(locked.address, "/", headers=key).status == 200
    assert ask(locked.address, "/sign-out", "POST", key).status == 303
    assert ask(locked.address, "/", headers=key).status == 401, "the cookie was played again"


def test_forged_cookies_open_nothing(locked: Served, key: dict[str, str]) -> None:
    name, _, word = key["Cookie"].partition("=")
    elsewhere = Sessions(None, Credentials(USER, "another password")).open()
    for forged in (
        "",
        "x",
        word[:-1],
        word + "x",
        word.swapcase(),
        elsewhere,
        PASSWORD,
        "%00",
        "ä",
        '"' + word,
    ):
        assert ask(locked.address, "/", headers={"Cookie": f"{name}={forged}"}).status == 401, forged
    assert ask(locked.address, "/", headers={"Cookie": f"other={word}"}).status == 401
    assert ask(locked.address, "/", headers=key).status == 200


def test_guessing_gets_slow_even_for_the_right_password(locked: Served, clock: Clock) -> None:
    clock.now += 10_000
    statuses = [sign_in(locked.address, secret=f"guess {turn}").status for turn in range(8)]
    assert statuses == [401] * 5 + [429] * 3
    late = sign_in(locked.address)
    assert (late.status, late.headers["retry-after"]) == (429, "1")
    assert "set-cookie" not in late.headers
    clock.now += 1.1
    assert sign_in(locked.address, secret="guess").status == 401
    assert sign_in(locked.address).headers["retry-after"] == "2"
    clock.now += 2.1
    assert sign_in(locked.address).status == 303


def test_nobody_else_sends_the_form(locked: Served, clock: Clock) -> None:
    clock.now += 10_000
    assert sign_in(locked.address, Origin="https://evil.example").status == 403
    assert sign_in(locked.address, Host="evil.example").status == 403
    image = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}
    for _ in range(9):
        assert ask(locked.address, "/sign-in?token=x", headers=image).status == 403
    assert sign_in(locked.address).status == 303, "a foreign page has used up the attempts"


def test_odd_forms_are_refused(locked: Served, clock: Clock) -> None:
    for body in (b"", b"&&==", b"\xff\xfe", b"secret=" + b"%00" * 9, b"secret[]=x", b"{}", b"user=ada"):
        clock.now += 10_000
        assert ask(locked.address, "/sign-in", "POST", body=body).status == 401
    assert ask(locked.address, "/sign-in", "POST", body=b"x" * 5000).status == 413
    assert ask(locked.address, "/sign-in", "POST", body=iter([b"x" * 3000] * 9)).status == 413


def test_after_sign_in_nothing_leads_elsewhere(locked: Served, clock: Clock) -> None:
    clock.now += 10_000
    for query in (
        "//evil.example",
        "https://evil.example",
        "/\\evil",
        "\r\nSet-Cookie: a=b",
        "x=1&step=rounds",
    ):
        body = f"user={USER}&secret={PASSWORD.replace(' ', '+')}&query={query.replace('&', '%26')}".encode()
        answer = ask(locked.address, "/sign-in", "POST", body=body)
        assert answer.status == 303
        assert (
            answer.headers["location"].startswith("./")
            and "evil" not in answer.headers["location"].partition("?")[0]
        )
    assert answer.headers["location"] == "./?x=1&step=rounds"
    page = ask(locked.address, '/?"><script>alert(1)</script>', headers={"Accept": "text/html"})
    assert b"<script>alert" not in page.body


def test_the_ticket_of_the_opened_browser_signs_in_once(shared_place: Place) -> None:
    rules = Rules(credentials=Credentials("", "the-token"))
    link = f"/sign-in?token={rules.ticket.value}"
    with serving(shared_place, rules) as running:
        assert ask(running.address, link).status == 200
        assert ask(running.address, link).status == 401
        assert ask(running.address, "/sign-in?token=the-token").status == 200


def test_a_ticket_is_no_password(shared_place: Place) -> None:
    rules = Rules(credentials=Credentials(USER, PASSWORD))
    with serving(shared_place, rules) as running:
        assert "Set-Cookie" not in ask(running.address, f"/sign-in?token={rules.ticket.value}").headers


def test_a_link_with_the_token_signs_in(shared_place: Place) -> None:
    with serving(shared_place, Rules(credentials=Credentials("", "the-token"))) as running:
        assert ask(running.address, "/sign-in?token=the-toke").status == 401
        answer = ask(running.address, "/sign-in?token=the-token")
        assert answer.status == 200 and b"the-token" not in answer.body
        assert ask(running.address, "/", headers=cookie_of(answer)).status == 200


def test_the_password_is_not_taken_from_a_link(locked: Served) -> None:
    answer = ask(
        locked.address, f"/sign-in?user={USER}&secret={PASSWORD}&token={PASSWORD}".replace(" ", "%20")
    )
    assert "set-cookie" not in answer.headers


def test_studios_that_all_listen_on_one_port_inside_keep_their_sign_ins(locked: Served, clock: Clock) -> None:
    clock.now += 3600
    names = set()
    for port in (7861, 7862):  # as `docker -p` and SSH tunnels forward them
        answer = sign_in(locked.address, Host=f"localhost:{port}")
        names.add(answer.headers["set-cookie"].partition("=")[0])
    assert names == {"gal_studio_7861", "gal_studio_7862"}


def test_studios_under_two_paths_of_one_address_keep_their_sign_ins(place: Place) -> None:
    doors = {path: built(place.studio, open_to(path), path) for path in ("/a", "/b", "")}

    async def proxy(scope: Any, receive: Any, send: Any) -> None:
        path = next((one for one in doors if one and scope["path"].startswith(f"{one}/")), "")
        await doors[path](scope, receive, send)

    client = TestClient(proxy)
    for path in ("/a", "/b", ""):
        form = {"user": USER, "secret": f"{PASSWORD}{path}"}
        assert client.post(f"{path}/sign-in", data=form, follow_redirects=False).status_code == 303
    for path in ("/a", "/b", ""):
        assert client.get(f"{path}/").status_code == 200, path
    assert client.post("/a/sign-out", follow_redirects=False).status_code == 303
    assert [client.get(f"{path}/").status_code for path in ("/a", "/b", "")] == [401, 200, 200]


def open_to(path: str) -> Rules:
    """Rules with a password of each path's own."""
    return Rules(OWN_NAMES | {"testserver"}, credentials=Credentials(USER, f"{PASSWORD}{path}"))
