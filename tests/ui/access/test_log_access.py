"""The log requires signing in, and does not contain the password."""

import json
from collections.abc import Iterator

import pytest

from gal_studio.ui.access.credentials import Credentials
from gal_studio.ui.access.rules import Rules
from tests.ui.access.doors import PASSWORD, USER, call, cookie_of, sign_in
from tests.ui.conftest import Place, Served, serving


@pytest.fixture
def locked(place: Place) -> Iterator[Served]:
    logs = place.studio.store.workspace / "logs"
    logs.mkdir(exist_ok=True)
    (logs / "worker.log").write_text(f"INFO somebody wrote {PASSWORD} here\n")
    with serving(place, Rules(credentials=Credentials(USER, PASSWORD))) as running:
        yield running


def test_the_log_is_for_who_is_signed_in(locked: Served) -> None:
    answer = call(locked.address, "log", {"project": locked.place.project})
    assert answer.status == 401
    assert b"somebody wrote" not in answer.body


def test_the_password_of_the_studio_is_taken_out(locked: Served) -> None:
    cookie = cookie_of(sign_in(locked.address))
    answer = call(locked.address, "log", {"project": locked.place.project}, cookie)
    told = json.loads(answer.body)
    assert told["lines"] == ["INFO somebody wrote [hidden] here"]
    assert PASSWORD not in answer.body.decode()
    assert "INFO somebody wrote" in told["text"]


def test_an_unknown_project_is_one_sentence(locked: Served) -> None:
    cookie = cookie_of(sign_in(locked.address))
    told = json.loads(call(locked.address, "log", {"project": "none"}, cookie).body)
    assert "none" in told["error"]
