"""What was measured becomes JSON, and pictures of the test set are served by their ID alone."""

import json

from fastapi.testclient import TestClient

from gal_studio.ui.api.polling import poll
from gal_studio.ui.api.view_cache import ViewCache
from tests.ui.asking import ask
from tests.ui.conftest import Place, built
from tests.ui.seeded import measure


def payload(place: Place) -> dict:
    return poll(ViewCache(place.studio), {"project": place.project})["parts"]["measures"]


def test_an_unmeasured_project_has_a_proposed_test_set(place: Place) -> None:
    found = payload(place)
    assert (found["is_chosen"], found["chosen"]["measured"]) == (False, "auto")
    assert (found["best"], found["sentence"]) == (None, "")
    assert len(found["prompts"]) == 12
    assert [(each["name"], each["drawn"], each["report"]) for each in found["rounds"]] == [
        ("Base model", 0, None),
        ("Round 1", 0, None),
    ]


def test_a_measured_round_has_figures_and_changes_with_their_intervals(place: Place) -> None:
    measure(place.studio, place.round)
    found = payload(place)
    assert json.loads(json.dumps(found)) == found
    base, first = found["rounds"]
    assert base["report"]["changes"] == {}
    report = first["report"]
    assert (report["as_asked"], report["copies"], report["pictures"]) == (20, 4, 24)
    assert report["figures"].keys() == {"as_asked", "copies", "no_copy", "clip_t", "clip_i"}
    change = report["changes"]["clip_i"]
    assert change["low"] <= change["value"] <= change["high"]
    assert change["verdict"] == "more", "whether more likeness is better depends, in a style"
    assert report["changes"]["no_copy"]["verdict"] in ("worse", "unclear")
    assert found["best"] == place.round


def test_the_sheet_has_a_row_for_each_prompt_and_pictures_by_round_and_number(place: Place) -> None:
    measure(place.studio, place.round)
    answer = ask("test_pictures", place.studio, {"project": place.project})
    assert json.loads(json.dumps(answer)) == answer
    parts = [row["part"] for row in answer["rows"]]
    assert parts == ["held_out"] * 12 + ["plain"] * 12
    assert answer["rows"][0]["pictures"].keys() == {"", place.round}
    assert answer["rows"][0]["pictures"][""].keys() == {"0", "1"}
    assert answer["rows"][12]["pictures"][place.round].keys() == {"0"}


def test_pictures_of_the_test_set_are_served_by_id(place: Place) -> None:
    measure(place.studio, place.round)
    shown = ask("test_pictures", place.studio, {"project": place.project})["rows"][0]["pictures"][
        place.round
    ]["0"]
    client = TestClient(built(place.studio))
    for route in ("test-picture", "test-thumb"):
        answer = client.get(f"/{route}/{shown['id']}?v={shown['version']}")
        assert answer.headers["content-type"] == "image/png"
        assert "immutable" in answer.headers["cache-control"]
        assert client.get(f"/{route}/nothing").status_code == 404
    assert client.get(f"/picture/{shown['id']}").status_code == 404, "it is no candidate"
