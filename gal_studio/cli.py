"""The command line: `gal-studio` opens the app; its commands run without the page."""

import functools
import importlib
import os
import pkgutil
import re
import sys
from collections import UserDict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from types import ModuleType
from typing import Annotated, Any, TextIO, cast

import typer
from typer.core import TyperGroup

from gal_studio.causes import missing
from gal_studio.commands.terminal.options import StoredWorkspace, required_workspace
from gal_studio.core import features
from gal_studio.core.drive_errors import drive_sentence
from gal_studio.core.errors import NO_MEMORY, StudioError, is_lack_of_memory, printable
from gal_studio.state.files.default_workspace import default_workspace
from gal_studio.state.files.paths import user_path

NAMES = (
    *("demo", "run"),
    *("export-project", "import-project", "locate-model", "doctor", "jobs", "download"),
)
"""In the order of the help; a command is the function of its name in the module of its name."""


@functools.cache
def modules() -> dict[str, str]:
    """The module of each command by its name, in the order of the help.

    Those of a feature, in its folder `commands`, stand after the one that this folder names, or last.
    """
    found = {name: f"gal_studio.commands.{name.replace('-', '_')}" for name in NAMES}
    for package in _in_order(features.modules("commands"), found):
        own = {
            one.name.rpartition(".")[2].replace("_", "-"): one.name
            for one in pkgutil.iter_modules(package.__path__, f"{package.__name__}.")
        }
        names = list(found)
        at = names.index(package.AFTER) + 1 if package.AFTER in names else len(names)
        found = {name: (found | own)[name] for name in (*names[:at], *own, *names[at:])}
    return found


def _in_order(packages: Sequence[ModuleType], names: Iterable[str]) -> Iterator[ModuleType]:
    """The folders of commands, each after the one with the command that it stands after."""
    left, known = list(packages), {*names}
    while left:
        package = next((one for one in left if one.AFTER in known), left[0])
        left.remove(package)
        known |= {one.name.replace("_", "-") for one in pkgutil.iter_modules(package.__path__)}
        yield package


def _command(name: str) -> Any:
    function = getattr(importlib.import_module(modules()[name]), name.replace("-", "_"))
    alone = typer.Typer(add_completion=False, rich_markup_mode=None)
    alone.command(name)(function)
    return typer.main.get_command(alone)


class LazyCommands(UserDict[str, Any]):
    """The commands of files, and those that are there already.

    A refused start does not wait for the import of all.
    """

    def __getitem__(self, name: str) -> Any:
        """The command; its module is imported at first."""
        if name in modules() and name not in self.data:
            self.data[name] = _command(name)
        return self.data[name]

    def __iter__(self) -> Iterator[str]:
        return iter(modules() | self.data)

    def __len__(self) -> int:
        return len(tuple(iter(self)))

    def __contains__(self, name: object) -> bool:
        return name in tuple(iter(self))


class LazyGroup(TyperGroup):
    """A group whose commands are imported when they are used."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.commands = LazyCommands(self.commands)


BAD_INPUT, INTERRUPTED = 2, 130

app = typer.Typer(
    cls=LazyGroup,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


_PORT = typer.Option(
    min=1, max=65535, help="The port to listen on (default: 7860, or the next that is not in use)."
)
_DESKTOP = typer.Option("--desktop", help="Open in a desktop window; quit when it closes.")
_AUTH = typer.Option(
    metavar="USER:PASSWORD",
    help="The sign-in, or 'token' to make and print a token (default: the variable GAL_STUDIO_AUTH). "
    "Required if other machines can reach --host.",
)
_ALLOW_HOST = typer.Option(metavar="NAME", help="Another name of this machine, e.g. a proxy's.")
_BEHIND_PROXY = typer.Option("--behind-proxy", help="Trust X-Forwarded-For from a local proxy.")
_ROOT_PATH = typer.Option(metavar="/PATH", help="Where a proxy serves the studio, such as /studio.")
_OFFLINE = typer.Option("--offline", help="Work offline, with models already on this computer.")


def _say_version(wanted: bool) -> None:
    if wanted:
        from gal_studio.version import __version__

        print(f"gal-studio {__version__}")
        raise typer.Exit


_VERSION = typer.Option("--version", callback=_say_version, is_eager=True, help="Print the version and exit.")
_API = typer.Option("--api", help="Let programs on other machines use the studio, too (docs/python.md).")


@app.callback(invoke_without_command=True)
def open_app(
    context: typer.Context,
    workspace: StoredWorkspace = None,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int | None, _PORT] = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open a browser.")] = False,
    desktop: Annotated[bool, _DESKTOP] = False,
    auth: Annotated[str | None, _AUTH] = None,
    allow_host: Annotated[list[str] | None, _ALLOW_HOST] = None,
    behind_proxy: Annotated[bool, _BEHIND_PROXY] = False,
    root_path: Annotated[str, _ROOT_PATH] = "",
    offline: Annotated[bool, _OFFLINE] = False,
    api: Annotated[bool, _API] = False,
    version: Annotated[bool, _VERSION] = False,
) -> None:
    """Train a LoRA round by round. Without a command, this opens the app."""
    context.obj = workspace
    if offline:
        os.environ["HF_HUB_OFFLINE"] = "1"  # also that of the worker, which this program starts
    if context.invoked_subcommand is not None:
        return
    from gal_studio.ui.access.listening import PORT, Listening, check_start

    others = tuple(allow_host or ())
    at = Listening(host, port or PORT, port is None, others, behind_proxy, root_path, programs=api)
    folder = workspace or default_workspace()
    check_start(folder, at, auth)  # before what takes seconds to load
    from gal_studio.ui.serve import serve

    serve(folder, at, auth, not no_browser, desktop)


@app.command()
def worker(
    context: typer.Context,
    workspace: StoredWorkspace = None,
    until_empty: Annotated[bool, typer.Option("--until-empty", help="Stop when the queue is empty.")] = False,
    gpu: Annotated[
        int | None, typer.Option(min=0, help="Work beside other workers, on this GPU alone (0, 1, ...).")
    ] = None,
    beside: Annotated[str | None, typer.Option(help="Work beside other workers, under this name.")] = None,
) -> None:
    """Run the jobs of a workspace without the page."""
    folder = required_workspace(context, workspace)
    if not user_path(folder).is_dir():  # a mistyped path does not make a new one
        raise StudioError(missing(user_path(folder), "workspace in", shown=folder))
    name = name_of_worker(beside, gpu)
    from gal_studio.worker import run_worker

    if not run_worker(folder, until_empty=until_empty, beside=name):
        which = f"A worker {name!r}" if name else "A worker"
        raise StudioError(f"{which} already runs this workspace; exiting.")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns 0 if it succeeded, 2 with an error message for bad input."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    with printable_output():
        return _run(words)


def _run(words: Sequence[str]) -> int:
    try:
        app(words, prog_name="gal-studio")
    except StudioError as error:
        print(error, file=sys.stderr)
        return BAD_INPUT
    except (MemoryError, ImportError, RuntimeError, SystemError) as error:
        if not is_lack_of_memory(error):
            raise
        print(NO_MEMORY, file=sys.stderr)
        return BAD_INPUT
    except BrokenPipeError:  # such as of `gal-studio jobs | head`
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - Python flushes it at the end
        return BAD_INPUT
    except OSError as error:
        name = f" {error.filename}" if error.filename else ""
        known = drive_sentence(error, error.filename or "that was given")
        said = f"The path{name} cannot be used ({error.strerror}): choose another one."
        print(known or said, file=sys.stderr)
        return BAD_INPUT
    except SystemExit as ended:
        if ended.code == INTERRUPTED:
            print("Interrupted: run the same command again to resume.", file=sys.stderr)
        return ended.code if isinstance(ended.code, int) else 0
    return 0


_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,31}")


def name_of_worker(beside: str | None, gpu: int | None) -> str:
    """The name of a worker beside others, empty for the workspace's own; it is given its GPU."""
    if beside is not None and not _NAME.fullmatch(beside):
        raise StudioError(
            f"The worker's name is {beside!r}: choose up to 32 letters, digits and hyphens, such as second."
        )
    if gpu is not None:
        _take_gpu(gpu)
    return beside or ("" if gpu is None else f"gpu-{gpu}")


def _take_gpu(number: int) -> None:
    """Let this process see one GPU alone, before torch looks for them."""
    os.environ["CUDA_DEVICE_ORDER"] = "PCI_BUS_ID"
    os.environ["CUDA_VISIBLE_DEVICES"] = str(number)
    import torch

    if not torch.cuda.is_available():
        raise StudioError(f"This machine has no GPU {number} that torch can use: `nvidia-smi -L` lists them.")


_STEERING = "\n\t"  # what the commands print themselves


class Printable:
    """A stream that writes control characters and what cannot be encoded as escapes."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write a text."""
        progress = "\r" if text.startswith("\r") else ""  # a line over the one before
        shown = progress + printable(text.removeprefix("\r"), kept=_STEERING)
        encoding = self._stream.encoding or "utf-8"
        self._stream.write(shown.encode(encoding, "backslashreplace").decode(encoding))
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def hold_closed_streams() -> None:
    """Open the standard streams that this process was started without, such as by a service.

    Otherwise the next files would get their numbers, and what other code prints would be written into these.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # it gets the lowest number that is free


@contextmanager
def printable_output() -> Iterator[None]:
    """Let this process print nothing but text."""
    before = sys.stdout, sys.stderr
    hold_closed_streams()
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        sys.stdout, sys.stderr = (cast(TextIO, Printable(stream or nowhere)) for stream in before)
        try:
            yield
        finally:
            sys.stdout, sys.stderr = before


if __name__ == "__main__":
    sys.exit(main())
