"""What the parts of a job share, and the progress that a job reports."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from gal_studio.core.records.project import Project
from gal_studio.core.records.round import Round
from gal_studio.core.references import Prompts
from gal_studio.core.settings import Settings
from gal_studio.core.snapshot import RoundSnapshot
from gal_studio.core.types import Job
from gal_studio.state import Store

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


Steps = Generator[Progress, None, None]
Work = Callable[[Store, "Models", Job], Steps]
"""Runs a job: yields its progress, can be closed after each step, and goes on where a former run stopped."""
Done = TypeVar("Done", bound=Work)


def does(kind: str) -> Callable[[Done], Done]:
    """Say of a function in `gal_studio.worker.jobs`, or in a feature's `job.py`, which jobs it does."""

    def mark(work: Done) -> Done:
        work.kind = kind  # type: ignore[attr-defined]
        return work

    return mark


def kind_of(work: object) -> str:
    """The kind of the jobs that a function does; "" of anything else."""
    kind = getattr(work, "kind", "")
    return kind if isinstance(kind, str) and callable(work) and not isinstance(work, type) else ""


@dataclass(frozen=True)
class RoundTask:
    """What work on a round needs: the store, the loaded models, the project, the round and its settings."""

    store: Store
    models: "Models"
    project: Project
    prompts: Prompts
    round: Round
    settings: Settings

    def now(self) -> RoundSnapshot:
        """The round in its project as both are stored now, without pictures."""
        return self.store.snapshots.node(self.round.id)


@dataclass(frozen=True)
class Task(RoundTask):
    """A running job, with the project and round that it is for."""

    job: Job


def open_round(store: Store, models: "Models", round_id: str) -> RoundTask:
    """Read a round and its project, whose commits and places of models count from now on."""
    round_ = store.rounds.get(round_id)
    models.revisions = store.projects.revisions(round_.project_id)
    models.locations = store.model_locations.of_project(round_.project_id)
    return RoundTask(
        store,
        models,
        store.projects.get(round_.project_id),
        store.projects.prompts(round_.project_id),
        round_,
        round_.settings,
    )


def open_task(store: Store, models: "Models", job: Job) -> Task:
    """Read the project and the round of a job."""
    return Task(**vars(open_round(store, models, job.round_id)), job=job)
