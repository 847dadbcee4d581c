"""Processes that end with the one that started them, however that ended; and the side that starts them."""

import atexit
import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

POLL_INTERVAL = 1.0  # seconds
TO_END = 2.0  # seconds for the end of a process that was killed


def end_with_parent() -> None:
    """End this process once its parent is gone, whatever it waits for; call it first."""
    if os.name == "posix":  # elsewhere a process keeps the number of its parent
        threading.Thread(target=_watch, args=(os.getppid(),), name="parent", daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(POLL_INTERVAL)
    os._exit(1)


def package_environment() -> dict[str, str]:
    """The environment of this process, with this package on the Python path."""
    package = str(Path(__file__).resolve().parent.parent)
    paths = [package, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(dict.fromkeys(paths))}


class Child:
    """A module that runs as a process of its own, from its first use on, and again after it has ended."""

    def __init__(self, module: str, **environment: str) -> None:
        self._module, self._environment = module, environment
        self._process: subprocess.Popen[bytes] | None = None

    def running(self) -> "subprocess.Popen[bytes]":
        """The process; an OSError if it cannot be started."""
        if self._process is not None and self._process.poll() is not None:
            self.close()
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-W", "ignore", "-m", self._module],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**package_environment(), **self._environment},
            )
            atexit.register(self.close)
        return self._process

    def close(self) -> None:
        """Kill the process; one that waits for a disk ends when that answers."""
        process, self._process = self._process, None
        if process is not None:
            atexit.unregister(self.close)
            process.kill()
            with suppress(subprocess.TimeoutExpired):
                process.wait(TO_END)
            for pipe in (process.stdin, process.stdout):
                with suppress(OSError):  # unread data is lost
                    if pipe is not None:
                        pipe.close()
