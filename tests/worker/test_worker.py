import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import types
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import Mock

import pytest
from safetensors import safe_open

from gal_studio.core.errors import StudioError
from gal_studio.core.types import Job
from gal_studio.processes import start_worker, worker_runs
from gal_studio.state.jobs.lock import WorkerLock
from gal_studio.studio import Studio
from gal_studio.worker import Worker, run_worker
from gal_studio.worker.models import Models
from gal_studio.worker.task import Progress
from tests.job_moves import moves
from tests.tiny_project import object_draft, tiny_draft
from tests.ui.seeded import make_project
from tests.worker.working import at, first_round, steps_to, stop_at, trained_round, weights, work


def whole_round(studio: Studio, models: Models, round_id: str) -> None:
    assert work(studio, models, studio.fine_tune(round_id)).message == ""
    assert work(studio, models, studio.generate(round_id)).state == "completed"


def test_two_rounds_of_a_style(studio: Studio, models: Models, names: tuple[str, str]) -> None:
    first = first_round(studio, tiny_draft(names))
    whole_round(studio, models, first)
    view = studio.round_view(first)
    assert len(view.candidates) == view.wanted == 12
    assert [step for step, _ in view.losses] == [1, 2, 3, 4, 5, 6]
    assert set(view.seconds) == {"fine_tune", "generate", "embed", "project"}
    assert all(seconds > 0 for seconds in view.seconds.values())
    assert view.round.unet_forwards == 12 * 3 * 2
    assert all(tile.candidate.x is not None for tile in view.candidates)
    assert set(view.reference_positions) == {view.project.references[0].id}
    studio.decide([view.candidates[0].candidate.id], "accepted")
    second = studio.next_round(first).id
    whole_round(studio, models, second)
    assert len(studio.round_view(second).candidates) == 9
    assert len(studio.store.rounds.training_set(second)) == 2
    shared = {candidate.seed for candidate in studio.store.candidates.of_round(second)}
    assert shared < {candidate.seed for candidate in studio.store.candidates.of_round(first)}
    kept = list((studio.store.workspace / "checkpoints").rglob("*.safetensors"))
    assert [path.parts[-3] for path in kept] == [second]  # the last state of the newest training


def test_object_draws_its_class_images_once_and_its_adapter_says_what_it_is(
    studio: Studio, models: Models, names: tuple[str, str]
) -> None:
    first = first_round(studio, object_draft(names))
    phases: list[str] = []

    def watch(_job: Job, progress: Progress) -> None:
        phases.append(progress.phase)

    assert work(studio, models, studio.fine_tune(first), watch).state == "completed"
    assert "class_images" in phases
    assert len(studio.store.database.rows("SELECT * FROM class_images")) == 3
    with safe_open(studio.adapter_path(first), framework="numpy") as file:
        card = json.loads(file.metadata()["gal_studio"])
        assert all(name.startswith("unet.") for name in file.keys())  # noqa: SIM118
    assert (card["trigger_word"], card["base_model"], card["round"]) == ("<sks>", Path(names[0]).name, 1)
    work(studio, models, studio.generate(first))
    studio.decide([studio.round_view(first).candidates[0].candidate.id], "accepted")
    phases.clear()
    assert work(studio, models, studio.fine_tune(studio.next_round(first).id), watch).state == "completed"
    assert "class_images" not in phases


@pytest.mark.parametrize("is_broken", [False, True])
def test_stopped_training_goes_on_from_its_last_whole_checkpoint_and_ends_the_same(
    studio: Studio, models: Models, names: tuple[str, str], is_broken: bool
) -> None:
    whole, halted = (first_round(studio, tiny_draft(names)) for _ in range(2))
    work(studio, models, studio.fine_tune(whole))
    ended = work(studio, models, studio.fine_tune(halted), stop_at(studio, "fine_tune", 3))
    assert (ended.state, ended.message) == ("stopped", "Kept 3 of 6 steps; Resume continues from there.")
    assert studio.next_step(halted) == "fine_tune"
    if is_broken:
        (path,) = studio.store.checkpoints(halted).rglob("step-3.safetensors")
        path.write_bytes(path.read_bytes()[:100])
    steps: list[float] = []
    assert work(studio, models, studio.fine_tune(halted), steps_to(steps)).state == "completed"
    assert steps == ([3, 4, 5, 6] if is_broken else [4, 5, 6])
    assert weights(studio, whole) == weights(studio, halted)
    assert studio.store.rounds.losses(whole) == studio.store.rounds.losses(halted)


def test_preview_now_and_previews_at_an_interval(
    studio: Studio, models: Models, names: tuple[str, str]
) -> None:
    first = first_round(studio, tiny_draft(names))
    project_id = studio.store.rounds.get(first).project_id
    studio.change_settings(project_id, {"tune": {"preview_every": 4}})
    plain = trained_round(studio, models, tiny_draft(names))
    watch = at("fine_tune", 2, lambda job: studio.preview_now(job.id))
    assert work(studio, models, studio.fine_tune(first), watch).state == "completed"
    samples = studio.round_view(first).previews
    assert [sample.step for sample in samples] == [0, 2, 4]
    assert samples[0].prompt == "A tie in ink style"
    drawn = studio.store.snapshots.round(first).record.previews[0]
    assert studio.store.images.picture(drawn.image).size == (32, 32) and drawn.version == samples[0].version
    assert studio.store.rounds.losses(first) == studio.store.rounds.losses(plain)


@pytest.mark.filterwarnings("ignore::UserWarning")  # of the hub, which is not there
def test_models_are_opened_once(studio: Studio, names: tuple[str, str]) -> None:
    from gal_studio.engine.hub.needs import Revisions
    from gal_studio.engine.models.image_model import ImageModel, load_image_model

    opened: list[str] = []

    def load(name: str, revisions: Revisions) -> ImageModel:
        opened.append(name)
        return load_image_model(name, revisions=revisions)

    models = Models(load)
    whole_round(studio, models, first_round(studio, tiny_draft(names)))
    work(studio, models, studio.fine_tune(first_round(studio, tiny_draft(names))))
    assert opened == [names[0]]


def test_second_worker_leaves_at_once(tmp_path: Path) -> None:
    with WorkerLock(tmp_path) as lock:
        assert lock.acquire()
        assert not run_worker(tmp_path, until_empty=True)
        assert worker_runs(tmp_path)
        assert not start_worker(tmp_path)
    assert not worker_runs(tmp_path)


def test_a_worker_of_an_older_version_ends_when_the_workspace_was_upgraded(studio: Studio) -> None:
    job = studio.fine_tune(first_round(studio, tiny_draft(("no-base", "no-clip"))))
    newer = int(studio.store.database.row("PRAGMA user_version")[0]) + 1
    studio.store.database.write(f"PRAGMA user_version = {newer}")
    with Worker(studio.store).entered() as worker:
        worker.run(until_empty=True)
    assert studio.store.jobs.get(job.id).state == "queued", "the next version's worker runs it"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ImportError("libtorch_cpu.so: failed to map segment from shared object"), "close other programs"),
        (MemoryError(), "close other programs"),
        (ImportError("libcudart.so.13: cannot open shared object file"), "(libcudart.so.13: cannot open"),
    ],
)
def test_a_job_says_why_no_worker_can_start(
    studio: Studio, error: Exception, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As under `ulimit -v 800000`, where the page starts and torch does not."""
    broken = types.ModuleType("gal_studio.worker.models")
    monkeypatch.setattr(broken, "__getattr__", Mock(side_effect=error), raising=False)
    monkeypatch.setitem(sys.modules, broken.__name__, broken)
    project = make_project(studio)
    training, _ = studio.run_round(studio.store.rounds.of_project(project)[0].id)
    with pytest.raises(StudioError, match=re.escape(said)), Worker(studio.store).entered() as worker:
        worker.run(until_empty=True)
    failed = studio.store.jobs.get(training.id)
    assert failed.state == "error" and said in failed.message and "press Retry" in failed.message


def wait_for(condition, seconds: float = 240.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)


@contextmanager
def spawn(workspace: Path) -> Iterator["subprocess.Popen[bytes]"]:
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "gal_studio.worker", "--workspace", str(workspace)]
    with subprocess.Popen(command, env=environment, cwd=Path(__file__).parents[2]) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.slow
@pytest.mark.thorough
def test_killed_worker_is_noticed_and_its_job_resumes(studio: Studio, names: tuple[str, str]) -> None:
    tune = {"steps": 50_000, "rank": 2, "batch_size": 1, "checkpoint_every": 5}  # nobody waits for its end
    first = first_round(studio, tiny_draft(names, changes={"tune": tune}))
    project_id = studio.store.rounds.get(first).project_id
    job = studio.fine_tune(first)
    with spawn(studio.store.workspace) as process:
        wait_for(lambda: studio.job_view(project_id).done >= 10)
        assert studio.job_view(project_id).worker_alive
        process.kill()
        process.wait()
        wait_for(lambda: studio.job_view(project_id).state == "interrupted")
        assert studio.store.jobs.get(job.id).state == "running", "a view ends nothing"
    assert not studio.job_view(project_id).worker_alive
    steps = [step for step, _ in studio.store.rounds.losses(first)]
    assert studio.resume(job.id).state == "queued"
    with spawn(studio.store.workspace) as process:
        wait_for(lambda: len(studio.store.rounds.losses(first)) > len(steps))
        process.send_signal(signal.SIGTERM)
        process.wait()
    assert studio.job_view(project_id).state == "interrupted"
    assert studio.store.rounds.restarts(first)[0] <= len(steps) + 1, "the loss curve shows it"
    losses = [step for step, _ in studio.store.rounds.losses(first)]
    assert losses == list(range(1, len(losses) + 1))
    checkpoints = studio.store.checkpoints(first).rglob(f"step-{len(losses)}.safetensors")
    assert len(list(checkpoints)) == 1  # the end asked for is kept to the step


def test_a_worker_that_was_taken_for_dead_goes_on(
    studio: Studio, names: tuple[str, str], models: Models
) -> None:
    """As after a suspend, once in the middle and once at the last step."""
    first = first_round(studio, tiny_draft(names))
    ended: list[float] = []

    def watch(job: Job, progress: Progress) -> None:
        if progress.done in (1, progress.total):
            ended.append(progress.done)
            studio.store.jobs.interrupt(job.id, "its worker died")

    job = work(studio, models, studio.fine_tune(first), watch)
    assert (job.state, len(ended) >= 2) == ("completed", True)
    assert "its worker is back" in [move.reason for move in moves(studio.store, job.id)]


def test_run_worker_empties_the_queue(studio: Studio, names: tuple[str, str]) -> None:
    first = first_round(studio, tiny_draft(names))
    studio.fine_tune(first)
    ended: list[bool] = []
    thread = threading.Thread(
        target=lambda: ended.append(run_worker(studio.store.workspace, until_empty=True))
    )
    thread.start()
    thread.join()
    assert ended == [True]
    assert studio.next_step(first) == "generate"
    assert "fine_tune" in (studio.store.workspace / "logs" / "worker.log").read_text()
