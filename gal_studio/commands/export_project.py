"""`gal-studio export-project`: write a project to a zip file."""

from pathlib import Path
from typing import Annotated

import typer

from gal_studio.commands.terminal.options import StoredWorkspace, Wanted, required_workspace
from gal_studio.commands.terminal.printed import in_lines
from gal_studio.commands.terminal.stored import existing_workspace, find_project_id
from gal_studio.studio import Studio


def export_project(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.zip", help="The file to write.")],
    workspace: StoredWorkspace = None,
    project: Wanted = None,
    raw: Annotated[
        bool, typer.Option("--raw", help="Export a damaged project as it is, without lost and altered files.")
    ] = False,
) -> None:
    """Export a whole project as one zip file."""
    with existing_workspace(required_workspace(context, workspace), writable=False) as store:
        found = find_project_id(store, project)
        name = store.projects.name(found)
        path = Studio(store).export_project(found, file, raw)
    print(in_lines(f"{name} is exported to {path} ({path.stat().st_size / 2**20:.1f} MB)."))
