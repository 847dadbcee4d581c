"""The checkpoints of a round's training, and the step that can be kept of one that was halted."""

import re
import shutil
import stat
from pathlib import Path

from gal_studio.core.gal.validation import only_copies_since
from gal_studio.core.jobs.states import RESUMABLE
from gal_studio.core.types import Job
from gal_studio.core.variants.variant import TRAININGS
from gal_studio.rounds.fingerprints import endless_fingerprint, is_trained, planned_fingerprint
from gal_studio.rounds.inputs import inputs_of
from gal_studio.state import Store
from gal_studio.state.files.content_store import writing_beside
from gal_studio.state.files.inside import folder_of_row, inside, remove

_NAME = re.compile(r"step-\d{1,9}\.safetensors")


def folder(store: Store, round_id: str, planned: str) -> Path:
    """The folder of one training of a round, by its planned fingerprint; it may not be there."""
    return inside(store.workspace, store.checkpoints(round_id) / planned[:16])


def last_state(store: Store, round_id: str, endless: str | None) -> Path | None:
    """The state at the end of a finished training, by its endless fingerprint, from which more steps go on.

    None if it is not there.
    """
    if endless is None:
        return None
    found = saved(folder_of_row(store.workspace, "checkpoints", round_id) / endless[:16])
    return found[-1] if found else None


def copy_state(store: Store, state: Path, round_id: str) -> None:
    """Copy a last state to another round; refused if the disk has no room for it."""
    store.disk.check(state.stat().st_size)
    copy = folder(store, round_id, state.parent.name) / state.name
    copy.parent.mkdir(exist_ok=True)
    with writing_beside(copy, store.workspace) as beside:
        shutil.copyfile(state, beside)


def forget_last_state(store: Store, round_id: str) -> None:
    """Delete the last state of a finished training; not that of one that goes on from it."""
    if folder_of_row(store.workspace, "checkpoints", round_id).is_dir():
        inputs = inputs_of(store, round_id)
        state = last_state(store, round_id, endless_fingerprint(inputs))
        if state is not None and is_trained(inputs):
            remove(store.workspace, state.parent)


def saved(folder: Path) -> list[Path]:
    """The checkpoints in a folder, the newest last; what is no plain file of such a name is none."""
    found = (path for path in folder.glob("step-*.safetensors") if _NAME.fullmatch(path.name))
    return sorted((path for path in found if stat.S_ISREG(path.lstat().st_mode)), key=step)


def step(checkpoint: Path) -> int:
    """The step after which a checkpoint was saved."""
    return int(checkpoint.stem.removeprefix("step-"))


def step_to_keep(store: Store, job: Job) -> int | None:
    """The saved step at which a training can be ended; None of any other job, or if none was saved.

    It is that after which more steps only copy (Eq. G22), or the last one of a halted training.
    """
    if job.kind not in TRAININGS or job.state not in (*RESUMABLE, "running"):
        return None
    kept = folder_of_row(store.workspace, "checkpoints", job.round_id)  # not made for a look
    if not any(map(saved, kept.glob("*"))):
        return None
    made = store.snapshots.node(job.round_id).record.validations
    if job.state == "running" and len(made) < 2:
        return None
    paths = saved(folder(store, job.round_id, planned_fingerprint(inputs_of(store, job.round_id))))
    found = only_copies_since(made, {step(path) for path in paths})
    if found is not None or job.state == "running" or not paths:
        return found
    return step(paths[-1])
