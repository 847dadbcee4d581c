"""`gal-studio export-project`: write a project to a zip file."""

from pathlib import Path
from typing import Annotated

import typer

from gal_studio.commands.stored import Wanted, Workspace, existing_workspace, find_project, required_workspace
from gal_studio.studio import Studio


def export_project(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.zip", help="The file to write.")],
    workspace: Workspace = None,
    project: Wanted = None,
) -> None:
    """Export a whole project as one zip file."""
    with existing_workspace(required_workspace(context, workspace)) as store:
        found = find_project(store, project)
        path = Studio(store).export_project(found.id, file)
    print(f"{found.name} is exported to {path} ({path.stat().st_size / 2**20:.1f} MB).")
