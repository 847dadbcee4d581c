"""Helpers for the tests of the worker: run a job to its end."""

from safetensors import safe_open

from gal_studio.core.types import Job
from gal_studio.studio import ProjectDraft, Studio
from gal_studio.worker import Worker
from gal_studio.worker.loop import Watcher
from gal_studio.worker.models import Models


def first_round(studio: Studio, draft: ProjectDraft) -> str:
    return studio.rounds(studio.create_project(draft))[0].id


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
