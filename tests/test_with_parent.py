"""Children end with the process that started them, whatever they wait for."""

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil

CHILD = "from gal_studio.with_parent import end_with_parent\nend_with_parent()\nopen({path!r})"
PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", {child!r}])
print(child.pid, flush=True)
time.sleep(600)
"""


def test_a_child_that_waits_for_a_disk_ends_with_its_parent(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "hangs")
    child = CHILD.format(path=str(tmp_path / "hangs"))
    command = [sys.executable, "-c", PARENT.format(child=child)]
    parent = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    number = int(parent.stdout.readline())
    time.sleep(1.0)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    ends = time.monotonic() + 60
    while psutil.pid_exists(number) and psutil.Process(number).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < ends, "it outlives its parent"
        time.sleep(0.1)
