"""The workspace and the project that a command works on."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from gal_studio.causes import missing
from gal_studio.core.errors import StudioError
from gal_studio.core.records.project import Project
from gal_studio.core.records.round import Round, shown_rounds
from gal_studio.state import Store
from gal_studio.state.database.own_files import ENDINGS, check_files
from gal_studio.state.files.paths import user_path
from gal_studio.state.hooks import why_not_by_hand


@contextmanager
def existing_workspace(workspace: Path, writable: bool = True) -> Iterator[Store]:
    """Open the store of an existing workspace; a mistyped path does not make a new one.

    If it need not be `writable` and is not, its rows are read from a copy of the database.
    """
    workspace = user_path(workspace)
    if not (workspace / "studio.db").is_file():
        if not os.path.isdir(workspace):
            raise StudioError(missing(workspace, "workspace in"))
        raise StudioError(f"There is no workspace in {workspace}: check the path.")
    if writable or os.access(workspace, os.W_OK):
        with Store(workspace) as store:
            yield store
        return
    check_files(workspace / "studio.db")
    with tempfile.TemporaryDirectory() as folder:
        for path in (workspace / f"studio.db{ending}" for ending in ENDINGS):
            if not path.exists():
                continue
            shutil.copyfile(path, Path(folder) / path.name)
        with Store(workspace, database=Path(folder) / "studio.db") as store:
            yield store


def find_project(store: Store, wanted: str | None) -> Project:
    """The project with this ID or name; by default the newest that is neither archived nor a replay."""
    return store.projects.get(find_project_id(store, wanted))


def find_project_id(store: Store, wanted: str | None) -> str:
    """The ID of the project with this ID or name, also of one that cannot be read.

    By default the newest that is neither archived nor a replay, or else the newest.
    """
    projects = store.projects.names()
    if not projects:
        raise StudioError(f"The workspace {store.workspace} has no project: make one first.")
    if wanted is None:
        archived = store.projects.archived()
        own = (one for one in projects if one not in archived and not why_not_by_hand(store, one))
        return next(own, next(iter(projects)))
    for project_id, name in projects.items():
        if wanted in (project_id, name):
            return project_id
    names = ", ".join(f"{name} ({project_id})" for project_id, name in projects.items())
    raise StudioError(f"There is no project {wanted!r} in this workspace: choose one of {names}.")


def last_round(
    store: Store, project: Project, rounds: Sequence[Round], wanted: int | str | None, needed: str
) -> Round:
    """The last of some rounds of a project that is shown; an archived one only if it was `wanted`.

    Without one, the error says that no round is what was `needed`, which also says what to do.
    """
    shown = {each.id for each in shown_rounds(store.rounds.of_project(project.id))}
    found = [each for each in rounds if each.id in shown] or ([] if wanted is None else list(rounds))
    if not found:
        which = "No round" if wanted is None else f"No round {wanted!r}"
        raise StudioError(f"{which} of {project.name!r} {needed}.")
    return found[-1]
