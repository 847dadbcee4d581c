"""Requests for jobs, and their views."""

from collections.abc import Callable
from pathlib import Path

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.core.jobs.states import ACTIVE
from gal_studio.core.types import Job
from gal_studio.rounds import fingerprints
from gal_studio.rounds.inputs import inputs_of
from gal_studio.rounds.prior import drawn_prior
from gal_studio.state import Store
from gal_studio.studio import Studio
from tests.job_moves import moves
from tests.studio.seeding import draft, draw, train


def test_job_line(studio: Studio, round_id: str) -> None:
    project_id = studio.store.rounds.get(round_id).project_id
    assert studio.job_view(project_id) is None
    job = studio.generate(round_id)
    studio.store.workers.enter("w")
    studio.store.jobs.claim("w")
    studio.store.jobs.progress(job.id, "draw", 36, 72)
    view = studio.job_view(project_id)
    assert (view.state, view.reached, view.worker_alive) == ("running", "36 of 72 images", True)
    assert view.pace == ""
    assert studio.stop(job.id).state == "stopping"
    studio.store.jobs.halt(job.id)
    assert studio.resume(job.id).state == "queued"


@pytest.mark.parametrize(
    "changes",
    [
        {"generation": {"steps": 7}},
        {"generation": {"guidance_scale": 2.5, "resolution": 64}},
        {"machine": {"precision": "fp32", "tiling": True}},
    ],
)
def test_other_settings_of_drawing_make_no_other_training(
    studio: Studio, changes: dict[str, dict[str, object]]
) -> None:
    """Its prior pictures were drawn with the former ones."""
    project_id, store = studio.create_project(draft(changes={"tune": {"prior_images": 18}})), studio.store
    round_id = store.rounds.of_project(project_id)[0].id
    train(studio, round_id)
    assert drawn_prior(inputs_of(store, round_id))
    before = fingerprints.training_fingerprint(inputs_of(store, round_id))
    studio.change_settings(project_id, changes)
    studio.generate(round_id)
    assert fingerprints.training_fingerprint(inputs_of(store, round_id)) == before, (
        "a checkpoint would be lost"
    )
    assert fingerprints.is_trained(inputs_of(store, round_id))
    for name, value in changes.get("generation", {}).items():
        assert getattr(store.rounds.get(round_id).settings.generation, name) == value


def test_work_wakes_the_worker(tmp_path: Path) -> None:
    woken: list[Path] = []
    with Store(tmp_path) as store:
        studio = Studio(store, woken.append)
        first = studio.store.rounds.of_project(studio.create_project(draft()))[0]
        studio.fine_tune(first.id)
        assert woken == [tmp_path]
        studio.run_missing(first.id)
        assert woken == [tmp_path] * 2, "once for all jobs"


def test_the_worker_is_woken_once_its_job_is_stored(tmp_path: Path) -> None:
    """It would find none before, and look again only after a while."""
    found: list[bool] = []

    def look(workspace: Path) -> None:
        with Store(workspace) as other:
            found.append(other.jobs.has_work())

    with Store(tmp_path) as store:
        studio = Studio(store, look)
        first = store.rounds.of_project(studio.create_project(draft()))[0]
        with pytest.raises(KeyError), store.database.transaction():
            studio.fine_tune(first.id)
            raise KeyError
        assert not found
        with store.database.transaction():
            studio.fine_tune(first.id)
            assert not found
    assert found == [True]


def test_whole_round_is_asked_for_at_once(studio: Studio) -> None:
    project_id = studio.create_project(draft())
    first = studio.rounds(project_id)[0].id
    training, drawing = studio.run_round(first)
    assert studio.run_round(first) == (training, drawing)
    assert studio.job_view(project_id).id == training.id
    studio.store.workers.enter("w")
    claimed = studio.store.jobs.claim("w")
    assert claimed is not None
    assert claimed.id == training.id
    assert studio.store.jobs.claim("w") is None
    studio.store.jobs.interrupt(training.id, "a test")
    assert studio.store.jobs.claim("w") is None
    assert studio.job_view(project_id).state == "interrupted"
    assert studio.next_step(first) == "fine_tune"
    studio.resume(training.id)
    studio.store.jobs.claim("w")
    train(studio, first)
    studio.store.jobs.finish(training.id)
    claimed = studio.store.jobs.claim("w")
    assert claimed is not None
    assert claimed.id == drawing.id


def test_what_waits_behind_a_failed_training_is_withdrawn(studio: Studio) -> None:
    first = studio.rounds(studio.create_project(draft()))[0].id
    training, drawing = studio.run_round(first)
    studio.store.workers.enter("w")
    studio.store.jobs.claim("w")
    studio.store.jobs.fail(training.id, "The loss is not finite.")
    assert studio.store.jobs.get(drawing.id).state == "stopped"
    assert "training before it" in moves(studio.store, drawing.id)[-1].reason
    assert studio.job_view(training.project_id).message == "The loss is not finite."


def halted(studio: Studio, round_id: str) -> Job:
    """A training with other settings that was started and stopped."""
    project_id = studio.store.rounds.get(round_id).project_id
    studio.change_settings(project_id, {"tune": {"steps": 7}})
    job = studio.fine_tune(round_id)
    assert job.round_id == round_id
    studio.store.workers.enter("w")
    studio.store.jobs.claim("w")
    studio.stop(job.id)
    return studio.store.jobs.halt(job.id)


def drawing(studio: Studio, round_id: str) -> None:
    studio.generate(round_id)
    studio.store.jobs.claim("w")


def drawn(studio: Studio, round_id: str) -> None:
    drawing(studio, round_id)
    draw(studio, round_id, [2])


def refined(studio: Studio, round_id: str) -> None:
    round_ = studio.store.rounds.get(round_id)
    studio.store.rounds.add(round_.project_id, round_id, studio.store.rounds.get(round_id).settings, "refine")


@pytest.mark.parametrize("since", [drawing, drawn, refined])
def test_a_stopped_training_never_replaces_the_lora_under_what_was_made_with_it(
    studio: Studio, round_id: str, since: Callable[[Studio, str], None]
) -> None:
    project_id = studio.store.rounds.get(round_id).project_id
    job = halted(studio, round_id)
    assert [halted.id for halted in studio.queue_view().halted] == [job.id]
    since(studio, round_id)
    with pytest.raises(StudioError, match="press Train to train another round beside it"):
        studio.resume(job.id)
    assert studio.queue_view().halted == ()
    shown = studio.job_view(project_id)
    assert shown is None or shown.id != job.id
    for job in studio.store.jobs.of_project(project_id):
        if job.round_id == round_id and job.state in ACTIVE:
            studio.store.jobs.finish(job.id)
    if since is not drawing:
        assert studio.fine_tune(round_id).round_id != round_id


def test_a_stopped_training_of_a_lost_lora_goes_on(studio: Studio, round_id: str) -> None:
    """It makes the LoRA that the pictures were drawn with."""
    draw(studio, round_id, [2])
    studio.store.database.write("UPDATE rounds SET adapter = NULL, trained_as = NULL")
    job = studio.fine_tune(round_id)
    assert job.round_id == round_id
    studio.stop(job.id)
    assert [halted.id for halted in studio.queue_view().halted] == [job.id]
    assert studio.resume(job.id).state == "queued"
