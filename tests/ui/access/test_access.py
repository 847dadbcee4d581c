"""Attacks over HTTP on the real app are refused; ordinary requests are answered."""

import itertools
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from gal_studio.ui.access.origins import OWN_NAMES
from gal_studio.ui.access.rules import Rules
from gal_studio.ui.api.uploads import UPLOAD_PATH, uploads
from gal_studio.ui.api.writes import WRITES_PATH
from gal_studio.ui.page.gradio_allow_list import is_needed
from gal_studio.ui.page.static import ui_address
from tests.ui.access.doors import (
    CREDENTIALS,
    ask,
    call,
    cookie_of,
    filled,
    gradio_routes,
    multipart,
    own_routes,
    sign_in,
)
from tests.ui.conftest import Place, Served, serving
from tests.ui.seeded import picture

SECRETS = (b"SQLite format 3", b"root:", b"for nobody's eyes", b"[project]")
ESCAPES = (
    "../studio.db", "../../studio.db", "..%2fstudio.db", "..%2F..%2Fstudio.db", "%2e%2e%2fstudio.db",
    "..%252f..%252fstudio.db", "%252e%252e%252fstudio.db", "....//studio.db", "..%5cstudio.db",
    "..\\studio.db", "..%c0%afstudio.db", "studio.db", "studio.db%00.png", "%00", "canary.txt",
    "../canary.txt",
    "/etc/passwd", "%2fetc%2fpasswd", "//etc/passwd", "file:///etc/passwd", "../../../../../../etc/passwd",
    "..%2f..%2f..%2f..%2f..%2f..%2fetc%2fpasswd", "C:%5cwindows%5cwin.ini", "~/.ssh/id_rsa", "..;/studio.db",
    "../pyproject.toml", "..%2f..%2f..%2f..%2fpyproject.toml", "a" * 3000, "0" * 64,
    "%F0%9F%90%88", "*", "?", "#",
)  # fmt: skip


@pytest.fixture(scope="module")
def opened(shared_place: Place) -> Iterator[Served]:
    (shared_place.studio.store.workspace / "canary.txt").write_text("for nobody's eyes")
    with serving(shared_place, Rules()) as running:
        yield running


def refused(status: int) -> bool:
    return 400 <= status < 500


def test_no_path_leads_out_of_any_route(opened: Served) -> None:
    routes = own_routes(opened.place) + [path for _, path in gradio_routes(opened.place)]
    tried = 0
    for route, escape in itertools.product({route for route in routes if "{" in route}, ESCAPES):
        answer = ask(opened.address, filled(route, escape))
        assert refused(answer.status), (route, escape, answer.status)
        assert not any(secret in answer.body for secret in SECRETS), (route, escape)
        tried += 1
    assert tried > 500


@pytest.mark.parametrize("escape", ESCAPES)
def test_no_path_leads_out_of_the_root(opened: Served, escape: str) -> None:
    answer = ask(opened.address, f"/{escape}")
    assert refused(answer.status) or escape in "?#"
    assert not any(secret in answer.body for secret in SECRETS)


def test_a_link_in_the_workspace_is_not_followed(place: Place, tmp_path: Path) -> None:
    secret = tmp_path / "secret.png"
    secret.write_bytes(picture((1, 2, 3)))
    view = place.studio.round_view(place.round)
    found = place.studio.store.images.path(view.candidates[0].candidate.image)
    found.unlink()
    found.symlink_to(secret)
    with serving(place, Rules()) as running:
        for route in ("picture", "thumb"):
            assert ask(running.address, f"/{route}/{view.candidates[0].candidate.id}").status == 404


def test_of_gradio_only_what_the_page_needs_is_there(opened: Served) -> None:
    routes = gradio_routes(opened.place)
    assert len(routes) > 50, "Gradio's routes are listed elsewhere now"
    closed = [(method, path) for method, path in routes if not is_needed(method, path)]
    for method, path in closed:
        if path == UPLOAD_PATH or path.startswith("/favicon"):
            continue  # ours stands before it
        answer = ask(opened.address, filled(path, "x"), method, {"Content-Type": "application/json"}, b"{}")
        assert answer.status == 404, (method, path, answer.status)
    assert len(routes) - len(closed) <= 7


@pytest.mark.parametrize("query", ["page=x", "page=", "deep_link=x", "page=../x&deep_link=x", "view=api"])
def test_gradio_gets_none_of_its_own_parameters(opened: Served, query: str) -> None:
    plain = ask(opened.address, "/")
    for path in (f"/?{query}", f"/?{query}&__theme=dark"):
        answer = ask(opened.address, path)
        assert (answer.status, len(answer.body)) == (200, len(plain.body))


@pytest.mark.parametrize("name", ["X-Forwarded-Host", "x-forwarded-host", "X-Gradio-Server", "X-Gradio-User"])
def test_nobody_can_give_the_page_another_address(opened: Served, name: str) -> None:
    answer = ask(opened.address, "/", headers={name: "http://evil.example"})
    assert answer.status == 200 and b"evil" not in answer.body


@pytest.mark.parametrize(
    "inside", ["file=%s", "file/%s", "proxy=https://a.hf.space/%s", "stream/%s", "deep_link?%s"]
)
def test_gradio_serves_no_file_even_of_an_upload(opened: Served, inside: str) -> None:
    headers, body = multipart(("cat.png", picture((9, 9, 9))))
    (identity,) = json.loads(ask(opened.address, UPLOAD_PATH, "POST", headers, body).body)
    assert "/" not in identity
    for path in (uploads().path(identity), identity, opened.place.studio.store.workspace / "studio.db"):
        assert ask(opened.address, "/gradio_api/" + inside % path).status == 404


@pytest.mark.parametrize(
    "name", ["__init__", "__class__", "preprocess", "get_config", "guarded", "", "../x", "overview "]
)
def test_only_handlers_can_be_called(opened: Served, name: str) -> None:
    assert refused(call(opened.address, name, {}).status)


def test_forged_ids_find_nothing(opened: Served) -> None:
    other = opened.place.round[:-1] + ("0" if opened.place.round[-1] != "0" else "1")
    for route in own_routes(opened.place):
        if "_id}" in route:
            foreign = opened.place.round if "project_id" in route else opened.place.project
            for forged in (other, foreign, "0" * 16, "%27%20OR%201=1--", "-1", "%25"):
                assert ask(opened.address, filled(route, forged)).status == 404, (route, forged)
    for path in ("/etc/passwd", "0" * 32, "../" * 5, str(opened.place.studio.store.workspace / "studio.db")):
        answer = call(opened.address, "check", {"path": path})
        assert "not uploaded to this studio" in json.loads(answer.body)["error"]


OTHERS = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1:1"},
    {"Origin": "http://localhost"},
    {"Origin": "http://[broken"},
    {"Origin": ""},
    {"Referer": "https://evil.example/page"},
    {"Referer": "http://127.0.0.1:1/"},
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"},
    {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors"},
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"},
]


@pytest.mark.parametrize("headers", OTHERS, ids=str)
def test_other_origins_change_nothing(opened: Served, headers: dict[str, str]) -> None:
    before = len(opened.place.studio.projects())
    write = json.dumps([{"id": "x", "name": "try_demo", "request": {"kind": "style"}}]).encode()
    for content_type in ("application/json", "text/plain"):
        sent = {**headers, "Content-Type": content_type}
        assert ask(opened.address, WRITES_PATH, "POST", sent, write).status == 403
        assert call(opened.address, "overview", {}, sent).status == 403
    form, body = multipart(("cat.png", picture((9, 9, 9))))
    assert ask(opened.address, UPLOAD_PATH, "POST", {**form, **headers}, body).status == 403
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS"):
        assert ask(opened.address, "/", method, headers).status == 403
    assert len(opened.place.studio.projects()) == before


@pytest.mark.parametrize("kind", ["image", "script", "iframe", "object", "embed"])
def test_other_origins_do_not_even_show_our_pictures(opened: Served, kind: str) -> None:
    mode = "no-cors" if kind in ("image", "script") else "navigate"
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": mode, "Sec-Fetch-Dest": kind}
    picture_ = f"/thumb/{opened.place.studio.round_view(opened.place.round).candidates[0].candidate.id}"
    assert ask(opened.address, picture_, headers=headers).status == 403
    assert ask(opened.address, picture_).status == 200


def test_a_proxy_that_drops_the_port_is_told_what_to_do(opened: Served) -> None:
    headers = {"Host": "localhost", "Origin": "http://localhost:8080"}
    answer = call(opened.address, "overview", {}, headers)
    assert (answer.status, b"proxy_set_header Host $http_host" in answer.body) == (403, True)
    other = call(opened.address, "overview", {}, {"Host": "localhost", "Origin": "http://other:8080"})
    assert (other.status, b"another site" in other.body) == (403, True)


REWRITTEN = {
    "nginx by default": {"Host": "127.0.0.1:7860", "Origin": "https://studio.example"},
    "a forwarded port": {"Host": "studio.example", "Origin": "http://localhost:7860"},
    "a port of its own": {"Host": "studio.example", "Origin": "https://studio.example:8443"},
    "Apache by default": {"Host": "127.0.0.1", "Origin": "http://studio.example"},
    "a tunnel to this machine": {"Host": "localhost:7860", "Origin": "https://studio.example"},
    "SSH by another number": {"Host": "localhost:7860", "Origin": "http://localhost:9000"},
}
"""What proxies make of Host and Origin, while the browser says that they are the same."""


@pytest.mark.parametrize("proxy", REWRITTEN)
def test_behind_a_proxy_the_browser_is_believed_of_whoever_is_signed_in(place: Place, proxy: str) -> None:
    rules = Rules(OWN_NAMES | {"studio.example"}, credentials=CREDENTIALS)
    sent = {**REWRITTEN[proxy], "Sec-Fetch-Site": "same-origin"}
    with serving(place, rules) as served:
        refusal = call(served.address, "overview", {}, sent)
        assert refusal.status == 403 and b"set proxy_set_header Host $http_host" in refusal.body
        signed_in = {**sent, **cookie_of(sign_in(served.address, **sent))}
        assert json.loads(call(served.address, "overview", {}, signed_in).body)["projects"]
        for site in ("cross-site", "same-site"):
            assert call(served.address, "overview", {}, {**signed_in, "Sec-Fetch-Site": site}).status == 403


@pytest.mark.parametrize("proxy", REWRITTEN)
def test_without_a_sign_in_the_name_of_the_page_has_to_be_known(place: Place, proxy: str) -> None:
    """Else another site could point its own name to the proxy."""
    sent = {**REWRITTEN[proxy], "Sec-Fetch-Site": "same-origin"}
    with serving(place, Rules(OWN_NAMES | {"studio.example"})) as served:
        assert json.loads(call(served.address, "overview", {}, sent).body)["projects"]
        assert call(served.address, "overview", {}, {**sent, "Sec-Fetch-Site": "cross-site"}).status == 403
        evil = {**sent, "Origin": "http://evil.example"}
        assert call(served.address, "overview", {}, evil).status == 403


def test_without_word_of_the_browser_both_causes_are_named(opened: Served) -> None:
    """Browsers send it to addresses with TLS, and to this machine, alone."""
    said = call(opened.address, "overview", {}, {"Origin": "http://nas.lan"})
    assert said.status == 403 and b"another site, or through a proxy that changes its Host" in said.body
    told = call(
        opened.address, "overview", {}, {"Origin": "http://a.example", "Sec-Fetch-Site": "cross-site"}
    )
    assert told.status == 403 and b"another site: open" in told.body


def test_a_link_from_elsewhere_opens_the_page(opened: Served) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert ask(opened.address, "/", headers=headers).status == 200


@pytest.mark.parametrize(
    "same", [{}, {"Sec-Fetch-Site": "same-origin"}, {"Origin": "own"}, {"Referer": "own"}]
)
def test_the_page_itself_and_programs_may_call(opened: Served, same: dict[str, str]) -> None:
    headers = {name: value.replace("own", opened.address) for name, value in same.items()}
    assert json.loads(call(opened.address, "overview", {}, headers).body)["projects"]


STRANGE = (
    "evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "evil@127.0.0.1", "10.0.0.1",
    "localhost.", "localhost:1:2", "", " ", "[::2]", "[::1", "0.0.0.0", "127.0.0.1/x", "testserver",
)  # fmt: skip


@pytest.mark.parametrize("host", STRANGE)
def test_another_host_name_is_refused(opened: Served, host: str) -> None:
    for path in ("/", f"/{ui_address('boot.js')}", "/assets/x", "/nothing"):
        assert refused(ask(opened.address, path, headers={"Host": host}).status)
    answer = call(opened.address, "overview", {}, {"Host": host, "Origin": f"http://{host}"})
    assert refused(answer.status)
    assert b"projects" not in answer.body


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:9", "127.0.0.1", "127.9.9.9:80", "[::1]:7860"])
def test_every_name_of_this_machine_is_answered(opened: Served, host: str) -> None:
    assert ask(opened.address, "/", headers={"Host": host}).status == 200


def test_no_host_name_at_all_is_refused(opened: Served) -> None:
    with socket.create_connection(("127.0.0.1", urlsplit(opened.address).port or 0), timeout=60) as line:
        line.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert line.recv(64).split()[1] in (b"400", b"403")


EVERYWHERE = {
    "gal-studio": "1",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


def test_every_answer_is_protected(opened: Served) -> None:
    with serving(opened.place, Rules(credentials=CREDENTIALS)) as locked:
        at_the_door = ask(locked.address, "/", headers={"Accept": "text/html"})
    answers = [
        ask(opened.address, "/"),
        ask(opened.address, f"/{ui_address('boot.js')}"),
        ask(opened.address, "/nothing"),
        ask(opened.address, "/", headers={"Host": "evil.example"}),
        ask(opened.address, "/", "POST", {"Content-Length": "999999999"}),
        call(opened.address, "nothing", {}),
        at_the_door,
    ]
    assert [answer.status for answer in answers] == [200, 200, 404, 403, 413, 404, 401]
    for answer in answers:
        assert {name: answer.headers.get(name) for name in EVERYWHERE} == EVERYWHERE
        policy = answer.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy and "http" not in policy and "*" not in policy
        assert "script-src 'self' 'unsafe-inline'" not in policy
    assert all("no-store" in answers[turn].headers["cache-control"] for turn in (0, 6))
