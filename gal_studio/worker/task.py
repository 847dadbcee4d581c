"""What the parts of a job share, and what a job says while it runs."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from gal_studio.core.references import Prompts
from gal_studio.core.settings import Settings
from gal_studio.core.types import Job, Round
from gal_studio.state import Store
from gal_studio.state.tables.projects import Project

if TYPE_CHECKING:  # it imports torch, which whoever asks for progress need not wait for
    from gal_studio.worker.models import Models


Phase = Literal[
    "loading",
    "class_images",
    "encode",
    "fine_tune",
    "draw",
    "project",
    "foregrounds",
    "pairs",
    "maps",
    "refine",
    "measure",
]


@dataclass(frozen=True)
class Progress:
    """A job is `done` of `total` in this phase; `done` may count parts of a picture."""

    phase: Phase
    done: float
    total: int
    message: str = ""


@dataclass(frozen=True)
class Task:
    """A job on its way: the store, the open models, and what the job is about."""

    store: Store
    models: "Models"
    job: Job
    project: Project
    prompts: Prompts
    round: Round
    settings: Settings


def open_task(store: Store, models: "Models", job: Job) -> Task:
    """The job with its project, its round, and the settings with which that round was made."""
    models.revisions = store.projects.revisions(job.project_id)
    return Task(
        store,
        models,
        job,
        store.projects.get(job.project_id),
        store.projects.prompts(job.project_id),
        store.rounds.get(job.round_id),
        store.rounds.settings(job.round_id),
    )
