"""What each kind of job does; its modules are imported when the first job needs them."""

import importlib
from collections.abc import Generator
from typing import TYPE_CHECKING

from gal_studio.core.types import Job
from gal_studio.state import Store
from gal_studio.worker.task import Progress

if TYPE_CHECKING:
    from gal_studio.worker.models import Models


def import_ahead() -> None:
    """Use the first idle seconds for what the first job would wait for."""
    for module, names in (
        ("diffusers", ("StableDiffusionPipeline", "DPMSolverMultistepScheduler")),
        ("open_clip", ()),
        ("peft", ()),
        ("sklearn.manifold", ()),
    ):
        imported = importlib.import_module(module)
        for name in names:  # diffusers imports its parts when they are asked for
            getattr(imported, name)


def steps_of(store: Store, models: "Models", job: Job) -> Generator[Progress, None, None]:
    """The work of a job, step by step."""
    from gal_studio.worker.jobs.fine_tune import tune_round
    from gal_studio.worker.jobs.generate import generate_round
    from gal_studio.worker.jobs.pairs import judge_round, make_pairs
    from gal_studio.worker.jobs.refine import refine_round

    work = {
        "fine_tune": tune_round,
        "generate": generate_round,
        "pairs": make_pairs,
        "refine": refine_round,
        "quality": judge_round,
    }[job.kind]
    return work(store, models, job)


def what_is_kept(progress: Progress) -> str:
    """What remains of a job that is laid down here, and how it goes on: a sentence."""
    steps = f"Kept {int(progress.done)} of {progress.total} steps; Resume goes on from there."
    kept = {
        "fine_tune": steps,
        "refine": steps,
        "draw": "Kept the pictures that were finished; Generate draws the rest.",
        "pairs": "Kept the pictures that were finished; Resume draws the rest.",
        "maps": "Kept the maps that were finished; Resume makes the rest.",
    }
    return kept.get(progress.phase, "Stopped before anything was lost.")
