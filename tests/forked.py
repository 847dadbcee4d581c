"""Python processes that are forked from one that has imported what is slow.

To import PyTorch, diffusers and Gradio takes more than most of what such a process does in a test. One whose
path has other folders than this checkout imports the package anew, from the first of them. A test of what is
imported, or of a start, takes a process of its own.
"""

import atexit
import functools
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).parents[1]
SERVER = """
import gc, json, os, runpy, signal, socket, sys
starter = os.getppid()
import gal_studio.ui.app, gal_studio.worker.jobs.registry, gal_studio.worker.loop
gal_studio.worker.loop.import_ahead()
own = os.environ["PYTHONPATH"]
installed = [place for place in sys.path if place not in ("", own)]
gc.freeze()
place = socket.socket(fileno=0)
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
place.settimeout(1)
while os.getppid() == starter:
    try:
        asked, _ = place.accept()
    except TimeoutError:
        continue
    if not os.fork():
        break
    asked.close()
else:
    sys.exit()
signal.signal(signal.SIGCHLD, signal.SIG_DFL)
ask = json.loads(asked.makefile().readline())
process = os.fork()
if process:
    asked.sendall(f"{process}\\n".encode())
    asked.sendall(f"{os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])}\\n".encode())
else:  # this process ends as any other does
    asked.close()
    place.detach()
    for number, name in enumerate((os.devnull, ask["out"], ask["err"])):
        os.dup2(os.open(name, os.O_RDWR), number)
    os.chdir(ask["cwd"])
    os.environ.clear()
    os.environ.update(ask["environment"])
    how, what, *words = ask["words"]
    folders = ask["environment"]["PYTHONPATH"].split(os.pathsep)
    if {*folders} != {own}:
        for name in [name for name in sys.modules if name.split(".")[0] in ("gal_studio", "tests")]:
            del sys.modules[name]
    sys.path[:] = [ask["cwd"], *folders, *installed]
    sys.argv[:] = [how, *words]
    if how == "-m":
        runpy.run_module(what, run_name="__main__", alter_sys=True)
    else:
        exec(compile(what, "<string>", "exec"), {"__name__": "__main__"})
"""


@functools.cache
def server() -> "tuple[subprocess.Popen[bytes], str]":
    """The process that the others are forked from, and its address; tests side by side share it."""
    folder = tempfile.mkdtemp()
    with socket.socket(socket.AF_UNIX) as place:
        place.bind(f"{folder}/asked")
        place.listen()
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        started = subprocess.Popen([sys.executable, "-c", SERVER], env=environment, cwd=ROOT, stdin=place)
    atexit.register(shutil.rmtree, folder)
    for last in (started.wait, started.terminate):  # the last one comes first
        atexit.register(last)
    return started, f"{folder}/asked"


class Forked:
    """A process that runs `-c CODE` or `-m MODULE` with its arguments; `environment` has a PYTHONPATH."""

    def __init__(self, words: Sequence[str], environment: Mapping[str, str], cwd: Path) -> None:
        self._words = words
        self._said = [tempfile.NamedTemporaryFile() for _ in range(2)]  # noqa: SIM115 - `wait` closes them
        out, err = (file.name for file in self._said)
        ask = {"words": words, "environment": environment, "cwd": str(cwd), "out": out, "err": err}
        with socket.socket(socket.AF_UNIX) as place:
            place.connect(server()[1])
            place.sendall(f"{json.dumps(ask)}\n".encode())
            self._told = place.makefile()
        self.pid = int(self._told.readline())

    def end(self, number: int = signal.SIGTERM) -> None:
        """Send a signal to it, unless it has ended, and wait."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)
        self.wait()

    def wait(self) -> "subprocess.CompletedProcess[str]":
        """How it ended."""
        with self._told, self._said[0], self._said[1]:
            code = int(self._told.readline())
            said = [Path(file.name).read_text("utf-8", "replace") for file in self._said]
        return subprocess.CompletedProcess(self._words, code, *said)
