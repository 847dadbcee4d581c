"""What is said of waiting jobs."""

from gal_studio.studio import Studio
from tests.drawn_alike import ALIKE
from tests.studio.seeding import draft


def test_what_comes_is_said_with_its_amount(studio: Studio) -> None:
    changes = {"generation": {**ALIKE, "candidates": 4}}
    project = studio.create_project(draft(changes=changes))
    first = studio.store.rounds.of_project(project)[0]
    studio.run_round(first.id)
    coming = {job.kind: job.coming for job in studio.queue_view().waiting}
    assert coming["fine_tune"] == "training"
    assert coming["generate"] == f"up to {4 * len(studio.pool(first.id))} images"
    job = studio.job_view(project)
    assert job is not None
    assert job.now == "Training"
