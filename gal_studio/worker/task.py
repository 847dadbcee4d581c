"""What the parts of a job share, and the progress that a job reports."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gal_studio.core.references import Prompts
from gal_studio.core.settings import Settings
from gal_studio.core.types import Job, Round
from gal_studio.state import Store
from gal_studio.state.tables.projects import Project

if TYPE_CHECKING:  # it imports torch, which is not needed to report progress
    from gal_studio.worker.models import Models


@dataclass(frozen=True)
class Progress:
    """A job has done `done` of `total` in this phase (`gal_studio.core.jobs.kinds`); `done` may include
    fractions of a picture. `kept` is how much of that remains if it is halted now, by default all.
    """

    phase: str
    done: float
    total: int
    message: str = ""
    kept: int | None = None


@dataclass(frozen=True)
class Task:
    """A running job: the store, the loaded models, and the project and round that the job is for."""

    store: Store
    models: "Models"
    job: Job
    project: Project
    prompts: Prompts
    round: Round
    settings: Settings


def open_task(store: Store, models: "Models", job: Job) -> Task:
    """Read the project and the round of a job, and the settings of that round."""
    models.revisions = store.projects.revisions(job.project_id)
    models.places = store.places.of_project(job.project_id)
    return Task(
        store,
        models,
        job,
        store.projects.get(job.project_id),
        store.projects.prompts(job.project_id),
        store.rounds.get(job.round_id),
        store.rounds.settings(job.round_id),
    )
