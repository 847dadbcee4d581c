"""Where nothing is suggested, `run` ends with what could be chosen, and trains no round a second time."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gal_studio.commands.running.unattended import RunPlan, _why_last, _would_repeat
from gal_studio.state import Store
from gal_studio.studio import ProjectDraft, Studio
from gal_studio.studio.views.words.shortlist import worth_words
from tests.studio.seeding import draft, draw, train


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    with Store(tmp_path / "workspace") as store:
        yield Studio(store)


def first_round(studio: Studio, copies: list[int], **tune: object) -> str:
    changes = {**draft().changes, "tune": tune} if tune else draft().changes
    project = studio.create_project(draft(changes=changes))
    round_id = studio.rounds(project)[0].id
    train(studio, round_id)
    draw(studio, round_id, copies)
    return round_id


def plan(tmp_path: Path, **changes: object) -> RunPlan:
    given = ProjectDraft(kind="style", references=())
    return RunPlan(given, 3, "uncertainty", tmp_path, tmp_path, **changes)  # type: ignore[arg-type]


def test_a_round_without_copies_has_a_shortlist_and_ends_the_run(studio: Studio, tmp_path: Path) -> None:
    round_id = first_round(studio, [])
    made = studio.proposal(round_id)
    assert made.suggestions == ()
    assert _would_repeat(studio, round_id, made, plan(tmp_path))
    told = list(_why_last(studio, 1, round_id, plan(tmp_path)))
    assert told[0] == "Round 1 is the last one: nothing is suggested, and another round would repeat it."
    assert "72 images may be right by the studio’s scores; the page lists 12, of 12 prompts" in told[1]
    assert worth_words() in told[1]
    view = studio.round_view(round_id)
    assert view.shortlist is not None
    studio.decide([view.shortlist.images[0].candidate_id], "accepted")
    after = studio.round_view(round_id).shortlist
    assert after is not None and after.images[0].anchor_id != view.shortlist.images[0].anchor_id


def test_what_is_new_goes_on(studio: Studio, tmp_path: Path) -> None:
    suggests = first_round(studio, [1, 2, 1])
    made = studio.proposal(suggests)
    assert made.suggestions and not _would_repeat(studio, suggests, made, plan(tmp_path))
    assert studio.round_view(suggests).shortlist is None, "there are suggestions"
    goes_on = first_round(studio, [], continue_from_last=True)
    assert not _would_repeat(studio, goes_on, studio.proposal(goes_on), plan(tmp_path))
    begun = first_round(studio, [])
    studio.next_round(begun)
    assert not _would_repeat(studio, begun, studio.proposal(begun), plan(tmp_path))


def test_a_shortlist_of_none_says_why(studio: Studio) -> None:
    round_id = first_round(studio, [4] * 18)
    shortlist = studio.round_view(round_id).shortlist
    assert shortlist is not None and shortlist.images == ()
    assert shortlist.sentence.startswith("No image here scores as right: 72 are copies.")
