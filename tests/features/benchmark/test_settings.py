"""A round and its strength schedule are measured together, ranked together, and never silently mixed."""

import numpy as np
import pytest
from PIL import Image

from gal_studio.core.errors import StudioError
from gal_studio.core.recipe import AS_TRAINED, Recipe
from gal_studio.core.records.candidate import Candidate
from gal_studio.rounds import test_set
from gal_studio.rounds.measured import measured_setting
from gal_studio.state.tables.measures import LIKENESS, NewMeasuredPicture
from gal_studio.studio import Studio
from tests.features.benchmark.test_verbs import PROMPTS, project_of
from tests.studio.seeding import train

WEAK = Recipe(0.4, 1.0, 0.7)
WEAKER = Recipe.constant(0.4)


def draw_by(studio: Studio, round_id: str, copies: dict[Recipe, bool]) -> None:
    """Two candidates of each anchor by each schedule, all copies or none."""
    for anchor in studio.pool(round_id):
        studio.store.candidates.save(
            round_id,
            [
                Candidate(
                    "", anchor.id, 2 * place + seed, seed, studio.store.images.add(b"an image"), 0.3, 0.5 if
                    is_copy else 0.1, feature=np.array([1.0, 0.0]), recipe=recipe,
                )
                for place, (recipe, is_copy) in enumerate(copies.items())
                for seed in range(2)
            ],
        )  # fmt: skip


def measure(studio: Studio, round_id: str, copies: dict[Recipe, bool], only_full: bool = False) -> None:
    """Store what a round lacks: by a schedule all images are copies, or none."""
    image = studio.store.images.add_picture(Image.new("RGB", (8, 8), "red"))
    for planned in test_set.prepare(studio.store, round_id).missing:
        if only_full and planned.recipe != AS_TRAINED:
            continue
        is_copy = planned.round_id is not None and copies.get(planned.recipe, False)
        scores = {
            "similarity_anchor": 0.3,
            "similarity_reference": 0.5 if is_copy else 0.1,
            LIKENESS: 0.5 if planned.round_id else 0.1,
        }
        trained_as = studio.store.rounds.get(planned.round_id).trained_as if planned.round_id else ""
        studio.store.measures.save(
            [
                NewMeasuredPicture(
                    planned.prompt.id, planned.round_id, planned.number, planned.seed(0), image, scores, "",
                    trained_as or "", recipe=planned.recipe,
                )
            ]
        )  # fmt: skip


@pytest.fixture
def small(studio: Studio, round_id: str) -> str:
    """A trained round whose images at full strength are copies, and none by a schedule."""
    draw_by(studio, round_id, {AS_TRAINED: True, WEAK: False})
    studio.change_test_set(project_of(studio, round_id), PROMPTS, 2)
    return round_id


def test_a_round_draws_the_held_out_prompts_by_its_best_schedule_too(studio: Studio, small: str) -> None:
    wanted = test_set.prepare(studio.store, small).wanted
    by_schedule = [one for one in wanted if one.recipe == WEAK]
    full = [one for one in wanted if one.round_id == small and one.recipe == AS_TRAINED]
    assert {one.prompt.part for one in by_schedule} == {"held_out"}
    assert [one.seed(0) for one in by_schedule] == [
        one.seed(0) for one in full if one.prompt.part == "held_out"
    ]
    assert not [one for one in wanted if one.round_id is None and one.recipe != AS_TRAINED]


def test_full_strength_that_is_the_best_is_not_drawn_twice(studio: Studio, round_id: str) -> None:
    draw_by(studio, round_id, {AS_TRAINED: False, WEAK: True})
    studio.change_test_set(project_of(studio, round_id), PROMPTS, 2)
    measure(studio, round_id, {})
    view = studio.measures(project_of(studio, round_id))
    assert {one.candidate.recipe for one in view.pictures} == {AS_TRAINED}
    assert view.rounds[1].schedules == ()
    assert view.headline == "Round 1 is the only round measured so far.", "no setting where there is one"


def test_the_pair_decides_and_is_what_exports_and_trials_use(studio: Studio, small: str) -> None:
    measure(studio, small, {AS_TRAINED: True, WEAK: False})
    view = studio.measures(project_of(studio, small))
    assert (view.best, view.setting) == (small, WEAK)
    assert view.headline == f"Round 1 ({WEAK.brief}) is the only round measured so far."
    assert view.constant == "At a constant strength, no measured round is better than the base model."
    first = view.rounds[1]
    assert first.report is not None and first.report.copies == 4, "full strength stays beside it"
    (schedule,) = first.schedules
    assert schedule.report is not None and schedule.report.copies == 0
    assert schedule.report.changes["copies"].value == -1.0, "since full strength"
    assert (first.gain_setting, first.setting) == ("strength 0.4 for 70% of steps, then 1", WEAK)
    assert first.gain is not None and first.gain.value == 1.0 and first.decides is schedule.report
    assert measured_setting(studio.store, small) == WEAK
    assert studio.round_view(small).best_recipe == WEAK


def test_what_was_measured_before_keeps_its_figures_and_says_what_lacks(studio: Studio, small: str) -> None:
    project = project_of(studio, small)
    measure(studio, small, {AS_TRAINED: True}, only_full=True)
    view = studio.measures(project)
    first = view.rounds[1]
    assert first.report is not None and (first.drawn, first.wanted) == (4, 4)
    assert [(one.words, one.drawn, one.report) for one in first.schedules] == [
        ("strength 0.4 for 70% of steps, then 1", 0, None)
    ]
    assert view.best is None, "by full strength alone"
    assert first.gain_setting == "full strength"
    assert first.setting == WEAK, "its own images say so"
    assert studio.measure(small).kind == "measure", "on demand"
    measure(studio, small, {WEAK: False})
    assert studio.measures(project).best == small
    assert test_set.prepare(studio.store, small).missing == ()


def test_a_schedule_that_is_worse_on_the_benchmark_is_not_used(studio: Studio, small: str) -> None:
    measure(studio, small, {AS_TRAINED: False, WEAK: True})
    view = studio.measures(project_of(studio, small))
    assert (view.best, view.setting) == (small, AS_TRAINED)
    assert view.headline == "Round 1 (full strength) is the only round measured so far."
    assert view.constant == ""
    assert measured_setting(studio.store, small) == AS_TRAINED


def test_rounds_are_compared_by_the_setting_that_decides_of_each(studio: Studio, small: str) -> None:
    studio.decide([studio.round_view(small).candidates[2].candidate.id], "accepted")
    second = studio.next_round(small).id
    train(studio, second)
    draw_by(studio, second, {AS_TRAINED: False, WEAK: True})
    measure(studio, small, {AS_TRAINED: True, WEAK: False})
    measure(studio, second, {AS_TRAINED: False})
    view = studio.measures(project_of(studio, small))
    assert view.best == small, "of equal ones the first"
    assert view.headline.startswith(
        f"Round 1 ({WEAK.brief}) is the best of 2 measured rounds, but its lead over Round 2 "
        "(full strength) may be chance."
    )
    assert view.constant == "In programs without strength schedules, Round 2 is best at full strength."
    assert "(Round 1" not in view.sentence
    change = view.rounds[2].gain_change
    assert change is not None and change.value == 0.0, "and not since full strength"


def test_a_mark_that_moves_the_best_schedule_mixes_nothing(studio: Studio, small: str) -> None:
    measure(studio, small, {AS_TRAINED: True, WEAK: False})
    draw_by_more = {WEAKER: False}
    for anchor in studio.pool(small):
        studio.store.candidates.save(
            small,
            [
                Candidate(
                    "", anchor.id, 4 + seed, seed, studio.store.images.add(b"one more"), 0.3, 0.1,
                    feature=np.array([1.0, 0.0]), recipe=recipe,
                )
                for recipe in draw_by_more
                for seed in range(2)
            ],
        )  # fmt: skip
    marked = [tile.candidate for tile in studio.round_view(small).candidates if tile.candidate.recipe == WEAK]
    studio.mark_copies([one.id for one in marked], True)
    assert studio.round_view(small).best_recipe == WEAKER
    view = studio.measures(project_of(studio, small))
    assert [(one.words, one.drawn) for one in view.rounds[1].schedules] == [
        ("strength 0.4 for 70% of steps, then 1", 4),
        ("strength 0.4", 0),
    ]
    assert (view.best, view.setting) == (small, WEAK), "what was measured stands"
    measure(studio, small, {WEAKER: True})
    view = studio.measures(project_of(studio, small))
    assert [one.report.copies for one in view.rounds[1].schedules if one.report] == [0, 4]
    assert view.setting == WEAK


def test_one_benchmark_prompt_is_enough(studio: Studio, small: str) -> None:
    project = project_of(studio, small)
    studio.change_test_set(project, PROMPTS[:1], 1)
    measure(studio, small, {AS_TRAINED: True, WEAK: False})
    view = studio.measures(project)
    assert (view.best, view.setting) == (small, WEAK)
    with pytest.raises(StudioError, match="already measured"):
        studio.measure(small)
