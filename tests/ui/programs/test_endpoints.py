"""The named endpoints: checked and guarded like the page, and nothing else of Gradio."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError, AuthenticationError

from gal_studio.core.errors import StudioError
from gal_studio.ui.access import sessions
from gal_studio.ui.access.credentials import Attempts, Credentials
from gal_studio.ui.access.rules import Rules
from gal_studio.ui.api.view_cache import ViewCache
from gal_studio.ui.panels.everything import REQUESTS
from gal_studio.ui.programs import endpoints
from gal_studio.ui.programs.endpoints import NAMES, Endpoints
from gal_studio.ui.programs.pictures import references_of
from gal_studio.ui.programs.queue import DATA, JOIN, READ
from gal_studio.ui.requests import Context
from gal_studio.ui.serve import Listening, make_rules
from tests.ui.access.doors import CREDENTIALS, PASSWORD, USER, Answer, ask, cookie_of, gradio_routes, sign_in
from tests.ui.conftest import Place, Served, serving
from tests.ui.seeded import picture

READING = {"suggest", "export", "status"}


@pytest.fixture(scope="module")
def opened(shared_place: Place) -> Iterator[Served]:
    with serving(shared_place, Rules(programs=True)) as running:
        yield running


def client(address: str, **given: Any) -> Client:
    return Client(address, analytics_enabled=False, verbose=False, **given)


def join(address: str, body: Any, headers: Mapping[str, str] | None = None) -> Answer:
    """Send a call as Gradio's client does."""
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    return ask(address, JOIN, "POST", {"Content-Type": "application/json", **(headers or {})}, sent)


def test_what_changes_something_is_a_write_of_the_page(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    passed: list[str] = []

    context = Context(ViewCache(place.studio))

    def closed(given: Context, known: object, write: dict[str, Any]) -> dict[str, Any]:
        assert given is context and known is REQUESTS
        passed.append(write["name"])
        return {"error": "closed: reload the page."}

    monkeypatch.setattr(endpoints, "answer", closed)
    calls = Endpoints(context, REQUESTS)
    before = place.studio.version(place.project)
    given: dict[str, tuple[Any, ...]] = {
        "create": ("style", [{"picture": "0" * 32, "prompt": "A cat in ink style"}]),
        "decide": ([], "accepted"),
        "export_round": (place.round, "kohya"),
    }
    for name in NAMES:
        call = getattr(calls, name)
        if name in READING:
            call(place.project if name == "status" else place.round)
            continue
        with pytest.raises(StudioError, match=r"^closed\.$"):
            call(*given.get(name, (place.round,)))
    assert passed == [name for name in NAMES if name not in READING]
    after = place.studio.version(place.project)
    assert after == before, "reading changes nothing"


def test_a_round_by_a_program(place: Place, tmp_path: Path) -> None:
    (tmp_path / "cat.png").write_bytes(picture((9, 9, 9)))
    with serving(place, Rules(programs=True)) as served:
        studio = client(served.address)
        references = [{"picture": handle_file(tmp_path / "cat.png"), "prompt": "A (cat:1.2) in ink style"}]
        made = [
            studio.predict("style", references, "Ink", {"tune.steps": 7}, key="1", api_name="/create")
            for _ in range(2)
        ]
        assert made[0] == made[1], "the same key is done once"
        assert made[0]["said"] == "Removed weights and tags that GAL Studio ignores: (…:1.2)."
        assert place.studio.project(made[0]["project"]).settings.tune.steps == 7
        assert studio.predict(made[0]["round"], key="1", api_name="/fine_tune")["round"] == made[0]["round"]
        status = studio.predict(made[0]["project"], api_name="/status")
        assert status["busy"] and [job["kind"] for job in status["jobs"]] == ["fine_tune"]
        suggested = studio.predict(place.round, api_name="/suggest")["suggestions"]
        assert {one["candidate"] for one in suggested} == {
            one.candidate_id for one in place.studio.proposal(place.round).suggestions
        }
        assert ask(served.address, suggested[0]["picture"]).headers["content-type"] == "image/png"
        studio.predict([one["candidate"] for one in suggested], "accepted", api_name="/decide")
        assert place.studio.round_view(place.round).accepted == len(suggested)
        assert studio.predict(place.round, api_name="/measure")["job"]
        files = studio.predict(place.round, api_name="/export")
        assert ask(served.address, files["lora"]).body == place.studio.adapter_path(place.round).read_bytes()
        assert files["forms"] == []
        following = studio.predict(place.round, api_name="/next_round")["round"]
        assert place.studio.store.rounds.get(following).parent_id == place.round


def test_a_style_takes_no_trigger_word_and_loses_no_reference() -> None:
    one = {"picture": "0" * 32, "prompt": "A cat in ink style", "trigger_word": "<x>"}
    with pytest.raises(StudioError, match="A style has no trigger word"):
        references_of("style", [one, {**one, "trigger_word": ""}])
    (all_of_them,) = references_of("style", [{**one, "trigger_word": " "}, {**one, "trigger_word": ""}])
    assert len(all_of_them["references"]) == 2


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        ("fine_tune", ["nothing"], "There is no round"),
        ("fine_tune", [5], "fine_tune does not take this"),
        ("decide", [["x"], "good"], "verdict"),
        ("decide", [[], "accepted", "k" * 41], "at most 40"),
        ("create", ["style", [{"picture": "/etc/passwd", "prompt": "A cat in ink style"}]], "not uploaded"),
        (
            "create",
            ["style", [{"picture": "x", "prompt": "A cat", "path": "/"}]],
            r'path.*: give a list of {"picture": ',
        ),
        ("create", ["style", []], "sets"),
        ("status", ["nothing"], "There is no project"),
    ],
)
def test_what_is_refused_is_said(opened: Served, name: str, given: list[Any], said: str) -> None:
    with pytest.raises(AppError, match=said) as refusal:
        client(opened.address).predict(*given, api_name=f"/{name}")
    assert "page" not in str(refusal.value)


def test_of_gradio_only_the_queue_of_the_endpoints_is_open(opened: Served) -> None:
    for method, path in gradio_routes(opened.place):
        if "{" in path or any(word in path for word in ("upload", "favicon", "component_server")):
            continue
        answer = ask(opened.address, path, method, {"Content-Type": "application/json"}, b"{}")
        if method in ("GET", "HEAD") and (path in READ or path in ("/", "/theme.css")):
            assert answer.status in (200, 422), path
        else:
            assert answer.status == (400 if path == JOIN else 404), (method, path)
    for inside in (
        "file=%s",
        "proxy=https://a.hf.space/%s",
        "call/%s",
        "run/%s",
        "stream/%s",
        "heartbeat/%s",
    ):
        for method in ("GET", "POST"):
            assert ask(opened.address, "/gradio_api/" + inside % "create", method).status == 404


def test_odd_calls_do_not_reach_gradio(opened: Served) -> None:
    good = {"fn_index": 0, "session_hash": "abc", "data": []}
    for change in (
        {"fn_index": "0"}, {"fn_index": None}, {"session_hash": ""}, {"session_hash": "../x"}, {"data": {}},
        {"session_hash": None}, {"data": [0] * 21},
    ):  # fmt: skip
        assert join(opened.address, {**good, **change}).status == 400, change
    assert join(opened.address, {**good, "fn_index": 999}).status == 404
    for body in (b"", b"[]", b"NaN", b"[" * 5000, b"\xff"):
        assert join(opened.address, body).status == 400
    assert join(opened.address, good, {"Origin": "https://evil.example"}).status == 403
    assert join(opened.address, good, {"Host": "evil.example"}).status == 403


def test_answers_of_an_unknown_session_are_refused_and_nothing_breaks(
    opened: Served, caplog: pytest.LogCaptureFixture
) -> None:
    read = ask(opened.address, f"{DATA}?session_hash=nobody")
    assert b'"session_not_found":true' in read.body
    assert not [line for line in caplog.records if line.levelname == "ERROR"]


def test_a_sign_in_holds_for_programs_too(shared_place: Place) -> None:
    rules = Rules(credentials=CREDENTIALS, programs=True, attempts=Attempts(lambda: 0.0))
    with serving(shared_place, rules) as served:
        assert all(ask(served.address, path).status == 401 for path in READ)
        assert join(served.address, {}).status == 401
        signed_in = client(served.address, auth=(USER, PASSWORD))
        assert signed_in.predict(shared_place.project, api_name="/status")["name"] == "Watercolour cat"
        with pytest.raises(AuthenticationError):
            client(served.address, auth=(USER, "wrong"))
        for _ in range(5):
            form = b"username=ada&password=wrong"
            last = ask(served.address, "/login", "POST", {}, form).status
        assert last == 429, "attempts are counted as those of the page"
    closed = Rules(credentials=CREDENTIALS)
    with serving(shared_place, closed) as served:
        assert ask(served.address, "/login", "POST", {}, b"username=a&password=b").status == 401


def test_many_programs_that_sign_in_end_no_persons_session(shared_place: Place, monkeypatch) -> None:
    monkeypatch.setattr(sessions, "OPEN_SESSIONS", 3)
    with serving(shared_place, Rules(credentials=CREDENTIALS, programs=True)) as served:
        person = cookie_of(sign_in(served.address))
        form = urlencode({"username": USER, "password": PASSWORD}).encode()
        programs = [cookie_of(ask(served.address, "/login", "POST", {}, form)) for _ in range(4)]
        signed_in = [ask(served.address, "/", headers=one).status for one in programs]
        assert signed_in == [401, 200, 200, 200]
        assert ask(served.address, "/", headers=person).status == 200


def test_they_are_closed_where_other_machines_have_access(tmp_path: Path) -> None:
    ada = Credentials("ada", "secret")
    assert make_rules(Listening(), None, tmp_path).programs
    assert not make_rules(Listening("0.0.0.0"), ada, tmp_path).programs
    assert not make_rules(Listening(other_names=("studio.example",)), ada, tmp_path).programs
    assert make_rules(Listening("0.0.0.0", programs=True), ada, tmp_path).programs
