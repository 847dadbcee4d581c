"""Put a copy of the database in the place of one with damaged pages, and save what is newer and whole."""

import shlex
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

from gal_studio.core.errors import StudioError
from gal_studio.state.database.backups import backups, is_backup
from gal_studio.state.database.replaced import copied_aside, put_in_place
from gal_studio.state.database.schema import Foreign, remove_foreign
from gal_studio.state.files.errors import disk_problem, time_of
from gal_studio.state.files.inside import inside
from gal_studio.state.files.own_folder import BACKUPS, DAMAGED, DATABASE
from gal_studio.state.files.unfinished import unfinished_name
from gal_studio.state.jobs.lock import PageLock, WorkerLock
from gal_studio.state.store import Store
from gal_studio.workspace.archive.writer import export_project
from gal_studio.workspace.check import Show, aside, damage_of
from gal_studio.workspace.read_project import read_project


def whole_projects(workspace: Path, show: Show) -> tuple[dict[str, str], dict[str, str]]:
    """The names of the projects that can still be read whole, and of the others, by ID."""
    whole, broken = dict[str, str](), dict[str, str]()
    with suppress(StudioError), Store(workspace) as store:
        for project_id, name in store.projects.names().items():
            try:
                read_project(store, project_id)
                show(store, project_id)
                whole[project_id] = name
            except Exception:
                broken[project_id] = name
    return whole, broken


def describe_damage(workspace: Path, damage: str, show: Show) -> tuple[str, ...]:
    """Sentences: what is damaged, which projects are whole and how they are saved, which copies there are."""
    whole, broken = whole_projects(workspace, show)
    where = f"--workspace {shlex.quote(str(workspace))}"
    told = [f"Pages of {DATABASE} are damaged ({damage})."]
    told += [
        f"The project {name!r} can be read whole: `gal-studio export-project FILE.zip --project {identity} "
        f"{where}` saves it."
        for identity, name in whole.items()
    ]
    told += [f"The project {name!r} can no longer be read whole." for name in broken.values()]
    if not (whole or broken):
        told.append("No project can be found in it.")
    return (*told, *describe_copies(workspace))


def describe_copies(workspace: Path) -> tuple[str, ...]:
    """A sentence on each copy of the database that is whole."""
    where = f"--workspace {shlex.quote(str(workspace))}"
    return tuple(
        f"There is a copy of the database of {time_of(path)}: `gal-studio doctor {where} --restore "
        f"{path.name}` puts it in its place."
        for path in backups(workspace)
        if not damage_of(path)
    )


def rescue(workspace: Path, show: Show) -> tuple[str, ...]:
    """Put the newest whole copy in the place of a damaged database, which is kept aside.

    Projects that changed since and can be read whole are kept beside it, as archives.
    """
    copy = next((path for path in backups(workspace) if not damage_of(path)), None)
    if copy is None:
        raise StudioError(
            f"{DATABASE} is damaged, and none of its copies is whole: save what can be read by `gal-studio "
            "export-project`, and import it into another folder."
        )
    with _alone(workspace):
        before, told = _versions(copy), list[str]()
        for project_id, name in whole_projects(workspace, show)[0].items():
            with Store(workspace) as store:
                if _versions(store.database.path).get(project_id, ()) == before.get(project_id):
                    continue  # nothing changed since the copy
                path = aside(store, project_id)
                export_project(store, project_id, path)
            told.append(
                f"The project {name!r} is newer than the copy: all of it is in {DAMAGED}/{path.name}."
            )
        return (*told, _put_back(workspace, copy))


def restore(workspace: Path, name: str) -> str:
    """Put a copy in the place of the database, which is kept aside."""
    path = workspace / BACKUPS / name
    if not is_backup(path):
        known = ", ".join(one.name for one in backups(workspace)) or "there is none"
        raise StudioError(f"The database copy {name!r} does not exist: choose from {known}.")
    with _alone(workspace):
        return _put_back(workspace, path)


def without_foreign(workspace: Path, found: Sequence[Foreign]) -> str:
    """Remove what is not the studio's from the schema; a sentence that says where the former file is."""
    with _alone(workspace):
        try:
            aside = copied_aside(workspace)
            remove_foreign(workspace / DATABASE, found)
        except OSError as error:
            raise disk_problem(error, workspace) from error
    return f"Removed; the one before it is in {DAMAGED}/{aside}."


def _put_back(workspace: Path, path: Path) -> str:
    target = workspace / unfinished_name(workspace)
    try:
        shutil.copyfile(inside(workspace, path), target)
        aside = put_in_place(workspace, target)
    except OSError as error:
        raise disk_problem(error, workspace) from error
    finally:
        target.unlink(missing_ok=True)
    return f"{DATABASE} is the copy of {time_of(path)}; the one before it is in {DAMAGED}/{aside}."


def _versions(database: Path) -> dict[str, tuple[int, ...]]:
    """The counters of changes of each project, by ID; none if they cannot be read."""
    address = f"{database.absolute().as_uri()}?mode=ro"
    with suppress(sqlite3.Error), closing(sqlite3.connect(address, uri=True)) as connection:
        return {
            row[0]: row[1:] for row in connection.execute("SELECT * FROM project_versions ORDER BY rowid")
        }
    return {}


@contextmanager
def _alone(workspace: Path) -> Iterator[None]:
    """Refuse to replace a database that a page or a worker uses."""
    with ExitStack() as locks:
        for lock in (PageLock(workspace), WorkerLock(workspace)):
            if not locks.enter_context(lock).acquire(1.0):
                raise StudioError(f"GAL Studio uses the workspace {workspace}: end it, then try again.")
        yield
