"""Which workspace and which project a command is about."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gal_studio.core.errors import StudioError
from gal_studio.state import Store
from gal_studio.state.tables.projects import Project


@contextmanager
def existing_workspace(workspace: Path) -> Iterator[Store]:
    """The store of a workspace that is there; a mistyped path makes no new one."""
    if not (workspace / "studio.db").is_file():
        raise StudioError(f"There is no workspace in {workspace}: check the path.")
    with Store(workspace) as store:
        yield store


def find_project(store: Store, wanted: str | None) -> Project:
    """The project of this id or name; the newest one where none is named."""
    projects = store.projects.all()
    if not projects:
        raise StudioError(f"The workspace {store.workspace} has no project: make one first.")
    if wanted is None:
        return projects[0]
    for project in projects:
        if wanted in (project.id, project.name):
            return project
    names = ", ".join(f"{project.name} ({project.id})" for project in projects)
    raise StudioError(f"There is no project {wanted!r} in this workspace: choose one of {names}.")
