"""Stop and Pause act at once while pictures are encoded and while a preview is drawn."""

import pytest

from gal_studio.core.types import Job
from gal_studio.engine.families.unet import UNetFamily
from gal_studio.engine.training import latents
from gal_studio.studio import Studio
from gal_studio.worker.models import Models
from gal_studio.worker.task import Progress
from tests.tiny_project import changed, object_draft, tiny_draft
from tests.worker.working import at, first_round, weights, work

Names = tuple[str, str]
MANY = changed(tune={"prior_images": 9})
SAMPLING = changed(tune={"preview_every": 3})


@pytest.mark.parametrize(
    ("press", "state"), [("stop", "stopped"), pytest.param("pause", "paused", marks=pytest.mark.thorough)]
)
def test_encoding_ends_within_one_picture(
    studio: Studio, models: Models, names: Names, monkeypatch: pytest.MonkeyPatch, press: str, state: str
) -> None:
    first = first_round(studio, object_draft(names, changes=MANY))
    job, plain, calls = studio.fine_tune(first), latents.encode_picture, list[str]()

    def encode(*arguments):  # type: ignore[no-untyped-def]
        calls.append(studio.store.jobs.get(job.id).state)
        if len(calls) == 2:
            getattr(studio, press)(job.id)
        return plain(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(latents, "encode_picture", encode)
        ended = work(studio, models, job)
    assert (ended.state, ended.message) == (state, "Nothing was lost.")
    assert calls == ["running", "running"]
    assert work(studio, models, studio.resume(job.id)).state == "completed"


def test_each_picture_that_is_encoded_is_told(studio: Studio, models: Models, names: Names) -> None:
    seen: list[tuple[float, int]] = []

    def watch(_job: Job, progress: Progress) -> None:
        if progress.phase == "encode":
            seen.append((progress.done, progress.total))

    first = first_round(studio, object_draft(names))
    assert work(studio, models, studio.fine_tune(first), watch).state == "completed"
    assert seen == [(done, 5) for done in range(1, 6)]  # two references and three class images


@pytest.mark.parametrize(
    ("press", "state"), [("stop", "stopped"), pytest.param("pause", "paused", marks=pytest.mark.thorough)]
)
def test_a_preview_ends_within_one_step_and_is_drawn_when_the_training_goes_on(
    studio: Studio, models: Models, names: Names, monkeypatch: pytest.MonkeyPatch, press: str, state: str
) -> None:
    whole, first = (first_round(studio, tiny_draft(names, changes=SAMPLING)) for _ in range(2))
    work(studio, models, studio.fine_tune(whole))
    job, plain, calls = studio.fine_tune(first), UNetFamily.guide, list[int]()

    def guide(*arguments):  # type: ignore[no-untyped-def]
        if studio.round_view(first).previews:  # that of step 0 is there
            calls.append(1)
            getattr(studio, press)(job.id)
        return plain(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(UNetFamily, "guide", guide)
        ended = work(studio, models, job)
    assert (ended.state, ended.message) == (state, "Kept 3 of 6 steps; Resume continues from there.")
    assert len(calls) == 1
    assert [sample.step for sample in studio.round_view(first).previews] == [0]
    assert work(studio, models, studio.resume(job.id)).state == "completed"
    assert [sample.step for sample in studio.round_view(first).previews] == [0, 4, 6]
    assert weights(studio, first) == weights(studio, whole)
    assert studio.store.rounds.losses(first) == studio.store.rounds.losses(whole)


def test_a_preview_is_asked_for_until_the_job_is_done(studio: Studio, models: Models, names: Names) -> None:
    first = first_round(studio, tiny_draft(names))
    job = studio.fine_tune(first)
    watch = at("fine_tune", 6, lambda job: studio.preview_now(job.id))
    assert work(studio, models, job, watch).state == "completed"
    assert not studio.store.jobs.wants_preview(job.id)
