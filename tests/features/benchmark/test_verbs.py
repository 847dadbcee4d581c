"""The test set is chosen once, edited with its pictures kept, and compared only where it is complete."""

from collections.abc import Sequence

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.core.measures.verdict import Caution
from gal_studio.rounds import test_set
from gal_studio.studio import Studio
from tests.studio.seeding import draft, draw, measure
from tests.tiny_project import drawing

PROMPTS = ["A house {}", "A fish {}"]


def project_of(studio: Studio, round_id: str) -> str:
    return studio.store.rounds.get(round_id).project_id


@pytest.fixture
def small(studio: Studio, round_id: str) -> str:
    """A trained round with candidates, whose project has a test set of two prompts and two seeds."""
    draw(studio, round_id, [1, 2])
    studio.change_test_set(project_of(studio, round_id), PROMPTS, 2)
    return round_id


def test_a_test_set_holds_no_test_prompt_and_stays_as_it_was_chosen(studio: Studio, round_id: str) -> None:
    project = project_of(studio, round_id)
    proposed = studio.measures(project)
    assert not proposed.is_chosen
    chosen = test_set.ensure(studio.store, studio.store.snapshots.outline(project))
    assert chosen == proposed.chosen
    prompts = list(studio.measures(project).prompts)
    assert len(prompts) == 12
    assert chosen.seeds == 2
    anchors = {anchor.prompt for anchor in studio.project(project).anchors}
    assert anchors.isdisjoint(prompts)
    studio.change_settings(project, {"generation": {"steps": 99, "guidance_scale": 9.0}})
    assert test_set.ensure(studio.store, studio.store.snapshots.outline(project)) == chosen


def test_no_prompt_asks_for_what_a_reference_shows(studio: Studio) -> None:
    shown = [(drawing(1), "A <sks> cat on the beach"), (drawing(2), "A <sks> cat in a city")]
    project = studio.create_project(draft(kind="object", references=shown, trigger_word="<sks>"))
    prompts = studio.measures(project).prompts
    assert "a <sks> cat on a beach" not in prompts
    assert "a <sks> cat in a city street at night" in prompts, "more than the reference shows"
    assert len(prompts) == 11
    places = (
        "in a kitchen",
        "on a mountain",
        "in space",
        "on the stairs",
        "on a sofa",
        "in a forest",
        "in the snow",
    )
    everywhere = [(drawing(at), f"A <sks> cat {place}") for at, place in enumerate(places, 1)]
    project = studio.create_project(draft(kind="object", references=everywhere, trigger_word="<sks>"))
    assert len(studio.measures(project).prompts) == test_set.FEWEST


def test_seeds_are_those_of_the_set_and_not_of_candidates(studio: Studio, small: str) -> None:
    planned = test_set.prepare(studio.store, small).wanted
    seeds = {each.seed(0) for each in planned}
    assert len(seeds) == 2 * 2 + 2, "each prompt and number has one, and the base model has the same"
    assert seeds.isdisjoint(candidate.seed for candidate in studio.store.candidates.of_round(small))


def test_a_half_measured_round_is_not_compared(studio: Studio, small: str) -> None:
    project = project_of(studio, small)
    measure(studio, small, arms=[None])
    base, first = studio.measures(project).rounds
    assert base.report is not None
    assert (first.report, first.drawn, first.wanted) == (None, 0, 4)
    assert studio.measures(project).best is None
    measure(studio, small)
    assert studio.measures(project).best == small


def test_prompts_that_are_added_are_drawn_before_rounds_are_compared_again(
    studio: Studio, small: str
) -> None:
    project = project_of(studio, small)
    measure(studio, small)
    before = studio.measures(project)
    studio.change_test_set(project, [*PROMPTS, "A crown {}"], 2)
    between = studio.measures(project)
    assert [(each.drawn, each.wanted, each.report) for each in between.rounds] == [(4, 6, None)] * 2
    studio.change_test_set(project, PROMPTS, 2)
    assert studio.measures(project).rounds == before.rounds, "put back, nothing was lost"
    studio.change_test_set(project, PROMPTS[:1], 1)
    fewer = studio.measures(project)
    assert [(each.drawn, each.wanted) for each in fewer.rounds] == [(1, 1)] * 2


@pytest.mark.parametrize(
    ("prompts", "seeds", "words"),
    [
        (PROMPTS, 0, "Images of each benchmark prompt is 0: choose a whole number from 1 to 20"),
        ([], 2, "There are no test prompts"),
        (["A tie {}"], 2, "is a test prompt or a reference’s prompt, so it cannot be in the benchmark"),
        (["A cat {}"], 2, "is a test prompt or a reference’s prompt, so it cannot be in the benchmark"),
        (["A house"], 2, "does not name the subject"),
        ([f"A house number {number} {{}}" for number in range(101)], 1, "has 101 prompts: use at most 100"),
    ],
)
def test_a_test_set_that_measures_nothing_is_refused(
    studio: Studio, small: str, prompts: list[str], seeds: int, words: str
) -> None:
    project = project_of(studio, small)
    before = studio.measures(project)
    with pytest.raises(StudioError, match=words):
        studio.change_test_set(project, prompts, seeds)
    assert studio.measures(project) == before


def test_a_held_out_prompt_that_becomes_a_test_prompt_counts_no_more(studio: Studio, small: str) -> None:
    project = project_of(studio, small)
    measure(studio, small)
    studio.add_anchors(project, ["A house {}"])
    view = studio.measures(project)
    assert view.left_out == ("A house in watercolor painting style",)
    assert [(each.drawn, each.wanted) for each in view.rounds] == [(2, 2)] * 2
    assert all(each.report is not None and each.report.pictures == 2 for each in view.rounds)


HOUSE, FISH = "A house in watercolor painting style", "A fish in watercolor painting style"


def test_a_prompt_that_the_base_model_answers_with_the_reference_counts_no_more(
    studio: Studio, small: str
) -> None:
    project = project_of(studio, small)
    measure(studio, small, shown={HOUSE: 0.9})
    view = studio.measures(project)
    assert (view.asking, view.left_out) == ((HOUSE,), ())
    assert [(each.drawn, each.wanted) for each in view.rounds] == [(2, 2)] * 2
    wanted = {each.prompt.prompt for each in test_set.prepare(studio.store, small).wanted}
    assert wanted == {FISH, "A fish"}, "nor does it count without the style's words"
    studio.change_test_set(project, [*PROMPTS], 1)
    assert studio.measures(project).asking == (HOUSE,), "one of its two images is enough"
    studio.change_test_set(project, [*PROMPTS], 3)
    assert studio.measures(project).asking == (), "the third image is not generated yet"
    studio.change_test_set(project, [*PROMPTS], 2)
    studio.change_settings(project, {"gal": {"copy_detectors": "prompts"}})
    assert studio.measures(project).asking == (), "the images are not asked"


def test_a_round_that_shows_the_reference_takes_no_prompt_out_of_the_test_set(
    studio: Studio, small: str
) -> None:
    measure(studio, small, arms=[None], shown={})
    measure(studio, small, shown={HOUSE: 0.9})
    view = studio.measures(project_of(studio, small))
    assert view.asking == ()
    assert [each.report.copies for each in view.rounds if each.report] == [0, 2]


def test_prompts_stay_if_all_of_them_ask_for_the_reference(studio: Studio, small: str) -> None:
    measure(studio, small, shown={HOUSE: 0.9, FISH: 0.9})
    view = studio.measures(project_of(studio, small))
    assert view.asking == ()
    assert [(each.drawn, each.wanted) for each in view.rounds] == [(4, 4)] * 2


def test_pictures_of_an_earlier_training_do_not_count(studio: Studio, small: str) -> None:
    project = project_of(studio, small)
    measure(studio, small)
    studio.store.database.write("UPDATE rounds SET trained_as = 'another' WHERE id = ?", (small,))
    base, first = studio.measures(project).rounds
    assert (base.drawn, first.drawn) == (4, 0)
    assert {each.round_id for each in test_set.prepare(studio.store, small).missing} == {small}


def test_what_is_measured_is_not_asked_for_again(studio: Studio, small: str) -> None:
    project = project_of(studio, small)
    job = studio.measure(small)
    assert studio.measure(small).id == job.id
    assert [each.id for each in studio.measure_all(project)] == [job.id]
    studio.stop(job.id)
    measure(studio, small)
    with pytest.raises(StudioError, match="Round 1 is already measured"):
        studio.measure(small)
    with pytest.raises(StudioError, match="Every trained round is already measured"):
        studio.measure_all(project)


def test_an_untrained_round_cannot_be_measured(studio: Studio, small: str) -> None:
    second = studio.next_round(small).id
    with pytest.raises(StudioError, match="Round 2 is not trained yet: press Train first"):
        studio.measure(second)


def test_measuring_keeps_nothing_from_being_done(studio: Studio, small: str) -> None:
    step = studio.next_step(small)
    studio.measure(small)
    assert studio.next_step(small) == step
    training = studio.fine_tune(studio.next_round(small).id)
    waiting = studio.queue_view().waiting
    assert waiting[0].id == training.id, "what is asked for later goes first"
    assert [job.background for job in waiting] == [False, True]
    studio.store.workers.enter("w")
    claimed = studio.store.jobs.claim("w")
    assert claimed is not None
    assert claimed.id == training.id


def test_when_to_measure_is_one_of_three(studio: Studio, small: str) -> None:
    project = project_of(studio, small)
    studio.measure_when(project, "never")
    assert studio.measures(project).chosen.measured == "never"
    with pytest.raises(StudioError, match="Measuring is 'sometimes': choose one of auto, always, never"):
        studio.measure_when(project, "sometimes")  # type: ignore[arg-type]


def test_a_round_knows_what_it_drew_for_held_out_prompts(studio: Studio, small: str) -> None:
    assert studio.store.snapshots.round(small).held_out == ()
    measure(studio, small)
    held_out = studio.store.snapshots.round(small).held_out
    assert [one.index for one in held_out] == [0, 1] * 2, "without the plain prompts, and the base model's"
    prompts = {one.id: one.prompt for one in studio.measures(project_of(studio, small)).all_prompts}
    assert {prompts[one.anchor_id] for one in held_out} == set(
        studio.measures(project_of(studio, small)).prompts
    )


def test_a_loss_that_rose_is_said_and_nothing_is_suggested(studio: Studio, small: str) -> None:
    assert studio.store.snapshots.round(small).loss_trend == "unclear"
    rising = [(step, 0.5 + 0.01 * step + 0.01 * (step % 3)) for step in range(1, 81)]
    studio.store.rounds.save_losses(small, rising)
    view = studio.round_view(small)
    assert view.sentence.startswith("The training diverged: its loss ended far above its start.")
    assert not any(tile.suggested for tile in view.candidates)
    assert any(found.kind == "lost" and "diverged" in found.sentence for found in told(studio, small))


def told(studio: Studio, round_id: str) -> Sequence[Caution]:
    measure(studio, round_id)
    return studio.measures(project_of(studio, round_id)).warnings
