"""What if? A branch with its own choice, settings, seed or strategy, beside the line that it left."""

from pathlib import Path

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.rounds.fingerprints import training_fingerprint
from gal_studio.rounds.inputs import inputs_of
from gal_studio.state import Store
from gal_studio.studio import Studio
from gal_studio.workspace.archive.reader import import_project
from gal_studio.workspace.archive.writer import export_project
from tests.features.needed import needs_refine
from tests.studio.conftest import Place
from tests.ui.seeded import draw, finished, go_on, measure, train
from tests.ui.seeded_refinement import pairs_made


def accept(studio: Studio, round_id: str, *places: int) -> None:
    tiles = studio.round_view(round_id).candidates
    studio.decide([tiles[place].candidate.id for place in places], "accepted")


def learned(studio: Studio, round_id: str) -> list[str]:
    return [each.image for each in studio.training_set(round_id) if not each.is_reference]


def names(place: Place) -> list[str]:
    return [one.name for one in place.studio.rounds(place.project)]


def test_a_choice_in_a_branch_changes_nothing_on_the_line_it_left_nor_the_reverse(place: Place) -> None:
    studio, first = place.studio, place.round
    accept(studio, first, 0, 4)
    line = go_on(studio, first, 2)
    before = learned(studio, line)
    branch = studio.what_if(first)
    assert studio.round_view(branch.id).accepted == 2, "it begins with the choice as it stands"
    accept(studio, branch.id, 8)
    assert learned(studio, line) == before
    after = studio.next_round(branch.id).id
    assert len(learned(studio, after)) == 3
    studio.undo(first)
    assert len(learned(studio, after)) == 3, "nor does the line change the branch"
    assert not learned(studio, line)
    studio.undo(branch.id)
    assert learned(studio, after) == before, "each has a history of its own"


def test_a_branch_is_called_by_what_differs(place: Place) -> None:
    studio, first = place.studio, place.round
    accept(studio, first, 0)
    go_on(studio, first, 2)
    images = studio.what_if(first)
    assert names(place)[1:2] == ["Other images"], "until it is trained on"
    accept(studio, images.id, 4, 8)
    studio.next_round(images.id)
    studio.next_round(studio.what_if(first, {"tune": {"rank": 3}}).id)
    studio.what_if(first, seed=7)
    found = [one.name for one in studio.rounds(place.project) if one.copy_of]
    assert found == ["2 other images", "Rank 3", "Seed 7"]
    assert "Round 2 · rank 3" in names(place)
    studio.rename_round(images.id, "Warmer")
    assert {"Warmer", "Round 2 · Warmer"} <= set(names(place))


def test_only_the_branch_trains_with_its_settings_and_seed(place: Place) -> None:
    studio, first = place.studio, place.round
    accept(studio, first, 0)
    line = studio.next_round(first).id
    wide = studio.next_round(studio.what_if(first, {"tune": {"rank": 3}}).id).id
    lucky = studio.next_round(studio.what_if(first, seed=7).id).id
    for each in (line, wide, lucky):
        studio.fine_tune(each)
    get = studio.store.rounds.get
    rank = studio.project(place.project).settings.tune.rank
    assert [get(each).settings.tune.rank for each in (line, wide, lucky)] == [rank, 3, rank]
    prints = {training_fingerprint(inputs_of(studio.store, each)) for each in (line, wide, lucky)}
    assert len(prints) == 3
    train(studio, wide)
    draw(studio, wide, candidates=2)
    further = studio.next_round(wide).id
    studio.fine_tune(further)
    assert get(further).settings.tune.rank == 3, "so do the rounds after it"


def test_a_branch_without_a_difference_is_said_to_repeat_its_line(place: Place) -> None:
    studio, first = place.studio, place.round
    accept(studio, first, 0)
    line = studio.next_round(first).id
    studio.fine_tune(line)
    known = training_fingerprint(inputs_of(studio.store, line))
    adapter = studio.store.rounds.get(first).adapter
    assert adapter is not None
    studio.store.rounds.finish_training(line, adapter, known, studio.training_set(line))
    branch = studio.what_if(first).id
    assert studio.round_view(branch).repeats == "Round 2"
    accept(studio, branch, 4)
    assert not studio.round_view(branch).repeats
    assert not studio.round_view(studio.what_if(first, seed=7).id).repeats


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"settings": {"tune": {"rank": 2}}}, "already has this value"),
        ({"settings": {"tune": "assets"}}, "must be a table of names and values"),
        ({"seed": 0}, "already has the seed 0"),
        ({"seed": -1}, "choose a whole number"),
    ],
)
def test_a_branch_that_cannot_be_is_refused_in_a_sentence(place: Place, given, words: str) -> None:
    place.studio.change_settings(place.project, {"tune": {"rank": 2}})
    with pytest.raises(StudioError, match=words):
        place.studio.what_if(place.round, **given)
    assert len(place.studio.rounds(place.project)) == 1, "nothing is left behind"


def test_the_beginning_of_a_branch_is_no_round_of_the_benchmark_and_is_not_trained(place: Place) -> None:
    studio, first = place.studio, place.round
    measure(studio, first)
    branch = studio.what_if(first).id
    assert [one.id for one in studio.measures(place.project).rounds] == [None, first]
    with pytest.raises(StudioError, match="where a branch begins"):
        studio.fine_tune(branch)
    with pytest.raises(StudioError, match="already measured"):
        studio.measure(branch)
    after = studio.next_round(branch).id
    found = {one.id: one.parent_id for one in studio.measures(place.project).rounds}
    assert found[after] == first, "what comes after it is compared with the round that it copies"


def test_a_branch_stands_beside_the_line_that_it_left(place: Place) -> None:
    studio, first = place.studio, place.round
    accept(studio, first, 0)
    line = go_on(studio, first, 2)
    start = studio.what_if(first, seed=7).id
    assert studio.beside(line) is None, "there is nothing of it yet"
    branch = go_on(studio, start, 2)
    for each in (line, branch):
        found = studio.beside(each)
        assert found is not None and not found.measured
        assert (found.left.round, found.branch.round) == (line, branch)
        assert len(found.pairs) > 3 and len({one.prompt for one in found.pairs}) == len(found.pairs)
        by_id = {one.candidate.id: one for one in studio.round_view(line).candidates}
        others = {one.candidate.id: one for one in studio.round_view(branch).candidates}
        for pair in found.pairs:
            assert by_id[pair.left.id].candidate.seed == others[pair.branch.id].candidate.seed
            assert by_id[pair.left.id].prompt == others[pair.branch.id].prompt == pair.prompt
    measure(studio, line)
    measure(studio, branch)
    found = studio.beside(branch)
    assert found is not None and found.measured, "the benchmark's images, once both have them"


def test_the_line_that_is_kept_is_the_main_one_and_the_other_stays(place: Place) -> None:
    studio, first = place.studio, place.round
    with pytest.raises(StudioError, match="no branch beside it: press What if"):
        studio.keep_line(first)
    accept(studio, first, 0)
    line = go_on(studio, first, 2)
    branch = go_on(studio, studio.what_if(first, seed=7).id, 2)
    studio.keep_line(branch)
    aside = {one.id: one.aside for one in studio.rounds(place.project)}
    assert aside == {first: True, line: True, branch: False, studio.store.rounds.get(branch).parent_id: False}
    found = studio.beside(line)
    assert found is not None and found.branch.main and not found.left.main
    studio.keep_line(line)
    assert not any(one.aside for one in studio.rounds(place.project) if one.id in (first, line))
    assert studio.store.rounds.get(branch).adapter, "nothing is deleted"


def test_a_line_is_kept_also_after_the_clock_was_set_back(place: Place) -> None:
    studio, first = place.studio, place.round
    accept(studio, first, 0)
    line = go_on(studio, first, 2)
    branch = go_on(studio, studio.what_if(first, seed=7).id, 2)
    studio.keep_line(branch)
    with Store(studio.store.workspace, clock=lambda: 1.0) as early:
        Studio(early).keep_line(line)
        other = Studio(early).what_if(first, seed=8).id
    aside = {one.id for one in studio.rounds(place.project) if one.aside}
    assert line not in aside and branch in aside
    names = [one.id for one in studio.rounds(place.project) if one.copy_of]
    assert names[-1] == other, "the newest branch is the last one"
    early_line = go_on(studio, other, 2)
    found = studio.beside(line)
    assert found is not None and found.branch.round == early_line, "the newest stands beside the line"


@needs_refine
def test_a_branch_of_a_refinement_has_its_pairs_and_travels_with_its_project(tmp_path: Path) -> None:
    studio, project, first = finished(tmp_path / "place", candidates=2)
    with studio.store as store:
        refined = pairs_made(studio, first)
        train(studio, refined)
        draw(studio, refined, candidates=2)
        accept(studio, refined, 0)
        copy = studio.what_if(refined, seed=7, name="Lucky").id
        pairs = [(one.prompt, one.generated_image) for one in store.refinements.pairs(refined)]
        assert pairs and [(one.prompt, one.generated_image) for one in store.refinements.pairs(copy)] == pairs
        assert studio.refinement_view(copy).pairs[0].maps_version
        export_project(store, project, tmp_path / "it.zip")
    with Store(tmp_path / "other") as other:
        there = Studio(other)
        found = {one.name: one for one in there.rounds(import_project(other, tmp_path / "it.zip"))}
        assert found["Lucky"].copy_of == found["Round 1 refined"].id
        assert found["Lucky"].seed == 7
