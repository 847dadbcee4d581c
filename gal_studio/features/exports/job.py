"""The job `export`: write the requested forms of a round, check them, and keep each as one zip file."""

from collections.abc import Generator
from pathlib import Path
from zipfile import ZipFile

from gal_studio.core.models.forms.registry import find_form
from gal_studio.core.types import Job
from gal_studio.features.exports.engine.folder import export_here, export_to
from gal_studio.features.exports.engine.task import open_export
from gal_studio.features.exports.record import Export, exports_of, file_of
from gal_studio.state import Store
from gal_studio.state.files.content_store import writing_beside
from gal_studio.state.files.errors import DiskError, make_folder
from gal_studio.state.files.inside import remove
from gal_studio.state.files.unfinished import unfinished_name
from gal_studio.worker.disk_errors import disk_errors
from gal_studio.worker.models import Models
from gal_studio.worker.task import Progress, does
from gal_studio.zip_files import add_file

SPARE = 16 << 20
"""Bytes of the pictures and the card."""
WRITE_ROUND = export_here


@does("export")
def export_round(store: Store, models: Models, job: Job) -> Generator[Progress, None, None]:
    """Export what waits, and what is requested meanwhile."""
    while waiting := exports_of(store).waiting(job.round_id):
        try:
            yield from _export(store, models, waiting[0])
        except DiskError:
            raise  # what was asked for still waits
        except Exception:  # it must not stand before what is asked for next
            exports_of(store).forget(job.round_id, waiting[0].form)
            raise


def _export(store: Store, models: Models, wanted: Export) -> Generator[Progress, None, None]:
    task = open_export(store, models, wanted.round_id, find_form(wanted.form), wanted.measured)
    target = file_of(store, wanted.round_id, wanted.form)
    store.disk.check(2 * task.adapter.stat().st_size + SPARE)
    folder = target.with_name(unfinished_name(store.workspace, wanted.form))
    remove(store.workspace, folder)
    try:
        with disk_errors(store.workspace):
            checked = yield from export_to(task, make_folder(folder, store.workspace))
            _zip(folder, target, store.workspace)
    finally:
        remove(store.workspace, folder)
    (found,) = checked
    exports_of(store).finish(
        wanted.round_id, wanted.form, task.round.adapter or "", found.sentence, found.is_same
    )


def _zip(folder: Path, target: Path, workspace: Path) -> None:
    """Put the files into a zip without compressing them, since weights hardly get smaller."""
    with writing_beside(target, workspace) as beside, ZipFile(beside, "w") as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                add_file(archive, path, path.relative_to(folder).as_posix())
