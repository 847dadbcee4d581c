"""Ask processes of the engine's side, one line of JSON for each question: the page imports no torch."""

import atexit
import json
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from gal_studio.patience import killed_after
from gal_studio.processes import package_environment

TO_END = 2.0  # seconds for its end


class AnsweringProcess:
    """A module that runs as a process of its own, from its first question until it was idle for a while."""

    def __init__(self, module: str) -> None:
        self._module = module
        self._asking = threading.Lock()
        self._process: subprocess.Popen[str] | None = None

    def ask(self, question: Mapping[str, Any], patience: float) -> dict[str, Any] | None:
        """Its answer; None if there is none within `patience` seconds, or it ends without one twice.

        Once more where it has ended since the last question, as it does when idle.
        """
        with self._asking:
            for _ in range(2):
                process = self._running()
                with killed_after(process, patience) as silent:
                    try:
                        assert process.stdin is not None and process.stdout is not None
                        process.stdin.write(f"{json.dumps(question)}\n")
                        process.stdin.flush()
                        answer = json.loads(process.stdout.readline())
                        if isinstance(answer, dict):
                            return answer
                    except (OSError, ValueError):
                        self._close()
                        if silent.is_set():  # a second time would take as long
                            break
        return None

    def _running(self) -> "subprocess.Popen[str]":
        if self._process is not None and self._process.poll() is not None:
            self._close()
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-W", "ignore", "-m", self._module],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=package_environment(),
                text=True,
            )
            atexit.register(self._close)
        return self._process

    def close(self) -> None:
        """End the process."""
        self._close()

    def _close(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            atexit.unregister(self._close)
            process.kill()
            with suppress(subprocess.TimeoutExpired):
                process.wait(TO_END)  # longer, if a disk does not answer it
            for pipe in (process.stdin, process.stdout):
                with suppress(OSError):
                    if pipe is not None:
                        pipe.close()
