"""What Windows lacks is not needed to start: signals and modules of POSIX."""

from tests.additions import ROOT, run_python, succeeded

MISSING = """
import gradio, multiprocessing.pool, psutil, signal, sys, torch, typer, uvicorn  # they know where they run
for name in ("SIGKILL", "SIGHUP", "SIGPROF", "SIGXCPU", "SIGUSR1"):
    vars(signal).pop(name, None)
for name in ("fcntl", "resource", "pwd", "grp", "termios"):
    sys.modules[name] = None
import gal_studio.cli, gal_studio.worker, gal_studio.ui.serve, gal_studio.ui.app
"""


def test_the_program_is_imported_without_posix() -> None:
    succeeded(run_python(ROOT, "-c", MISSING))
