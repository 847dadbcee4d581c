"""A poll returns what has changed, once."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gal_studio.core.snapshot import Preview
from gal_studio.state import Store
from gal_studio.studio import Studio
from gal_studio.ui.api import polling
from gal_studio.ui.api.polling import new_candidates, poll
from gal_studio.ui.api.view_cache import ViewCache
from tests.ui.conftest import Place
from tests.ui.seeded import draw, make_project, train


def known(answer, before=None):
    digests = {**(before or {}).get("parts", {}), **answer["digests"]}
    mark = answer["candidates"]["mark"] if answer["candidates"] else (before or {}).get("candidates", {})
    return {"parts": digests, "candidates": mark}


def test_first_answer_is_whole(place: Place):
    answer = poll(ViewCache(place.studio), {"project": place.project})
    assert answer["round"] == place.round
    assert set(answer["parts"]) == {
        "project", "rounds", "job", "round", "scores", "positions", "verdicts", "masks", "weights",
        "queue", "measures", "replays", "archived", "tags", "actions",
    }  # fmt: skip
    assert len(answer["candidates"]["items"]) == 180
    assert len(answer["parts"]["positions"]) == 181, "the reference has a place as well"


def test_a_poll_without_changes_makes_no_view_and_writes_no_part(
    place: Place, monkeypatch: pytest.MonkeyPatch
):
    views = ViewCache(place.studio)
    first = poll(views, {"project": place.project})
    ask = {"project": place.project, "round": place.round, "known": known(first)}
    poll(views, ask)
    monkeypatch.setattr(polling, "parts_of", None)
    monkeypatch.setattr(polling, "new_candidates", None)
    assert poll(views, ask)["parts"] == {}


def test_a_decision_changes_verdicts_and_nothing_of_the_candidates(place: Place):
    views = ViewCache(place.studio)
    first = poll(views, {"project": place.project})
    chosen = first["candidates"]["items"][0]["id"]
    place.studio.decide([chosen], "accepted")
    second = poll(views, {"project": place.project, "round": place.round, "known": known(first)})
    assert second["parts"]["verdicts"] == {chosen: "accepted"}
    assert second["candidates"] is None


def test_only_the_pictures_come_again_of_which_a_person_said_something_else(place: Place):
    views = ViewCache(place.studio)
    first = poll(views, {"project": place.project})
    chosen = next(item for item in first["candidates"]["items"] if not item["copy"])["id"]
    place.studio.mark_copies([chosen], True)
    second = poll(views, {"project": place.project, "round": place.round, "known": known(first)})
    assert not second["candidates"]["reset"]
    assert [(one["id"], one["copy"], one["copy_by"]) for one in second["candidates"]["items"]] == [
        (chosen, True, "person")
    ]
    assert "scores" in second["parts"]
    after = known(second, known(first))
    assert poll(views, {"project": place.project, "round": place.round, "known": after})["candidates"] is None
    place.studio.mark_copies([chosen], None)
    third = poll(views, {"project": place.project, "round": place.round, "known": after})
    assert [(one["id"], one["copy_by"]) for one in third["candidates"]["items"]] == [(chosen, "")]


def test_pictures_arrive_as_they_are_drawn(place: Place):
    views = ViewCache(place.studio)
    project = make_project(place.studio, name="Another")
    round_id = place.studio.rounds(project)[0].id
    train(place.studio, round_id)
    pool = place.studio.pool(round_id)
    draw(place.studio, round_id, pool[:2])
    first = poll(views, {"project": project})
    assert len(first["candidates"]["items"]) == 20
    draw(place.studio, round_id, pool[2:3])
    second = poll(views, {"project": project, "known": known(first)})
    assert not second["candidates"]["reset"]
    assert {item["anchor_id"] for item in second["candidates"]["items"]} == {pool[2].id}


def test_one_index_after_another_is_new_as_well(place: Place):
    views = ViewCache(place.studio)
    project = make_project(place.studio, name="Another")
    round_id = place.studio.rounds(project)[0].id
    train(place.studio, round_id)
    draw(place.studio, round_id, candidates=1)
    first = poll(views, {"project": project})
    draw(place.studio, round_id, candidates=2)
    second = poll(views, {"project": project, "known": known(first)})
    assert [item["index"] for item in second["candidates"]["items"]] == [1] * 18 or second["candidates"][
        "reset"
    ]


def test_strengths_that_are_drawn_one_after_another_replace_nothing(place: Place):
    """The first and the sixth picture of each prompt come first, then the second and the seventh."""
    round_id = place.studio.rounds(make_project(place.studio, name="Another"))[0].id
    draw(place.studio, round_id, candidates=7)
    view = place.studio.round_view(round_id)
    drawn = sorted(view.candidates, key=lambda tile: (tile.candidate.index % 5, tile.candidate.index))
    mark, sent = {}, []
    for count in range(18, len(drawn) + 1, 18):
        part = new_candidates(replace(view, candidates=tuple(drawn[:count])), mark)
        assert part is not None and not part["reset"]
        mark = part["mark"]
        sent += [item.id for item in part["items"]]
    assert sent == [tile.candidate.id for tile in drawn]
    assert new_candidates(replace(view, candidates=tuple(drawn)), mark) is None


def test_an_unknown_project_is_gone_with_a_sentence(place: Place):
    assert "no project" in poll(ViewCache(place.studio), {"project": "nothing"})["gone"]


def test_a_project_that_is_deleted_within_a_poll_is_gone_and_no_fault(
    place: Place, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    page = polling._page

    def delete_first(*asked: Any) -> polling.Page:
        place.studio.archive(place.project)
        place.studio.delete(place.project)
        return page(*asked)

    monkeypatch.setattr(polling, "_page", delete_first)
    assert "There is no project" in poll(ViewCache(place.studio), {"project": place.project})["gone"]
    assert caplog.records == []


def test_what_says_itself_what_is_wrong_is_logged_in_a_line(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    place.studio.store.database.write("UPDATE rounds SET parent_id = id")
    assert "form a loop" in poll(ViewCache(place.studio), {"project": place.project})["gone"]
    assert [(one.exc_info, "form a loop" in one.message) for one in caplog.records] == [(None, True)]


def test_without_a_project_there_is_the_queue_alone(place: Place):
    views = ViewCache(place.studio)
    first = poll(views, {})
    assert first["parts"] == {"queue": {"working": [], "waiting": [], "halted": []}}
    assert poll(views, {"known": known(first)})["parts"] == {}


def test_the_queue_is_that_of_all_projects_and_new_only_when_it_changed(place: Place):
    views = ViewCache(place.studio)
    other = make_project(place.studio, name="Another")
    training, drawing = place.studio.run_round(place.studio.rounds(other)[0].id)
    first = poll(views, {"project": place.project})
    waiting = first["parts"]["queue"]["waiting"]
    assert [(job["kind"], job["project_name"], job["round_name"]) for job in waiting] == [
        ("fine_tune", "Another", "Round 1"),
        ("generate", "Another", "Round 1"),
    ]
    assert [(job["can_rise"], job["can_sink"], job["behind"]) for job in waiting] == [
        (False, False, ""),
        (False, False, "training"),
    ], "a training and its generating alone have one order"
    second = poll(views, {"project": place.project, "known": known(first)})
    assert "queue" not in second["parts"]
    place.studio.stop(training.id)
    queue = poll(views, {"project": place.project, "known": known(first)})["parts"]["queue"]
    assert [job["id"] for job in queue["halted"]] == [training.id]
    assert place.studio.store.jobs.get(drawing.id).state == "stopped"


def test_pictures_of_a_training_are_told_with_the_round(place: Place):
    views = ViewCache(place.studio)
    first = poll(views, {"project": place.project})
    assert first["parts"]["round"]["previews"] == []
    image = place.studio.round_view(place.round).candidates[0].candidate.image
    place.studio.store.rounds.add_preview(place.round, Preview(50, "A tie", 1, image))
    second = poll(views, {"project": place.project, "round": place.round, "known": known(first)})
    assert second["parts"]["round"]["previews"] == [{"step": 50, "prompt": "A tie", "version": image[:8]}]


def test_while_pictures_are_drawn_nothing_is_suggested(place: Place):
    project = make_project(place.studio, name="Another")
    round_id = place.studio.rounds(project)[0].id
    train(place.studio, round_id)
    draw(place.studio, round_id, place.studio.pool(round_id)[:6])
    place.studio.generate(round_id)
    answer = poll(ViewCache(place.studio), {"project": project})
    assert answer["parts"]["scores"]
    assert not any(score["suggested"] or score["rank"] for score in answer["parts"]["scores"])


def test_views_are_made_once_until_something_changes(place: Place, monkeypatch):
    views = ViewCache(place.studio)
    calls = []
    make = place.studio.round_view
    monkeypatch.setattr(place.studio, "round_view", lambda name: calls.append(name) or make(name))
    for _ in range(3):
        poll(views, {"project": place.project})
    assert len(calls) == 1
    place.studio.accept_suggestion(place.round)
    poll(views, {"project": place.project})
    assert len(calls) == 2


def test_losses_of_a_training_leave_the_other_rounds_alone(place: Place, monkeypatch):
    views = ViewCache(place.studio)
    calls = []
    make = place.studio.rounds
    monkeypatch.setattr(place.studio, "rounds", lambda name: calls.append(name) or make(name))
    poll(views, {"project": place.project})
    place.studio.store.rounds.save_losses(place.round, [(300, 0.125)])
    assert poll(views, {"project": place.project})["parts"]["round"]["losses"][-1] == [300, 0.125]
    assert len(calls) == 1
    place.studio.store.rounds.set_title(place.round, "The first")
    assert poll(views, {"project": place.project})["parts"]["rounds"][0]["name"] == "The first"
    assert len(calls) == 2


def test_a_new_project_opens_at_round_0_until_the_next_one_is_begun(tmp_path: Path):
    with Store(tmp_path / "workspace") as store:
        studio = Studio(store)
        project = make_project(studio, candidates=2)
        (first,) = studio.rounds(project)
        zero = store.rounds.add(project, None, store.rounds.get(first.id).settings, "instant").id
        store.rounds.put_below(first.id, zero)
        answer = poll(ViewCache(studio), {"project": project})
        assert answer["round"] == zero
        assert [one["kind"] for one in answer["parts"]["rounds"]] == ["instant", "fine_tune"]
        assert answer["parts"]["round"]["trained"] is True
        train(studio, first.id)
        assert poll(ViewCache(studio), {"project": project})["round"] == first.id
