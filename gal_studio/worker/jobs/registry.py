"""What each kind of job does, one line each; its words stand in `gal_studio.core.jobs.kinds`.

Importing this module imports torch and the engine.
"""

from collections.abc import Callable, Generator

from gal_studio.core.jobs.kinds import find_job_kind
from gal_studio.core.types import Job
from gal_studio.state import Store
from gal_studio.worker.jobs.adapter import refine_adapters
from gal_studio.worker.jobs.ask import ask_trainings
from gal_studio.worker.jobs.download import download_models
from gal_studio.worker.jobs.export import export_round
from gal_studio.worker.jobs.fine_tune import tune_round
from gal_studio.worker.jobs.generate import generate_round
from gal_studio.worker.jobs.measure import measure_round
from gal_studio.worker.jobs.pairs import make_pairs
from gal_studio.worker.jobs.quality import judge_round
from gal_studio.worker.jobs.refine import refine_round
from gal_studio.worker.jobs.replay import go_on_with_replay
from gal_studio.worker.jobs.trials import draw_trials
from gal_studio.worker.local_models import look_at_local_models
from gal_studio.worker.models import Models
from gal_studio.worker.task import Progress

Steps = Generator[Progress, None, None]
Work = Callable[[Store, Models, Job], Steps]
"""Runs a job: yields its progress, can be closed after each step, and goes on where a former run stopped."""

WORK: dict[str, Work] = {
    "download": download_models,
    "fine_tune": tune_round,
    "generate": generate_round,
    "pairs": make_pairs,
    "refine": refine_round,
    "quality": judge_round,
    "measure": measure_round,
    "ask": ask_trainings,
    "try": draw_trials,
    "export": export_round,
    "adapter": refine_adapters,
    "replay": go_on_with_replay,
}


def steps_of(store: Store, models: Models, job: Job) -> Steps:
    """The work of a job, step by step; a kind that only a newer version knows is refused at the first one.

    Models that are not on this computer (since their download was stopped, or the project came from another
    computer) are downloaded first; local ones that are gone are refused.
    """
    if find_job_kind(job.kind).loads_models:
        yield from look_at_local_models(store, job)
        yield from download_models(store, models, job)
    yield from WORK[job.kind](store, models, job)
