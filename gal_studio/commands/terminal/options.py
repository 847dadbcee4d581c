"""Options that commands share; nothing heavy is imported for them."""

from pathlib import Path
from typing import Annotated

import typer

from gal_studio.core.errors import StudioError

Workspace = Annotated[Path | None, typer.Option(help="The workspace folder.")]
StoredWorkspace = Annotated[Path | None, typer.Option(help="The workspace folder; must be given.")]
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
    """The workspace named on the command line; without one, this is a usage error."""
    given = given_workspace(context, workspace)
    if given is None:
        raise StudioError(f"{context.info_name} needs --workspace FOLDER.")
    return given
