"""`gal-studio import-project`: import a project that `export-project` wrote."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from gal_studio.commands.terminal.options import StoredWorkspace, required_workspace
from gal_studio.commands.terminal.printed import in_lines
from gal_studio.core.words import counted
from gal_studio.state import Store
from gal_studio.studio import Studio


def import_project(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.zip", help="A file that export-project wrote.")],
    workspace: StoredWorkspace = None,
) -> None:
    """Import a project from a zip file. The workspace is created if it does not exist."""
    with Store(required_workspace(context, workspace)) as store:
        studio = Studio(store)
        project = studio.project(studio.import_project(file, tell=print))
        rounds = counted(len(studio.rounds(project.id)), "round")
        lost = [model for model in studio.local_models(project.id) if not model.here]
    print(in_lines(f"{project.name} is imported as project {project.id}, with {rounds}."))
    for model in lost:
        path = shlex.quote(model.path)
        print(in_lines(f"Its {model.role} is not here: gal-studio locate-model {path} NEW says where it is."))
