"""The command line: `gal-studio` opens the app; its commands work without a page."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from gal_studio.commands.demo import demo
from gal_studio.commands.doctor import doctor
from gal_studio.commands.export_project import export_project
from gal_studio.commands.import_project import import_project
from gal_studio.commands.jobs import jobs
from gal_studio.commands.refine import refine
from gal_studio.commands.run import run
from gal_studio.commands.stored import Workspace, required_workspace
from gal_studio.commands.tune_vision import tune_vision
from gal_studio.core.errors import StudioError

BAD_INPUT, INTERRUPTED = 2, 130

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (demo, run, refine, tune_vision, export_project, import_project, doctor, jobs):
    app.command()(command)


@app.callback(invoke_without_command=True)
def open_app(
    context: typer.Context,
    workspace: Annotated[Path | None, typer.Option(help="The folder for your work.")] = None,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on.")] = 7860,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open a browser.")] = False,
    auth: Annotated[
        str | None,
        typer.Option(
            metavar="USER:PASSWORD",
            help="The sign-in, or 'token' to make and print one; also the variable GAL_STUDIO_AUTH. "
            "Required with a --host that other machines reach.",
        ),
    ] = None,
    allow_host: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Another name of this machine (a proxy's).")
    ] = None,
) -> None:
    """Personalize an image model in rounds. Without a command: open the app."""
    context.obj = workspace
    if context.invoked_subcommand is not None:
        return
    from gal_studio.ui.serve import DEFAULT_WORKSPACE, serve

    serve(workspace or DEFAULT_WORKSPACE, host, port, not no_browser, auth, tuple(allow_host or ()))


@app.command()
def worker(
    context: typer.Context,
    workspace: Workspace = None,
    until_empty: Annotated[bool, typer.Option("--until-empty", help="Stop when no job waits.")] = False,
) -> None:
    """Work on the jobs of a workspace without a page."""
    from gal_studio.worker import run_worker

    if not run_worker(required_workspace(context, workspace), until_empty=until_empty):
        print("This workspace has a worker already: it does the work.", file=sys.stderr)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; 0 only when it worked, 2 with one sentence when the input is at fault."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        app(words, prog_name="gal-studio")
    except StudioError as error:
        print(error, file=sys.stderr)
        return BAD_INPUT
    except SystemExit as ended:
        if ended.code == INTERRUPTED:
            print("Interrupted: run the same command again to resume.", file=sys.stderr)
        return ended.code if isinstance(ended.code, int) else 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
