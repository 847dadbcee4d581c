"""A failure is one sentence for the user, and never stops the worker."""

import errno
import weakref
from collections.abc import Iterator
from unittest.mock import Mock

import pytest
import torch

from gal_studio.core.errors import StudioError
from gal_studio.core.settings import MachineSettings
from gal_studio.core.types import Job
from gal_studio.studio import Studio
from gal_studio.worker.jobs import validation
from gal_studio.worker.models import Models
from gal_studio.worker.task import Progress
from tests.tiny_project import changed, tiny_draft
from tests.worker.working import first_round, work


def test_a_model_makes_room_before_the_next_one_is_loaded() -> None:
    plain = MachineSettings()

    class Held:
        device, machine = torch.device("cpu"), plain

    before: list[weakref.ref[Held]] = []

    def load(_name: str, machine: MachineSettings = plain, **_: object) -> Held:
        assert all(each() is None for each in before), "two models are in memory"
        made = Held()
        made.machine = machine
        before.append(weakref.ref(made))
        return made

    models = Models(load)  # type: ignore[arg-type]
    models.image_model("a")
    models.image_model("a", MachineSettings(tiling=True))
    models.image_model("b", MachineSettings(tiling=True))
    assert len(before) == 3


def test_a_preview_that_cannot_be_drawn_does_not_end_the_training(
    studio: Studio, models: Models, names: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> Iterator[object]:
        raise StudioError("There is not enough memory to generate one image.")
        yield

    said: set[str] = set()
    monkeypatch.setattr(validation, "draw", refused)
    first = first_round(studio, tiny_draft(names, changes=changed(tune={"preview_every": 1})))
    job = work(studio, models, studio.fine_tune(first), lambda _, progress: said.add(progress.message))
    assert job.state == "completed"
    assert "No preview: There is not enough memory to generate one image." in said
    assert studio.round_view(first).previews == ()


@pytest.mark.parametrize(
    ("error", "said", "is_ours"),
    [
        (torch.OutOfMemoryError(), "not enough memory for the models", False),
        (OSError(errno.EFBIG, "File too large", "/adapters/x"), "does not accept files this large", False),
        (ZeroDivisionError(), "ZeroDivisionError", True),
    ],
)
def test_an_error_ends_the_job_and_not_the_worker(
    studio: Studio, names: tuple[str, str], error: Exception, said: str, is_ours: bool
) -> None:
    first = first_round(studio, tiny_draft(names))
    failed = work(studio, Models(Mock(side_effect=error)), studio.fine_tune(first))  # type: ignore[arg-type]
    assert (failed.state, failed.paused_for) == ("error", ""), "it does not resume by itself"
    assert said in failed.message and ("bug" in failed.message) == is_ours


def test_a_job_that_another_worker_took_over_is_left_to_it(
    studio: Studio, models: Models, names: tuple[str, str]
) -> None:
    first = first_round(studio, tiny_draft(names))
    training, drawing = studio.run_round(first)

    def hold_for_dead(job: Job, progress: Progress) -> None:
        if (progress.phase, progress.done) == ("fine_tune", 2):
            studio.store.jobs.interrupt(job.id, "the worker died")
            studio.resume(job.id)
            studio.store.workers.enter("another")
            assert studio.store.jobs.claim("another") is not None

    left = work(studio, models, training, hold_for_dead)
    assert left.state == "running", "the other one has it"
    assert studio.store.jobs.get(drawing.id).state == "queued"
    studio.store.jobs.interrupt(training.id, "the other one stops")
    studio.resume(training.id)
    assert work(studio, models, training).state == "completed"
