"""Helpers for the tests of the worker: run a job to its end."""

from collections.abc import Callable

from safetensors import safe_open

from gal_studio.core.types import Job
from gal_studio.studio import ProjectDraft, Studio
from gal_studio.worker import Worker
from gal_studio.worker.loop import Watcher
from gal_studio.worker.models import Models
from gal_studio.worker.task import Progress


def first_round(studio: Studio, draft: ProjectDraft) -> str:
    return studio.rounds(studio.create_project(draft))[0].id


def trained_round(studio: Studio, models: Models, draft: ProjectDraft) -> str:
    """The first round of a new project, trained."""
    round_id = first_round(studio, draft)
    assert work(studio, models, studio.fine_tune(round_id)).message == ""
    return round_id


def drawn_round(studio: Studio, models: Models, draft: ProjectDraft) -> str:
    """The first round of a new project, trained and with its images."""
    round_id = trained_round(studio, models, draft)
    assert work(studio, models, studio.generate(round_id)).message == ""
    return round_id


def work(studio: Studio, models: Models, job: Job, watcher: Watcher | None = None) -> Job:
    """Claim this job and run it."""
    with Worker(studio.store, watcher).entered() as worker:
        claimed = studio.store.jobs.claim(worker.id)
        assert claimed is not None
        assert claimed.id == job.id
        return worker.run_job(models, claimed)


def weights(studio: Studio, round_id: str) -> dict[str, bytes]:
    with safe_open(studio.adapter_path(round_id), framework="numpy") as file:
        return {name: file.get_tensor(name).tobytes() for name in file.keys()}  # noqa: SIM118


def at(phase: str, done: float, act: Callable[[Job], object]) -> Watcher:
    """A watcher that acts on a job once, when this much of a phase is done."""
    acted: list[object] = []

    def watch(job: Job, progress: Progress) -> None:
        if progress.phase == phase and progress.done >= done and not acted:
            acted.append(act(job))

    return watch


def stop_at(studio: Studio, phase: str, done: float) -> Watcher:
    return at(phase, done, lambda job: studio.stop(job.id))


def steps_to(seen: list[float]) -> Watcher:
    """A watcher that records the steps of the training."""

    def watch(_job: Job, progress: Progress) -> None:
        if progress.phase == "fine_tune":
            seen.append(progress.done)

    return watch
