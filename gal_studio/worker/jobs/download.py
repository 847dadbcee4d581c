"""The job `download`, which is also the first part of every job whose models are not on this computer."""

from collections.abc import Generator, Sequence
from contextlib import closing
from pathlib import Path

from gal_studio.core.jobs.kinds import DOWNLOAD
from gal_studio.core.models.locations import located
from gal_studio.core.models.reports import ModelNames
from gal_studio.core.types import Job
from gal_studio.engine.hub.download import download
from gal_studio.engine.hub.refusals import FullDiskError
from gal_studio.engine.hub.repository import MissingFiles, existing_folder
from gal_studio.state import Store
from gal_studio.state.files.errors import NoRoomError
from gal_studio.worker.model_needs import unmet
from gal_studio.worker.models import Models
from gal_studio.worker.task import Progress, does


@does("download")
def download_models(store: Store, models: Models, job: Job) -> Generator[Progress, None, None]:
    """Download the models of the job's project, unless they are on this computer, and pin their commits."""
    project = store.projects.get(job.project_id)
    pins = store.projects.revisions(project.id)
    round_ = store.rounds.get(job.round_id)
    settings = round_.settings
    locations = store.model_locations.of_project(project.id)
    is_given = round_.variant.with_references
    names = ModelNames(
        located(project.base_model, locations),
        located(project.clip_model, locations),
        located(settings.refine.vision_model, locations),
        settings.machine.precision,
        adapter=located(settings.references.adapter, locations, is_adapter=True) if is_given else "",
        target=settings.tune.target,
        fast_model=located(settings.generation.fast_model, locations),
        speed_lora=located(settings.generation.speed_lora, locations),
    )
    needs = list(unmet(names, pins))
    if not needs:
        return
    check_room(store, needs)
    total, done = sum(need.total for need in needs), 0
    for need in needs:
        message = f"Downloading {need.name} at commit {need.commit[:12]}"
        yield Progress(DOWNLOAD, done + need.done(), total, message)
        try:
            with closing(download(need)) as arriving:
                for bytes_ in arriving:
                    yield Progress(DOWNLOAD, done + bytes_, total, message)
        except FullDiskError as error:
            raise _no_room(store, needs, error) from error
        pins[need.name] = need.commit
        done += need.total


def check_room(store: Store, needs: Sequence[MissingFiles]) -> None:
    """Refuse a download that does not fit on the disk of the cache."""
    missing, folder = missing_bytes(needs), existing_folder()
    if missing and _is_of(store, folder):
        store.disk.check(missing)
    elif missing:
        store.disk.check_folder(folder, missing)


def missing_bytes(needs: Sequence[MissingFiles]) -> int:
    """The bytes that are still to be downloaded."""
    return sum(need.total - need.done() for need in needs)


def _no_room(store: Store, needs: Sequence[MissingFiles], error: FullDiskError) -> Exception:
    """On the disk of the workspace, the job waits for free space, as it does for its own files."""
    if _is_of(store, existing_folder()):
        return NoRoomError(str(error), missing_bytes(needs))
    return error


def _is_of(store: Store, folder: Path) -> bool:
    return folder.stat().st_dev == store.workspace.stat().st_dev
