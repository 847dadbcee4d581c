"""Batches of writes: done in order, each once; anything else is refused."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from gal_studio.ui.api.writes import WRITES_PATH
from tests.ui.conftest import Place, built


@pytest.fixture
def client(place: Place) -> TestClient:
    return TestClient(built(place.studio))


def decide(place: Place, number: int, verdict: str, identity: str) -> dict[str, Any]:
    chosen = place.studio.round_view(place.round).candidates[number].candidate.id
    return {"id": identity, "name": "decide", "request": {"candidates": [chosen], "verdict": verdict}}


def test_a_list_is_done_in_its_order_and_once(place: Place, client: TestClient):
    undo = {"id": "undo", "name": "undo", "request": {"round": place.round}}
    writes = [decide(place, 0, "accepted", "a"), decide(place, 1, "accepted", "b"), undo]
    first = client.post(WRITES_PATH, json=writes).json()
    assert [list(answer) for answer in first] == [[], [], ["changed", "what"]]
    assert client.post(WRITES_PATH, json=[*writes, decide(place, 2, "rejected", "c")]).json()[:3] == first
    chosen = [tile.candidate.id for tile in place.studio.round_view(place.round).candidates[:3]]
    decisions = place.studio.store.decisions
    assert decisions.of_round(place.round).verdicts == {chosen[0]: "accepted", chosen[2]: "rejected"}
    assert len(decisions.log(place.round)) == 4


def test_a_move_in_the_queue_is_made_once(place: Place, client: TestClient):
    studio = place.studio
    jobs = [studio.fine_tune(studio.branch(place.round).id).id for _ in range(3)]
    up = {"id": "up", "name": "reorder", "request": {"job": jobs[2], "direction": "up"}}
    assert client.post(WRITES_PATH, json=[up, up]).json() == [{}, {}]
    assert client.post(WRITES_PATH, json=[up]).json() == [{}]
    assert [job.id for job in studio.queue_view().waiting] == [jobs[0], jobs[2], jobs[1]]


def test_a_demo_that_is_asked_for_again_is_one_project(place: Place, client: TestClient):
    demo = {"id": "demo", "name": "try_demo", "request": {"kind": "style"}}
    (first,) = client.post(WRITES_PATH, json=[demo]).json()
    assert client.post(WRITES_PATH, json=[demo]).json() == [first]
    place.studio.store.database.write("DELETE FROM answers")  # a crash before its answer was stored
    assert client.post(WRITES_PATH, json=[demo]).json() == [first]
    assert len(place.studio.projects()) == 2


def test_a_demo_that_is_there_is_opened(place: Place, client: TestClient):
    def tried(key: str) -> dict[str, object]:
        (answer,) = client.post(
            WRITES_PATH, json=[{"id": key, "name": "try_demo", "request": {"kind": "style"}}]
        ).json()
        return answer

    first = tried("a")
    assert tried("b") == {"project": first["project"], "is_new": False} and first["is_new"]
    place.studio.rename(str(first["project"]), "Mine")
    assert tried("c")["is_new"]


def test_a_deletion_that_is_asked_for_again_has_the_same_answer(place: Place, client: TestClient):
    place.studio.archive(place.project)
    delete = {"id": "delete", "name": "delete", "request": {"project": place.project}}
    (first,) = client.post(WRITES_PATH, json=[delete]).json()
    assert list(first) == ["freed"]
    assert client.post(WRITES_PATH, json=[delete]).json() == [first]


def test_a_refusal_does_not_hold_up_what_stands_behind_it(place: Place, client: TestClient):
    answers = client.post(
        WRITES_PATH, json=[decide(place, 0, "maybe", "a"), decide(place, 0, "accepted", "b")]
    ).json()
    assert "verdict: Input should be 'accepted'" in answers[0]["error"]
    assert answers[1] == {}
    assert len(place.studio.store.decisions.of_round(place.round).accepted) == 1


@pytest.mark.parametrize("name", ["poll", "gone"])
def test_an_unknown_change_does_not_refuse_the_others(place: Place, client: TestClient, name: str):
    unknown = {"id": "b", "name": name, "request": {}}
    known = [decide(place, number, "accepted", f"{number}") for number in range(2)]
    answers = client.post(WRITES_PATH, json=[known[0], unknown, known[1]]).json()
    assert [list(answer) for answer in answers] == [[], ["error"], []]
    assert len(place.studio.store.decisions.of_round(place.round).accepted) == 2


@pytest.mark.parametrize(
    "given",
    [
        {},
        [1],
        [{"id": "", "name": "undo", "request": {}}],
        [{"id": "a" * 65, "name": "undo", "request": {}}],
        [{"id": "a", "name": ["undo"], "request": {}}],
        [{"id": "a", "name": "undo", "request": None}],
    ],
)
def test_what_is_no_list_of_changes_is_one_sentence(client: TestClient, given: Any):
    answer = client.post(WRITES_PATH, json=given)
    assert (answer.status_code, answer.text) == (
        400,
        "The studio does not know this change: reload the page.",
    )


def test_what_is_no_json_is_refused(client: TestClient):
    assert client.post(WRITES_PATH, content=b"\xff{").status_code == 400
