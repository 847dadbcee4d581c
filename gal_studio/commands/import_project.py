"""`gal-studio import-project`: import a project that `export-project` wrote, or the finished one."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from gal_studio.commands.terminal.options import StoredWorkspace, required_workspace
from gal_studio.commands.terminal.printed import in_lines
from gal_studio.core.errors import StudioError
from gal_studio.core.words import counted
from gal_studio.state import Store
from gal_studio.studio import Studio


def import_project(
    context: typer.Context,
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE.zip", help="A file that export-project wrote.")
    ] = None,
    finished: Annotated[
        bool, typer.Option("--finished", help="Import the finished project that comes with the studio.")
    ] = False,
    workspace: StoredWorkspace = None,
) -> None:
    """Import a project from a zip file, or with --finished the one that comes with the studio.

    The workspace is created if it does not exist.
    """
    if (file is None) != finished:
        raise StudioError("Give one of both: a zip file that export-project wrote, or --finished.")
    with Store(required_workspace(context, workspace)) as store:
        studio = Studio(store)
        found = studio.finished_project() if finished else None
        made = found or (studio.import_project(file, tell=print) if file else studio.open_finished())
        project = studio.project(made)
        rounds = counted(len(studio.rounds(project.id)), "round")
        lost = [model for model in studio.local_models(project.id) if not model.here]
    how = "already exists" if found else "is imported"
    print(in_lines(f"{project.name} {how} as project {project.id}, with {rounds}."))
    for model in lost:
        path = shlex.quote(model.path)
        print(in_lines(f"Its {model.role} is not here: gal-studio locate-model {path} NEW says where it is."))
