"""Python processes that are forked from one that has imported what is slow, and nothing of this package.

To import PyTorch, diffusers and Gradio takes more than most of what such a process does in a test. Each still
imports the package anew, from the folder that comes first on its path. A test of what is imported, or of a
start, takes a process of its own.
"""

import atexit
import functools
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
SERVER = """
import json, os, runpy, sys
import gal_studio.ui.app, gal_studio.worker.jobs.registry, gal_studio.worker.loop
gal_studio.worker.loop.import_ahead()
for name in [name for name in sys.modules if name.split(".")[0] in ("gal_studio", "tests")]:
    del sys.modules[name]
del name
installed = [place for place in sys.path if place not in ("", os.environ["PYTHONPATH"])]
asked = sys.stdin.buffer.readline()
while asked and os.fork():
    print(os.waitstatus_to_exitcode(os.wait()[1]), flush=True)
    asked = sys.stdin.buffer.readline()
if asked:  # in the new process, which ends as any other does
    ask = json.loads(asked)
    for number, name in enumerate((os.devnull, ask["out"], ask["err"])):
        os.dup2(os.open(name, os.O_RDWR), number)
    os.chdir(ask["cwd"])
    os.environ.clear()
    os.environ.update(ask["environment"])
    how, what, *words = ask["words"]
    sys.path[:] = [ask["cwd"], *ask["environment"]["PYTHONPATH"].split(os.pathsep), *installed]
    sys.argv[:] = [how, *words]
    if how == "-m":
        runpy.run_module(what, run_name="__main__", alter_sys=True)
    else:
        exec(compile(what, "<string>", "exec"), {"__name__": "__main__"})
"""


@functools.cache
def _server() -> "subprocess.Popen[bytes]":
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    server = subprocess.Popen([sys.executable, "-c", SERVER], env=environment, cwd=ROOT, **pipes)
    assert server.stdin and server.stdout
    for last in (server.stdout.close, server.wait, server.stdin.close):  # the last one comes first
        atexit.register(last)
    return server


def run_forked(
    words: Sequence[str], environment: Mapping[str, str], cwd: Path
) -> "subprocess.CompletedProcess[str]":
    """Run `-c CODE` or `-m MODULE` with its arguments to its end; `environment` has a PYTHONPATH."""
    server = _server()
    assert server.stdin and server.stdout
    with tempfile.NamedTemporaryFile() as out, tempfile.NamedTemporaryFile() as err:
        ask = {"words": words, "environment": environment, "cwd": str(cwd), "out": out.name, "err": err.name}
        server.stdin.write(f"{json.dumps(ask)}\n".encode())
        server.stdin.flush()
        code = int(server.stdout.readline())
        said = [Path(file.name).read_text("utf-8", "replace") for file in (out, err)]
    return subprocess.CompletedProcess(words, code, *said)
