"""How long another process had to answer. A pause from outside, as of a container, is not its time."""

import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psutil

from gal_studio.core.errors import StudioError

POLL_INTERVAL = 0.25  # seconds between two looks
LONGEST_LOOK = 2.0  # seconds: what lies longer between two looks was a pause of all processes


class Patience:
    """The seconds in which a process could run since it was asked; ask `is_over` every `POLL_INTERVAL`."""

    def __init__(self, process: "subprocess.Popen[Any]", seconds: float) -> None:
        self._process, self._left, self._looked = process, seconds, time.monotonic()

    def is_over(self) -> bool:
        """Whether the process has had its time."""
        now = time.monotonic()
        since, self._looked = now - self._looked, now
        if since <= LONGEST_LOOK and not _is_stopped(self._process):
            self._left -= since
        return self._left <= 0


@contextmanager
def killed_after(process: "subprocess.Popen[Any]", seconds: float) -> Iterator[threading.Event]:
    """Kill a process that has had so many seconds inside this block; the event says that it was killed."""
    patience, is_done, was_late = Patience(process, seconds), threading.Event(), threading.Event()

    def watch() -> None:
        while not is_done.wait(min(POLL_INTERVAL, seconds)):
            if patience.is_over():
                was_late.set()
                process.kill()
                return

    thread = threading.Thread(target=watch, name="patience", daemon=True)
    try:
        thread.start()
    except RuntimeError as error:  # Python has no type of its own for it
        raise StudioError(
            "No thread could be started: close other programs, or allow this one more memory or processes, "
            "then try again."
        ) from error
    try:
        yield was_late
    finally:
        is_done.set()
        thread.join()


def _is_stopped(process: "subprocess.Popen[Any]") -> bool:
    """Whether a signal has stopped the process."""
    try:
        return bool(psutil.Process(process.pid).status() == psutil.STATUS_STOPPED)
    except psutil.Error:
        return False
