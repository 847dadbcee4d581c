"""Options that commands share; nothing heavy is imported for them."""

from pathlib import Path
from typing import Annotated

import typer

from gal_studio.core.errors import StudioError
from gal_studio.state.files.default_workspace import NAME, default_workspace, is_workspace

Workspace = Annotated[Path | None, typer.Option(help="The workspace folder.")]
StoredWorkspace = Annotated[
    Path | None,
    typer.Option(help=f"The workspace folder (default: the page's own, {NAME!r} in your home folder)."),
]
Wanted = Annotated[
    str | None,
    typer.Option("--project", help="Its ID or name (default: the newest that is not a replay)."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


def given_workspace(context: typer.Context, workspace: Path | None) -> Path | None:
    """The workspace named after the command, or else before it."""
    before: Path | None = context.obj
    return before if workspace is None else workspace


def required_workspace(context: typer.Context, workspace: Path | None) -> Path:
    """The workspace named on the command line, or else the page's own; refused if there is none yet."""
    given = given_workspace(context, workspace)
    if given is not None:
        return given
    default = default_workspace()
    if not is_workspace(default):
        raise StudioError(f"There is no workspace in {default}: name yours with --workspace FOLDER.")
    return default
