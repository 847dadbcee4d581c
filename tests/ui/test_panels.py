"""Handlers are plain functions: unpack, one verb, a view."""

from pathlib import Path

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.ui.errors import UNEXPECTED, guarded
from gal_studio.ui.recall import Recall
from gal_studio.ui.reference_panel import derive, draft, nested, projects_and_demos, uploaded
from gal_studio.ui.results_panel import all_rounds, same_noise
from gal_studio.ui.rounds_panel import record, step_back, step_forward
from tests.ui.conftest import Place


def test_an_expected_error_is_one_sentence():
    @guarded
    def refuse(request):
        raise StudioError("This is wrong: do that.")

    assert refuse({}) == {"error": "This is wrong: do that."}


def test_an_unexpected_error_shows_nothing_of_the_inside(caplog):
    @guarded
    def fail(request):
        raise ValueError("/home/somebody/secret")

    assert fail({}) == {"error": UNEXPECTED}
    assert "secret" in caplog.text


def test_a_verdict_is_recorded_undone_and_redone(place: Place):
    first = place.studio.round_view(place.round).candidates[0].candidate.id
    record(place.studio, {"candidates": [first], "verdict": "accepted"})
    assert step_back(place.studio, {"round": place.round}) == {"changed": [first], "verdicts": {}}
    assert step_forward(place.studio, {"round": place.round})["verdicts"] == {first: "accepted"}
    assert step_forward(place.studio, {"round": place.round})["changed"] == []


def test_an_odd_verdict_is_refused(place: Place):
    with pytest.raises(StudioError, match="'maybe'"):
        record(place.studio, {"candidates": [], "verdict": "maybe"})


def test_a_style_is_derived():
    answer = derive({"kind": "style", "prompts": ["A cat in ink style", ""], "trigger_word": ""})
    assert answer["facts"][0][1] == "in ink style"
    assert answer["anchors"][0] == "A tie in ink style"


def test_an_object_is_derived():
    prompts = ["A <cute-cat> cat on the stairs"]
    answer = derive({"kind": "object", "prompts": prompts, "trigger_word": "<cute-cat>"})
    assert [fact[1] for fact in answer["facts"]] == [
        "a <cute-cat> cat",
        "A cat on the stairs",
        "a photo of a cat",
    ]


@pytest.mark.parametrize(
    "request_",
    [
        {"kind": "style", "prompts": ["A cat"], "trigger_word": ""},
        {"kind": "object", "prompts": ["A cat"], "trigger_word": ""},
        {"kind": "object", "prompts": ["A cat"], "trigger_word": "<sks>"},
    ],
)
def test_what_is_missing_is_said_while_typing(request_):
    assert derive(request_)["problem"]


def test_settings_are_nested():
    assert nested({"tune.rank": 4, "gal.top_k": 2}) == {"tune": {"rank": 4}, "gal": {"top_k": 2}}


def test_only_uploads_are_read(tmp_path: Path):
    with pytest.raises(StudioError, match="not uploaded"):
        uploaded(str(tmp_path / "secret.png"))
    with pytest.raises(StudioError, match="not uploaded"):
        uploaded("/etc/passwd")


def test_another_model_needs_both_names():
    with pytest.raises(StudioError, match="not named"):
        draft({"kind": "style", "references": [], "preset": None, "base_model": "x", "clip_model": ""})


def test_projects_and_demos_are_listed(place: Place):
    answer = projects_and_demos(place.studio)
    assert [project["id"] for project in answer["projects"]] == [place.project]
    assert [demo["kind"] for demo in answer["demos"]] == ["style", "object"]


def test_results_hold_what_was_measured(place: Place):
    place.studio.accept_suggestion(place.round)
    (row,) = all_rounds(Recall(place.studio), place.project)["rounds"]
    assert row["candidates"] == 180
    assert len(row["accepted"]) == 3
    assert 0 < row["openness"] < 0.7
    assert row["adapter"]


def test_the_same_seed_is_found_in_each_round(place: Place):
    anchor = place.studio.pool(place.round)[1]
    answer = same_noise(Recall(place.studio), place.project, anchor.id, 4)
    assert answer["most"] == 10
    assert answer["rounds"][0]["picture"]["prompt"] == anchor.prompt
    assert same_noise(Recall(place.studio), place.project, "none", 0)["rounds"][0]["picture"] is None
