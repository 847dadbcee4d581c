"""The workspace and the project that a command works on."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from gal_studio.core.errors import StudioError
from gal_studio.state import Store
from gal_studio.state.tables.projects import Project

Workspace = Annotated[Path | None, typer.Option(help="The workspace folder.")]
Wanted = Annotated[
    str | None, typer.Option("--project", help="The project's ID or name (default: the newest).")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


def given_workspace(context: typer.Context, workspace: Path | None) -> Path | None:
    """The workspace named after the command, or else before it."""
    before: Path | None = context.obj
    return before if workspace is None else workspace


def required_workspace(context: typer.Context, workspace: Path | None) -> Path:
    """The workspace named on the command line; without one, this is a usage error."""
    given = given_workspace(context, workspace)
    if given is None:
        raise StudioError(f"{context.info_name} needs --workspace FOLDER.")
    return given


@contextmanager
def existing_workspace(workspace: Path) -> Iterator[Store]:
    """Open the store of an existing workspace; a mistyped path does not make a new one."""
    if not (workspace / "studio.db").is_file():
        raise StudioError(f"There is no workspace in {workspace}: check the path.")
    with Store(workspace) as store:
        yield store


def find_project(store: Store, wanted: str | None) -> Project:
    """The project with this ID or name, by default the newest."""
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
