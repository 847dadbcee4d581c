"""Helpers for the tests of refinements."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gal_studio.core.types import Job
from gal_studio.studio import Studio
from gal_studio.worker import Worker
from gal_studio.worker.loop import Watcher
from gal_studio.worker.models import Models
from tests.tiny_project import changed
from tests.worker.working import weights


def changes(tower: str, **refine: object) -> dict[str, object]:
    return changed(refine={"vision_model": tower, **refine})


def work(studio: Studio, models: Models, job: Job | None = None, watcher: Watcher | None = None) -> Any:
    """Run all waiting jobs; returns the job, if one is given, as it ended."""
    with Worker(studio.store, watcher).entered() as worker:
        worker._models = models
        worker.run(until_empty=True)
    return None if job is None else studio.store.jobs.get(job.id)


def first_round(studio: Studio, kind: str) -> str:
    project = next(project for project in studio.projects() if project.kind == kind)
    return studio.rounds(project.id)[0].id


def accept(studio: Studio, round_id: str, number: int = 0) -> str:
    chosen = studio.round_view(round_id).candidates[number].candidate
    studio.decide([chosen.id], "accepted")
    return chosen.id


def half(left: int, right: int, size: tuple[int, int] = (32, 32)) -> NDArray[np.uint8]:
    pixels = np.full(size[::-1], left, np.uint8)
    pixels[:, size[0] // 2 :] = right
    return pixels


def paired(studio: Studio, models: Models, kind: str = "object") -> str:
    """The refinement of a project's first round, with its pairs."""
    node = studio.make_pairs(first_round(studio, kind)).round_id
    work(studio, models)
    return node


def trained_on_pairs(
    studio: Studio, models: Models, node: str, watcher: Watcher | None = None
) -> dict[str, bytes]:
    """Train a refinement on its pairs; its weights."""
    studio.refine(node)
    work(studio, models, watcher=watcher)
    return weights(studio, node)


def refined(studio: Studio, models: Models, round_id: str) -> str:
    jobs = studio.run_refinement(round_id)
    work(studio, models)
    assert [studio.store.jobs.get(job.id).message for job in jobs] == [""] * len(jobs)
    return jobs[-1].round_id
