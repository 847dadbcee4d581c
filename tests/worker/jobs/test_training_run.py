"""What a training resumes from; changes in between never lead to a dead end or a false record."""

import errno
import logging
from pathlib import Path
from typing import Any

import pytest
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from gal_studio.core.types import Job
from gal_studio.engine.training import checkpoints
from gal_studio.engine.training.checkpoints import Checkpoint
from gal_studio.rounds import fingerprints
from gal_studio.rounds.inputs import inputs_of
from gal_studio.state.files import content_store
from gal_studio.studio import Studio
from gal_studio.worker.loop import Watcher
from gal_studio.worker.models import Models
from gal_studio.worker.task import Progress
from tests.tiny_project import object_draft, tiny_draft
from tests.worker.working import at, drawn_round, first_round, steps_to, stop_at, weights, work

Names = tuple[str, str]


def stopped(studio: Studio, models: Models, round_id: str) -> Job:
    return work(studio, models, studio.fine_tune(round_id), stop_at(studio, "fine_tune", 3))


def finish(studio: Studio, models: Models, job: Job) -> list[float]:
    """Run the job to its end; returns the steps of the training."""
    steps: list[float] = []
    ended = work(studio, models, job, steps_to(steps))
    assert (ended.state, ended.message) == ("completed", "")
    return sorted(set(steps))


def saved(studio: Studio, round_id: str) -> list[Path]:
    return sorted(studio.store.checkpoints(round_id).rglob("*"))


@pytest.mark.thorough
def test_other_drawing_settings_go_on_with_the_class_images_that_are_there(
    studio: Studio, models: Models, names: Names
) -> None:
    first = first_round(studio, object_draft(names))
    training, _ = studio.run_round(first)
    work(studio, models, training, stop_at(studio, "fine_tune", 3))
    studio.change_settings(studio.store.rounds.get(first).project_id, {"generation": {"steps": 4}})
    training, _ = studio.run_round(first)
    assert finish(studio, models, training) == [4, 5, 6]


def test_a_checkpoint_of_another_training_is_deleted_with_a_line_in_the_log(
    studio: Studio, models: Models, names: Names, caplog: pytest.LogCaptureFixture
) -> None:
    whole, halted = (first_round(studio, tiny_draft(names)) for _ in range(2))
    finish(studio, models, studio.fine_tune(whole))
    stopped(studio, models, halted)
    for path in saved(studio, halted):
        if path.is_file():
            tensors = load_file(path)
            save_file(tensors, path, metadata={"step": "3", "fingerprint": "of another"})
    with caplog.at_level(logging.WARNING, "gal_studio.worker"):
        assert finish(studio, models, studio.fine_tune(halted)) == [1, 2, 3, 4, 5, 6]
    warnings = [line.getMessage() for line in caplog.records if line.levelno == logging.WARNING]
    assert [words.split(": ", 2)[1] for words in warnings] == [
        "the checkpoint step-3.safetensors is deleted",
        "the checkpoint step-2.safetensors is deleted",
    ]
    assert weights(studio, halted) == weights(studio, whole)
    assert studio.store.rounds.losses(halted) == studio.store.rounds.losses(whole)


def test_a_checkpoint_that_the_disk_does_not_give_now_is_kept(
    studio: Studio, models: Models, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = first_round(studio, tiny_draft(names))
    stopped(studio, models, first)
    before = saved(studio, first)

    plain = Path.open

    def refuse(path: Path, *arguments: Any, **names: Any) -> Any:
        if path.name.startswith("step-"):
            raise PermissionError(errno.EACCES, "Permission denied")
        return plain(path, *arguments, **names)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", refuse)
        job = work(studio, models, studio.fine_tune(first))
    assert job.state == "error"
    assert "step-3.safetensors cannot be read (Permission denied): check the disk" in job.message
    assert saved(studio, first) == before
    assert finish(studio, models, studio.resume(job.id)) == [4, 5, 6]


def test_what_a_full_disk_refuses_leaves_no_file_and_what_is_kept_has_its_name_on_the_disk(
    studio: Studio, models: Models, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = first_round(studio, tiny_draft(names))
    synced: list[Path] = []
    with monkeypatch.context() as patch:
        patch.setattr(content_store, "sync_folder", synced.append)
        stopped(studio, models, first)
    (folder,) = {path.parent for path in saved(studio, first) if path.is_file()}
    assert folder in synced
    before, plain = saved(studio, first), Checkpoint.save

    def full(state: Checkpoint, path: Path) -> None:
        plain(state, path)
        raise checkpoints_full()

    with monkeypatch.context() as patch:
        patch.setattr(Checkpoint, "save", full)
        job = work(studio, models, studio.fine_tune(first))
    assert (job.state, job.paused_for) == ("paused", "room")
    assert saved(studio, first) == before


def checkpoints_full() -> Exception:
    """The error as safetensors raises it."""
    error = SafetensorError("Error while serializing: I/O error: No space left on device (os error 28)")
    assert checkpoints.disk_error(error) is not None
    return error


@pytest.mark.thorough
def test_a_training_that_is_kept_takes_the_left_ones_of_its_round_along(
    studio: Studio, models: Models, names: Names
) -> None:
    first = first_round(studio, tiny_draft(names))
    stopped(studio, models, first)
    studio.change_settings(studio.store.rounds.get(first).project_id, {"tune": {"rank": 3}})
    stopped(studio, models, first)
    assert len([path for path in saved(studio, first) if path.is_dir()]) == 2
    finish(studio, models, studio.fine_tune(first))
    kept = [path.name for path in saved(studio, first) if path.is_file()]
    assert kept == ["step-6.safetensors"]  # the last state, from which more steps can go on
    assert len([path for path in saved(studio, first) if path.is_dir()]) == 1


@pytest.fixture
def second(studio: Studio, models: Models, names: Names) -> str:
    """A second round with one accepted picture."""
    first = drawn_round(studio, models, tiny_draft(names))
    studio.decide([studio.round_view(first).candidates[0].candidate.id], "accepted")
    return studio.next_round(first).id


def accept_when(studio: Studio, round_id: str, phase: str, done: float) -> Watcher:
    parent = str(studio.store.rounds.get(round_id).parent_id)
    other = studio.round_view(parent).candidates[5].candidate.id
    return at(phase, done, lambda _: studio.decide([other], "accepted"))


@pytest.mark.parametrize(("phase", "done", "trained_on"), [("loading", 0, 3), ("encode", 1, 2)])
def test_what_is_decided_while_the_model_loads_is_trained_on_and_later_is_another_training(
    studio: Studio, models: Models, second: str, phase: str, done: float, trained_on: int
) -> None:
    begun_as = fingerprints.training_fingerprint(inputs_of(studio.store, second))
    job = work(studio, models, studio.fine_tune(second), accept_when(studio, second, phase, done))
    assert job.state == "completed"
    assert len(studio.store.rounds.training_set(second)) == trained_on
    assert fingerprints.is_trained(inputs_of(studio.store, second)) == (phase == "loading")
    assert (studio.store.rounds.get(second).trained_as == begun_as) == (phase == "encode")


@pytest.mark.thorough
def test_a_training_of_other_pictures_is_gone_on_with_when_they_are_back(
    studio: Studio, models: Models, second: str
) -> None:
    accept, stop = accept_when(studio, second, "loading", 0), stop_at(studio, "fine_tune", 3)

    def watch(job: Job, progress: Progress) -> None:
        accept(job, progress)
        stop(job, progress)

    parent = str(studio.store.rounds.get(second).parent_id)
    work(studio, models, studio.fine_tune(second), watch)
    studio.undo(parent)
    assert finish(studio, models, studio.fine_tune(second)) == [1, 2, 3, 4, 5, 6]
    assert len(studio.store.rounds.training_set(second)) == 2
