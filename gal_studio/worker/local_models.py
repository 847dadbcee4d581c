"""Before a job opens local models: refuse those that are gone, and keep the hashes of new ones."""

from collections.abc import Generator
from pathlib import Path

from gal_studio.core.errors import StudioError
from gal_studio.core.types import Job
from gal_studio.rounds.local_models import LocalModel, lost_sentence, used_models
from gal_studio.state import Store
from gal_studio.state.files.model_hashes import Hashes, ModelFolder, model_files
from gal_studio.worker.task import Progress


def look_at_local_models(store: Store, job: Job) -> Generator[Progress, None, None]:
    """Look at the models of a job; one that the project uses for the first time is read once for its hashes.

    By these it is known again when it has moved (`gal_studio.studio.Studio.locate_model`).
    """
    for model in used_models(store, job.project_id, job):
        if not model.here:
            raise StudioError(lost_sentence(model))
        if store.model_locations.hashes(job.project_id, model.path) is None:
            hashes = _of_another_project(store, model)
            if hashes is None:
                hashes = yield from _read(model)
            store.model_locations.keep(job.project_id, model.path, hashes)


def _of_another_project(store: Store, model: LocalModel) -> Hashes | None:
    """What another project kept of the same files, unless they were written since."""
    newest = store.model_locations.newest(model.path)
    if newest is None or model.place != model.path:
        return None
    known, kept = newest
    files = {name: file.stat() for name, file in model_files(Path(model.path)).items()}
    same = {name: one.st_size for name, one in files.items()} == {
        name: one.size for name, one in known.items()
    }
    return known if same and all(one.st_mtime < kept for one in files.values()) else None


def _read(model: LocalModel) -> Generator[Progress, None, Hashes]:
    folder = ModelFolder(Path(model.place))
    total = folder.size
    for done in folder.read():
        yield Progress("loading", 0, 0, f"Reading the {model.role} once: {100 * done / max(total, 1):.0f}%")
    return folder.hashes
