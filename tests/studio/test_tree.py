"""Names, stars and the archive of rounds."""

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.studio import Studio
from tests.studio.conftest import Place
from tests.ui.seeded import draw, train


def names(place: Place) -> list[str]:
    return [summary.name for summary in place.studio.rounds(place.project)]


def drawn_child(studio: Studio, round_id: str) -> str:
    child = studio.branch(round_id).id
    train(studio, child)
    draw(studio, child, candidates=2)
    return child


def test_a_round_has_a_name_of_its_own_or_that_by_its_number(place: Place) -> None:
    studio = place.studio
    other = studio.branch(place.round).id
    third = studio.branch(place.round).id
    assert studio.rename_round(other, "  Warm   paper ") == "Warm paper"
    assert studio.rename_round(third, "Warm paper") == "Warm paper (2)"
    assert names(place) == ["Round 1", "Warm paper", "Warm paper (2)"]
    assert studio.rename_round(third, " ") == "Round 2 (2)", "its number stays"
    with pytest.raises(StudioError, match="41 characters: use at most 40"):
        studio.rename_round(third, "x" * 41)
    assert studio.rounds(place.project)[2].title == "", "a refused name changes nothing"


def test_an_archived_round_is_hidden_with_those_after_it_and_comes_back(place: Place) -> None:
    studio = place.studio
    child = drawn_child(studio, place.round)
    grandchild = studio.branch(child).id
    sibling = studio.branch(place.round).id
    version = studio.version(place.project)
    before = studio.archive_round(child)
    assert before is not None and before.id == place.round
    assert studio.version(place.project) != version
    assert [summary.id for summary in studio.rounds(place.project)] == [place.round, sibling]
    assert studio.archived_rounds(place.project) == {child: "Round 2"}
    assert [measured.id for measured in studio.measures(place.project).rounds] == [None, place.round, sibling]
    studio.restore_round(child)
    assert names(place) == ["Round 1", "Round 2", "Round 2 (2)", "Round 3"]
    assert {summary.id for summary in studio.rounds(place.project)} >= {child, grandchild}


def test_a_round_comes_back_with_those_that_it_comes_from(place: Place) -> None:
    studio = place.studio
    child = drawn_child(studio, place.round)
    grandchild = studio.branch(child).id
    studio.archive_round(grandchild)
    studio.archive_round(child)
    studio.restore_round(grandchild)
    assert studio.archived_rounds(place.project) == {}
    assert [each.id for each in studio.rounds(place.project)] == [place.round, child, grandchild]


def test_the_next_round_is_none_that_was_archived(place: Place) -> None:
    first = place.studio.next_round(place.round)
    place.studio.archive_round(first.id)
    second = place.studio.next_round(place.round)
    assert second.id != first.id
    assert place.studio.next_round(place.round) == second


def test_the_last_round_and_one_at_work_stay(place: Place) -> None:
    studio = place.studio
    with pytest.raises(StudioError, match="the only round that is shown"):
        studio.archive_round(place.round)
    child = studio.branch(place.round).id
    job = studio.fine_tune(child)
    with pytest.raises(StudioError, match="Round 2 is being worked on"):
        studio.archive_round(child)
    assert len(studio.rounds(place.project)) == 2, "nothing is half done"
    studio.stop(job.id)
    studio.archive_round(child)


def test_a_renamed_round_is_measured_as_before(place: Place) -> None:
    from tests.ui.seeded import measure

    child = drawn_child(place.studio, place.round)
    measure(place.studio, place.round, copies=4)
    measure(place.studio, child, copies=1)
    reports = [each.report for each in place.studio.measures(place.project).rounds]
    place.studio.rename_round(child, "Warm paper")
    again = place.studio.measures(place.project).rounds
    assert again[-1].name == "Warm paper"
    assert [each and each.gain for each in reports] == [each.report and each.report.gain for each in again]
