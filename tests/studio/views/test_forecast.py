"""What a queued job has before it."""

from gal_studio.studio import Studio
from gal_studio.studio.views.forecast import forecast
from tests.studio.seeding import draft, draw, train


def test_a_later_training_counts_the_draws_of_accepted_pictures(studio: Studio) -> None:
    tune = {"steps": 10, "accepted_share": 0.5}
    project = studio.create_project(draft(changes={"generation": {"candidates": 4}, "tune": tune}))
    first = studio.store.rounds.of_project(project)[0]
    job = studio.fine_tune(first.id)
    assert forecast(studio.store, job).amount == 10
    studio.stop(job.id)
    train(studio, first.id)
    draw(studio, first.id, [2])
    studio.decide([studio.store.candidates.of_round(first.id)[0].id], "accepted")
    second = studio.next_round(first.id)
    assert forecast(studio.store, studio.fine_tune(second.id)).amount == 20
