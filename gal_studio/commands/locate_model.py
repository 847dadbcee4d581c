"""`gal-studio locate-model`: say where a local model lies now that has moved."""

from pathlib import Path
from typing import Annotated

import typer

from gal_studio.commands.terminal.options import StoredWorkspace, required_workspace
from gal_studio.commands.terminal.printed import in_lines
from gal_studio.commands.terminal.stored import existing_workspace, find_project
from gal_studio.studio import Studio


def locate_model(
    context: typer.Context,
    old: Annotated[
        str, typer.Argument(metavar="OLD", help="The path that projects store: a folder or file.")
    ],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="Where the same model is now.")],
    workspace: StoredWorkspace = None,
    project: Annotated[
        str | None, typer.Option("--project", help="Only this project, by ID or name (default: all).")
    ] = None,
) -> None:
    """Point projects to a model that has moved, or is elsewhere on this computer.

    The files must match the ones used for training; another model is refused.
    """
    with existing_workspace(required_workspace(context, workspace)) as store:
        only = find_project(store, project).id if project else None
        located = Studio(store).locate_model(old, new, only)
    how = "its files are the same" if located.compared else "no training has used it yet"
    print(in_lines(f"{', '.join(located.projects)}: the model is now at {located.place} ({how})."))
