"""Import an archive: it is unpacked into a temporary workspace of its own, and checked there.

Only an archive that passes every check is copied, in one transaction; a refused one leaves no trace.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from gal_studio.core.errors import StudioError
from gal_studio.core.words import counted
from gal_studio.state.files.errors import disk_problem
from gal_studio.state.files.inside import remove
from gal_studio.state.files.paths import user_path
from gal_studio.state.files.temporary import sweep
from gal_studio.state.files.unfinished import ENDING, beginning
from gal_studio.state.jobs.lock import WorkspaceLock
from gal_studio.state.store import Store
from gal_studio.workspace.archive.copy_project import copy_project
from gal_studio.workspace.archive.format import ENDINGS, Manifest, damaged
from gal_studio.workspace.archive.rows import make_database
from gal_studio.workspace.archive.unzip import opened
from gal_studio.workspace.check import Show, examine

Tell = Callable[[str], None]


class _ImportLock(WorkspaceLock):
    """The lock of an import on its folder."""

    name = "import.lock"


_TABLES = "tables"


def import_project(
    store: Store,
    path: Path,
    check: Show | None = None,
    tell: Tell | None = None,
    origin: str | None = None,
) -> str:
    """Import an archive of `export_project`, also packed again; returns the ID of the project.

    `check` is called with the temporary workspace and the project's ID; if it raises, the archive is refused.
    `tell` is called with a sentence about files in it that do not belong to the project. With an `origin`, a
    project of that origin that is on the list is not imported again: its ID is returned.
    """
    with _staging(store.workspace) as folder:
        with opened(user_path(path)) as unpacking:
            manifest = unpacking.manifest()
            store.disk.check_folder(store.workspace, _room_for(manifest))
            unpacking.unpack(manifest, folder)
            odd = unpacking.passed_over(manifest)
        project_id = make_database(folder, manifest)
        with Store(folder) as staged:
            _check(staged, check or (lambda *_: None))
            here = copy_project(store, staged, project_id, origin)
    if odd and tell:
        names = ", ".join(name[-60:] for name in odd[:3])
        tell(
            f"{counted(len(odd), 'file')} of the archive {'was' if len(odd) == 1 else 'were'} skipped, "
            f"since the project has no such file: {names}{', …' if len(odd) > 3 else ''}."
        )
    return here


def _room_for(manifest: Manifest) -> int:
    """Bytes: all files once, since they are moved to their places, and the rows twice."""
    return sum(file.size * (2 if file.name.startswith("tables/") else 1) for file in manifest.files)


@contextmanager
def _staging(workspace: Path) -> Iterator[Path]:
    """A temporary folder on the same disk; what killed imports left of theirs goes."""
    folder, lock = None, None
    sweep(workspace, workspace, _is_of_a_killed_one, age=0.0)
    try:
        folder = Path(tempfile.mkdtemp(prefix=beginning(workspace), suffix=ENDING, dir=workspace))
        lock = _ImportLock(folder)
        with suppress(StudioError):  # a disk without locks
            lock.acquire()
        for name in (*ENDINGS, _TABLES):
            (folder / name).mkdir()
        yield folder
    except OSError as error:
        raise disk_problem(error, workspace) from error
    finally:
        if lock is not None:
            lock.release()
        if folder is not None:
            remove(workspace, folder)


def _is_of_a_killed_one(folder: Path) -> bool:
    """Whether this is of an import that ended without a word; one at work holds a lock."""
    with _ImportLock(folder) as lock:
        return (folder / _TABLES).is_dir() and lock.acquire()


def _check(staged: Store, check: Show) -> None:
    """Read everything once as the doctor does, so that nothing fails later."""
    if findings := examine(staged, show=check):
        raise damaged(f"its contents are inconsistent ({findings[0].sentence.rstrip('.')})")
