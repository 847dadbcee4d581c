"""`gal-studio start-from`: let a project start from a LoRA from elsewhere."""

from pathlib import Path
from typing import Annotated

import typer

from gal_studio.commands.terminal.options import StoredWorkspace, Wanted, required_workspace
from gal_studio.commands.terminal.printed import in_lines
from gal_studio.commands.terminal.stored import existing_workspace, find_project
from gal_studio.studio import Studio


def start_from(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="LORA.safetensors", help="A LoRA of any trainer (docs/models.md).")
    ],
    workspace: StoredWorkspace = None,
    project: Wanted = None,
    without_text_encoder: Annotated[
        bool,
        typer.Option("--without-text-encoder", help="Leave out what the LoRA changes of a text encoder."),
    ] = False,
) -> None:
    """Let an untrained project start from a LoRA that was made elsewhere, instead of from its base model."""
    from gal_studio.worker.model_check import CheckHere

    with existing_workspace(required_workspace(context, workspace)) as store:
        found = find_project(store, project)
        studio = Studio(store, models=CheckHere(), tell=print)
        studio.start_from_lora(found.id, file, without_text_encoder)
    print(in_lines(f"{found.name} starts from {file.name}."))
