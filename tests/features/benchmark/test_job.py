"""A round is measured on the fixed test set, in the background, and can be stopped and resumed."""

import json

import pytest

from gal_studio.core.recipe import AS_TRAINED
from gal_studio.core.types import Job
from gal_studio.features.benchmark.rules import is_due
from gal_studio.rounds.inputs import inputs_of
from gal_studio.rounds.test_set import prepare
from gal_studio.studio import Studio
from gal_studio.worker import Worker
from gal_studio.worker.jobs import generate
from gal_studio.worker.models import Models
from gal_studio.worker.task import Progress
from tests.tiny_project import changed, object_draft, tiny_draft
from tests.worker.working import first_round, work

Names = tuple[str, str]
CHOOSING = ("accept", "next_round", "done")
"""The next steps of a round that is drawn: a tiny model may copy always, or never."""
HELD_OUT = ["A house {}", "A fish {}", "A crown {}"]


def trained(studio: Studio, models: Models, names: Names, draft=tiny_draft, **changes: object) -> str:
    """A first round with its candidates, and a small test set."""
    round_id = first_round(studio, draft(names, **changes))
    work(studio, models, studio.fine_tune(round_id))
    work(studio, models, studio.generate(round_id))
    project = studio.store.rounds.get(round_id).project_id
    kind = studio.store.projects.get(project).kind
    studio.change_test_set(project, HELD_OUT if kind == "style" else ["{} in space", "{} by a lake"], 2)
    return round_id


@pytest.fixture
def measured(studio: Studio, models: Models, names: Names) -> str:
    round_id = trained(studio, models, names)
    assert work(studio, models, studio.measure(round_id)).state == "completed"
    return round_id


def project_of(studio: Studio, round_id: str) -> str:
    return studio.store.rounds.get(round_id).project_id


def test_base_and_round_draw_the_same_prompts_and_seeds(studio: Studio, measured: str) -> None:
    view = studio.measures(project_of(studio, measured))
    by_arm = {
        arm: {(p.prompt_id, p.candidate.index, p.candidate.seed) for p in view.pictures if p.round_id == arm}
        for arm in (None, measured)
    }
    assert by_arm[None] == by_arm[measured]
    assert len(by_arm[None]) == 3 * 2 + 3  # held out, and once each without the style's words
    plain = [prompt.prompt for prompt in view.all_prompts if prompt.part == "plain"]
    assert plain == ["A house", "A fish", "A crown"]
    images = {arm: {p.candidate.image for p in view.pictures if p.round_id == arm} for arm in by_arm}
    assert images[None] != images[measured]
    base, first = view.rounds
    assert (base.name, first.name) == ("Base model", "Round 1")
    assert base.report is not None and first.report is not None
    assert first.report.pictures == 6
    assert (
        first.report.changes.keys()
        == first.report.since_base.keys()
        == base.report.figures.keys()
        == {"copies", "no_copy", "carries", "clip_t", "clip_i"}
    )
    assert first.report.figures.keys() <= {"as_asked", "copies", "no_copy", "carries", "clip_t", "clip_i"}
    assert first.report.gain is not None and first.report.leak is not None
    json.dumps([picture.likeness for picture in view.pictures])


@pytest.mark.thorough
def test_a_round_is_drawn_by_its_best_schedule_as_well(studio: Studio, models: Models, names: Names) -> None:
    weaker = {"lowest_strength": 0.0, "latest_switch": 0.0}
    round_id = trained(studio, models, names, changes=changed(generation=weaker))
    tiles = [tile.candidate for tile in studio.round_view(round_id).candidates]
    studio.mark_copies([one.id for one in tiles if one.recipe != tiles[0].recipe], False)
    studio.mark_copies([one.id for one in tiles if one.recipe.is_as_trained], True)
    best = studio.round_view(round_id).best_recipe
    assert not best.is_as_trained, "full strength was marked as copies"
    assert work(studio, models, studio.measure(round_id)).state == "completed"
    view = studio.measures(project_of(studio, round_id))
    by = {
        recipe: {(p.prompt_id, p.candidate.seed): p.candidate.image for p in view.pictures if p.round_id and
                 p.candidate.recipe == recipe}
        for recipe in (AS_TRAINED, best)
    }  # fmt: skip
    assert len(by[best]) == 3 * 2, "the held-out prompts alone"
    assert by[best].keys() < by[AS_TRAINED].keys()
    assert all(by[best][place] != by[AS_TRAINED][place] for place in by[best])
    (schedule,) = view.rounds[1].schedules
    assert schedule.report is not None and schedule.report.pictures == 6


def test_pictures_of_the_test_set_change_nothing_about_candidates(
    studio: Studio, models: Models, names: Names
) -> None:
    round_id = trained(studio, models, names)
    before = studio.round_view(round_id)
    summaries = studio.rounds(project_of(studio, round_id))
    forwards = studio.store.rounds.get(round_id).unet_forwards
    work(studio, models, studio.measure(round_id))
    after = studio.round_view(round_id)
    assert after.candidates == before.candidates
    assert (after.scores, after.pool, after.mean_entropy) == (before.scores, before.pool, before.mean_entropy)
    assert (after.example_weight, after.wanted, after.step) == (
        before.example_weight,
        before.wanted,
        before.step,
    )
    assert studio.rounds(project_of(studio, round_id)) == summaries
    assert studio.store.rounds.get(round_id).unet_forwards == forwards
    assert studio.training_set(round_id) == inputs_of(studio.store, round_id).examples


@pytest.mark.thorough
def test_stopped_it_keeps_its_pictures_and_draws_only_the_rest(
    studio: Studio, models: Models, names: Names
) -> None:
    round_id = trained(studio, models, names)
    project = project_of(studio, round_id)
    job = studio.measure(round_id)

    def stop(running: Job, progress: Progress) -> None:
        if progress.done >= 4:
            studio.stop(running.id)

    ended = work(studio, models, job, stop)
    assert ended.state == "stopped"
    assert ended.message == "Kept the images that were finished; Resume generates the rest."
    kept = {picture.candidate.id for picture in studio.measures(project).pictures}
    assert 0 < len(kept) < 18
    assert work(studio, models, studio.resume(job.id)).state == "completed"
    everything = {picture.candidate.id for picture in studio.measures(project).pictures}
    assert len(everything) == 18
    assert kept < everything


@pytest.mark.thorough
def test_another_job_goes_first_even_while_it_measures(studio: Studio, models: Models, names: Names) -> None:
    round_id = trained(studio, models, names)
    job = studio.measure(round_id)
    assert studio.next_step(round_id) in CHOOSING
    order: list[str] = []

    def watch(running: Job, progress: Progress) -> None:
        if not order or order[-1] != running.kind:
            order.append(running.kind)
        if running.kind == "measure" and progress.done == 4 and len(order) == 1:
            studio.fine_tune(studio.next_round(round_id).id)

    with Worker(studio.store, watch).entered() as worker:
        worker._models = models
        while (claimed := studio.store.jobs.claim(worker.id)) is not None:
            worker.run_job(models, claimed)
    assert order == ["measure", "fine_tune", "measure"]
    assert studio.store.jobs.get(job.id).state == "completed"


def test_accepted_prompts_are_measured_before_and_after_they_are_learned(
    studio: Studio, models: Models, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generate, "_usual_gap", lambda task: 0.1)  # a tiny CLIP knows nothing
    measured = trained(studio, models, names)
    work(studio, models, studio.measure(measured))
    project = project_of(studio, measured)
    chosen = studio.round_view(measured).candidates[0]
    studio.decide([chosen.candidate.id], "accepted")
    second = studio.next_round(measured).id
    work(studio, models, studio.fine_tune(second))
    work(studio, models, studio.measure(second))
    view = studio.measures(project)
    accepted = [prompt for prompt in view.all_prompts if prompt.part == "accepted"]
    assert [prompt.prompt for prompt in accepted] == [chosen.prompt]
    drawn = {(p.round_id, p.candidate.index) for p in view.pictures if p.prompt_id == accepted[0].id}
    assert drawn == {(arm, number) for arm in (None, measured, second) for number in range(2)}
    last = view.rounds[-1].report
    assert last is not None
    assert last.learned is not None and last.learned_change is not None
    first = view.rounds[-2].report
    assert first is not None and first.learned is None, "the round before was not trained on it"
    studio.decide([chosen.candidate.id], "rejected")
    now = studio.measures(project).rounds[-1].report
    assert now is not None and now.learned == last.learned, "what it was trained on stays what it is"


@pytest.mark.parametrize(("training", "due"), [(0.0, False), (1000.0, True)])
def test_a_round_is_measured_by_itself_where_that_costs_under_half_of_it(
    studio: Studio, models: Models, names: Names, training: float, due: bool
) -> None:
    round_id = first_round(studio, tiny_draft(names))
    project = project_of(studio, round_id)
    studio.change_test_set(project, HELD_OUT, 2)
    studio.measure_when(project, "never")
    work(studio, models, studio.fine_tune(round_id))
    work(studio, models, studio.generate(round_id))
    studio.measure_when(project, "auto")
    spent = {"fine_tune": training, "generate": 10.0, "embed": 0.0, "project": 0.0}
    assert set(studio.store.snapshots.node(round_id).record.seconds) == set(spent)
    for phase, seconds in spent.items():
        studio.store.rounds.set_seconds(round_id, phase, seconds)
    assert is_due(prepare(studio.store, round_id)) == due


@pytest.mark.parametrize(("when", "due"), [("always", True), ("never", False)])
def test_a_person_decides_whether_rounds_are_measured(
    studio: Studio, models: Models, names: Names, when: str, due: bool
) -> None:
    round_id = first_round(studio, tiny_draft(names))
    studio.measure_when(project_of(studio, round_id), when)  # type: ignore[arg-type]
    work(studio, models, studio.fine_tune(round_id))
    work(studio, models, studio.generate(round_id))
    jobs = [job.kind for job in studio.store.jobs.of_project(project_of(studio, round_id))]
    assert ("measure" in jobs) == due


def test_an_object_is_drawn_without_its_trigger_word_too(
    studio: Studio, models: Models, names: Names
) -> None:
    round_id = trained(studio, models, names, object_draft)
    assert work(studio, models, studio.measure(round_id)).state == "completed"
    view = studio.measures(project_of(studio, round_id))
    assert [prompt.prompt for prompt in view.all_prompts] == [
        "a <sks> cat in space", "a <sks> cat by a lake", "a cat in space", "a cat by a lake",
    ]  # fmt: skip
    assert view.called == "<sks>"


def test_a_prompt_that_is_too_long_is_one_sentence_and_nothing_else_is_lost(
    studio: Studio, models: Models, names: Names
) -> None:
    round_id = trained(studio, models, names)
    project = project_of(studio, round_id)
    studio.change_test_set(project, [*HELD_OUT, f"A {'very ' * 60}long house {{}}"], 2)
    ended = work(studio, models, studio.measure(round_id))
    assert ended.state == "error"
    assert len(ended.message.splitlines()) == 1
    assert studio.measures(project).sentence == ""
    assert studio.next_step(round_id) in CHOOSING
