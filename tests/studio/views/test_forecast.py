"""How long a queued job takes, and what it will do."""

from gal_studio.studio import Studio
from gal_studio.studio.views.forecast import Forecast, forecast, next_seconds
from tests.drawn_alike import ALIKE
from tests.features.needed import needs_refine
from tests.studio.seeding import draft, draw, ran_here, train


def timed(studio: Studio, round_id: str) -> float | None:
    here = studio.store.snapshots.round(round_id)
    return next_seconds(here, studio.store.rounds.timings(here.project.project.base_model))


def test_what_may_follow_is_estimated_by_what_was_timed(studio: Studio) -> None:
    tune = {"steps": 10, "accepted_share": 0.5, "batch_size": 4}
    changes = {"generation": {**ALIKE, "candidates": 4}, "tune": tune}
    project = studio.create_project(draft(changes=changes))
    first = studio.store.rounds.of_project(project)[0]
    prompts = len(studio.pool(first.id))
    train(studio, first.id)
    draw(studio, first.id, [2] * prompts)
    assert timed(studio, first.id) is None
    studio.store.rounds.save_losses(first.id, [(step, 1.0) for step in range(1, 6)])
    steps, pictures = len(studio.store.rounds.losses(first.id)), studio.store.candidates.count(first.id)
    studio.store.rounds.add_seconds(first.id, "fine_tune", 2.0 * steps)
    studio.store.rounds.add_seconds(first.id, "generate", 3.0 * pictures)
    assert timed(studio, first.id) is None, "on another computer"
    ran_here(studio, project, first.id)
    known = studio.store.projects.get(project)
    rounds = studio.store.rounds
    assert rounds.timings(known.base_model).settings == rounds.get(first.id).settings
    assert timed(studio, first.id) == 10 * 2.0 + 4 * prompts * 3.0
    studio.decide([studio.store.candidates.of_round(first.id)[0].id], "accepted")
    assert timed(studio, first.id) == 20 * 2.0 + 4 * (prompts - 1) * 3.0
    training, drawing = studio.run_missing(studio.next_round(first.id).id)[:2]
    assert forecast(studio.store, training) == Forecast(20 * 2.0)
    images = 4 * (prompts - 1)
    assert forecast(studio.store, drawing) == Forecast(images * 3.0, f"up to {images} images")
    again = studio.create_project(draft(changes=changes))
    alone = studio.fine_tune(studio.store.rounds.of_project(again)[0].id)
    assert forecast(studio.store, alone) == Forecast(10 * 2.0), "nothing is accepted yet"


@needs_refine
def test_a_next_round_is_queued_behind_a_refinement(studio: Studio) -> None:
    project = studio.create_project(draft(changes={"generation": {**ALIKE, "candidates": 4}}))
    first = studio.store.rounds.of_project(project)[0]
    train(studio, first.id)
    draw(studio, first.id, [2])
    studio.decide([studio.store.candidates.of_round(first.id)[0].id], "accepted")
    refinement = studio.run_refinement(first.id)[0].round_id
    child = studio.next_round(refinement)
    training = studio.run_missing(child.id)[0]
    waits = studio.store.queue.read().waits_for[training.id]
    assert {job.kind for job in waits} == {"refine"}
    assert child.parent_id == refinement
