"""The checkpoints of a round's training, and the step that can be kept of one that was halted."""

from pathlib import Path

from gal_studio.core.jobs.states import RESUMABLE
from gal_studio.core.types import Job
from gal_studio.rounds.fingerprints import planned_fingerprint
from gal_studio.rounds.inputs import inputs_of
from gal_studio.state import Store

TRAININGS = ("fine_tune", "refine")
"""The kinds of jobs that train."""


def folder(store: Store, round_id: str, planned: str) -> Path:
    """The folder of one training of a round, by its planned fingerprint; it may not be there."""
    return store.checkpoints(round_id) / planned[:16]


def saved(folder: Path) -> list[Path]:
    """The checkpoints in a folder, the newest last."""
    return sorted(folder.glob("step-*.safetensors"), key=step)


def step(checkpoint: Path) -> int:
    """The step after which a checkpoint was saved."""
    return int(checkpoint.stem.removeprefix("step-"))


def step_to_keep(store: Store, job: Job) -> int | None:
    """The last step that was saved of a halted training; None of any other job, or if none was saved."""
    if job.kind not in TRAININGS or job.state not in RESUMABLE:
        return None
    kept = store.workspace / "checkpoints" / job.round_id  # not made for a look
    if not any(kept.glob("*/step-*.safetensors")):
        return None
    found = saved(folder(store, job.round_id, planned_fingerprint(inputs_of(store, job.round_id))))
    return step(found[-1]) if found else None
