"""Pairs are dealt, answered, undone, exported with the project, and outrank what is computed."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.core.measures.blind import Agreement
from gal_studio.features.blind.verbs import BlindPair, BlindTold, choose_blind, compare_blind, undo_blind
from gal_studio.state import Store
from gal_studio.studio import Studio
from gal_studio.studio.reports.measured import describe_measures
from tests.features.blind.compared import second_round
from tests.ui.seeded import finished, measure


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str, str]:
    studio, project, first = finished(tmp_path_factory.mktemp("blind") / "workspace", candidates=3)
    with studio.store:
        return studio.store.workspace, project, first, second_round(studio, first)


@pytest.fixture
def place(workspace: tuple[Path, str, str, str], tmp_path: Path) -> Iterator[tuple[Studio, str, str, str]]:
    """A studio with a project of two measured rounds, of which the second is the best by the figures."""
    folder, *names = workspace
    shutil.copytree(folder, tmp_path / "workspace")
    with Store(tmp_path / "workspace") as store:
        yield Studio(store), names[0], names[1], names[2]


Place = tuple[Studio, str, str, str]


def of_rounds(studio: Studio, project: str, pair: BlindPair) -> list[str]:
    """The rounds that generated a pair."""
    drawn = {one.candidate.id: one.round_id or "" for one in studio.measures(project).pictures}
    return [drawn[pair.left.id], drawn[pair.right.id]]


def answer(place: Place, chosen: str, number: int, seed: int = 1) -> BlindTold:
    """Choose the images of a round so often, or neither ("")."""
    studio, project, *_ = place
    pairs = compare_blind(studio, project, seed).pairs
    for pair in pairs[:number]:
        side = dict(zip(of_rounds(studio, project, pair), ("left", "right"), strict=True))
        made = choose_blind(studio, project, pair.left.id, pair.right.id, side.get(chosen, "neither"))
    return made


def test_a_seed_deals_pairs_of_equal_prompts_and_seeds(place: Place) -> None:
    studio, project, first, second = place
    found = compare_blind(studio, project, 5)
    assert found == compare_blind(studio, project, 5)
    sheet = {column.key: column for column in studio.measures(project).words.sheet}
    of = [sheet[key].round for key in (found.first, found.second)]  # named as in the sheet
    assert of == [second, first], "the best one, the next one"
    assert (len(found.pairs), found.more, found.told, found.can_undo) == (12, 12, "", False)
    assert len({pair.prompt for pair in found.pairs}) == 12
    seeds = {one.candidate.id: one.candidate.seed for one in studio.measures(project).pictures}
    assert all(seeds[pair.left.id] == seeds[pair.right.id] for pair in found.pairs)
    sides = [of_rounds(studio, project, pair) for pair in found.pairs]
    assert all({*both} == {first, second} for both in sides) and len({left for left, _ in sides}) == 2
    own = compare_blind(studio, project, 5, round_id=first)
    assert (own.first, own.second) == (found.second, found.first)


def test_what_was_chosen_outranks_the_figures_and_undo_brings_them_back(place: Place) -> None:
    studio, project, first, second = place
    before = studio.measures(project)
    assert (before.best, before.agreed) == (second, "")
    told = answer(place, first, 9).told
    assert told == "You chose Round 1 over Round 2 in 9 of 9 blind pairs, which is hardly chance."
    rest = answer(place, second, 3)
    assert rest.told.startswith("You chose Round 1 over Round 2 in 9 of 12 blind pairs")
    now = studio.measures(project)
    assert (now.best, now.by_eye, now.rivals) == (first, True, (second,))
    assert now.headline == rest.told
    assert now.sentence.startswith("The studio’s own order differs: Round 2 is the best of 2 measured rounds")
    again = compare_blind(studio, project, 2)
    assert (len(again.pairs), again.more, again.can_undo, again.told) == (12, 0, True, rest.told)
    while undo_blind(studio, project):
        pass
    assert studio.measures(project) == before, "after undoing everything, everything is as it was"


def test_undo_comes_back_to_the_pair_and_nothing_is_overwritten(place: Place) -> None:
    studio, project, *_ = place
    pair = compare_blind(studio, project, 1).pairs[0]
    answer(place, "", 1)
    assert undo_blind(studio, project) == pair
    assert compare_blind(studio, project, 1).pairs[0] == pair
    assert undo_blind(studio, project) is None
    rows = studio.store.database.rows("SELECT chosen, undoes FROM blind_answers ORDER BY id")
    assert [tuple(row) for row in rows] == [("neither", None), (None, 1)]


def test_an_answer_can_be_changed_from_either_side(place: Place) -> None:
    studio, project, *_ = place
    pair = compare_blind(studio, project, 1).pairs[0]
    names = pair.left.id, pair.right.id
    for side, given in (("left", names), ("left", names[::-1]), ("right", names)):
        made = choose_blind(studio, project, *given, side)
    assert "of 1 blind pair" in made.told
    assert len(studio.store.blind.standing(project)) == 1


def test_what_is_no_pair_is_refused(place: Place) -> None:
    studio, project, *_ = place
    one, other = compare_blind(studio, project, 1).pairs[:2]
    with pytest.raises(StudioError, match="no longer a pair of the benchmark"):
        choose_blind(studio, project, one.left.id, other.right.id, "left")
    with pytest.raises(StudioError, match="no longer a pair of the benchmark"):
        choose_blind(studio, project, "0" * 16, one.right.id, "left")
    with pytest.raises(StudioError, match="The answer is 'both'"):
        choose_blind(studio, project, one.left.id, one.right.id, "both")
    side = compare_blind(studio, project).first
    with pytest.raises(StudioError, match="choose two different ones"):
        compare_blind(studio, project, 1, side, side)
    with pytest.raises(StudioError, match="is no longer measured"):
        compare_blind(studio, project, 1, side, "0" * 16)


def test_answers_are_about_images_and_leave_with_the_project(place: Place, tmp_path: Path) -> None:
    studio, project, first, second = place
    answer(place, first, 12)
    said = studio.measures(project).headline
    archive = studio.export_project(project, tmp_path / "project.zip")
    with Store(tmp_path / "other") as store:
        other = Studio(store)
        copy = other.import_project(archive)
        assert other.measures(copy).headline == said
        assert compare_blind(other, copy, 1).told == said
        assert undo_blind(other, copy) is not None
    studio.store.database.write("UPDATE rounds SET trained_as = 'another' WHERE id = ?", (second,))
    measure(studio, second, likeness=0.7)
    assert studio.measures(project).blind == (), "nobody compared the images of another training"


def test_the_studio_tells_how_often_its_figures_agreed(place: Place) -> None:
    studio, project, first, _ = place
    answer(place, first, 12)
    known = [one for one in studio.store.blind.standing(project).values() if one.favored]
    assert 0 < len(known) < 12, "some images are equally good"
    found = studio.store.blind.agreement()
    assert found == Agreement(sum(one.favored == one.chosen for one in known), len(known))
    assert studio.measures(project).agreed == found.sentence


def test_the_card_and_the_summary_say_what_was_chosen(place: Place) -> None:
    studio, project, first, second = place
    assert studio.measured_sentences(first)[-1].startswith(
        "The best of 2 measured, by the benchmark: Round 2"
    )
    answer(place, first, 12)
    for name in (first, second):
        *_, fact, best = studio.measured_sentences(name)
        assert fact == "Round 1 was chosen over Round 2 in 12 of 12 blind pairs, which is hardly chance."
        assert best == "The best of 2 measured, in blind pairs: Round 1."
    summary = describe_measures(studio.measures(project))
    assert (summary["best"], summary["chosen_in_blind_pairs"]) == ("Round 1", True)
    assert summary["blind_pairs"] == [fact.replace("Round 1 was chosen", "You chose Round 1")]
