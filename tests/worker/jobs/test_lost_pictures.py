"""Pictures that were lost are drawn again, and counted once."""

from gal_studio.core.types import Job
from gal_studio.studio import Studio
from gal_studio.worker.models import Models
from gal_studio.worker.task import Progress
from tests.tiny_project import tiny_draft
from tests.worker.working import first_round, work


def test_lost_pictures_are_counted_once(studio: Studio, models: Models, names: tuple[str, str]) -> None:
    first = first_round(studio, tiny_draft(names))
    work(studio, models, studio.fine_tune(first))
    work(studio, models, studio.generate(first))
    all_of_them = studio.store.candidates.count(first)
    lost = studio.round_view(first).candidates[0].candidate
    studio.store.database.write("UPDATE candidates SET image = '' WHERE id = ?", (lost.id,))
    seen: list[Progress] = []

    def watch(job: Job, progress: Progress) -> None:
        seen.append(progress)

    assert work(studio, models, studio.generate(first), watch).state == "completed"
    drawing = [progress for progress in seen if progress.phase == "draw"]
    assert drawing and {progress.total for progress in drawing} == {all_of_them}
    assert drawing[-1].done == all_of_them
    assert studio.store.candidates.get(lost.id).image == lost.image
