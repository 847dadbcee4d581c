"""Small work goes between two steps of longer work with the same model, which ends as if nothing had been."""

from gal_studio.core.types import Job
from gal_studio.studio import Studio
from gal_studio.worker import Worker
from gal_studio.worker.models import Models
from gal_studio.worker.task import Progress
from tests.tiny_project import tiny_draft
from tests.worker.working import first_round, weights, work

Names = tuple[str, str]


def test_a_try_goes_between_two_steps_of_a_training_which_ends_bit_for_bit_the_same(
    studio: Studio, models: Models, names: Names
) -> None:
    whole, first, tried = (first_round(studio, tiny_draft(names)) for _ in range(3))
    for each in (whole, tried):
        work(studio, models, studio.fine_tune(each))
    job, order = studio.fine_tune(first), list[tuple[str, float]]()

    def watch(running: Job, progress: Progress) -> None:
        order.append((running.kind, progress.done))
        if (progress.phase, progress.done) == ("fine_tune", 2):
            studio.try_prompt(tried, "A dog")

    with Worker(studio.store, watch).entered() as worker:
        worker._models = models
        worker.run(until_empty=True)
    kinds = [kind for kind, _ in order]
    assert kinds.index("try") == max(at for at, one in enumerate(order) if one == ("fine_tune", 2)) + 1
    assert kinds[-1] == "fine_tune" and order[-1][1] == 6
    assert all(one.image for one in studio.trials(studio.store.rounds.get(tried).project_id))
    assert studio.store.jobs.get(job.id).state == "completed"
    assert weights(studio, first) == weights(studio, whole)
    assert studio.store.rounds.losses(first) == studio.store.rounds.losses(whole)


def test_without_its_model_it_waits(studio: Studio, models: Models, names: Names) -> None:
    first, tried = (first_round(studio, tiny_draft(names)) for _ in range(2))
    work(studio, models, studio.fine_tune(tried))
    job, asked = studio.fine_tune(first), list[Job]()

    def watch(running: Job, progress: Progress) -> None:
        if (progress.phase, progress.done) == ("fine_tune", 2):
            studio.try_prompt(tried, "A dog")
            asked.extend(one for one in studio.store.jobs.unfinished().ready() for one in [one.job])
            models.has_image_model = lambda *_: False  # type: ignore[method-assign]

    assert work(studio, models, job, watch).state == "completed"
    assert [one.kind for one in asked] == ["try"]
