"""Whether a path that a user names answers: a network drive that hangs would hold up the page for everybody.

A process of its own looks at the path, and is left behind if the disk does not answer it.
"""

import json
import os
import select
import subprocess
import threading
import time
from pathlib import Path

from gal_studio.core.errors import StudioError
from gal_studio.patience import POLL_INTERVAL, Patience
from gal_studio.with_parent import Child

TIMEOUT = 8.0  # seconds for one answer, once the process runs
TO_START = 60.0  # seconds for its start, on a busy machine
BELIEVED = 5.0  # seconds for which an answer is given again
AVOIDED = 30.0  # seconds for which a path that did not answer is not asked again


class Answering(Child):
    """Asks a process, one path after another."""

    def __init__(self, patience: float = TIMEOUT) -> None:
        super().__init__("gal_studio.state.files.answering_process")
        self._patience = patience
        self._lock = threading.Lock()
        self._known: dict[str, tuple[float, bool]] = {}

    def answers(self, path: Path) -> bool:
        """Whether the disk of this path answers, be there anything or not."""
        if os.name != "posix":
            return True
        name = str(path.absolute())
        with self._lock:
            until, known = self._known.get(name, (0.0, False))
            if time.monotonic() >= until:
                known = self._asked(name)
                until = time.monotonic() + (BELIEVED if known else AVOIDED)
                self._known = {each: one for each, one in self._known.items() if one[0] > time.monotonic()}
                self._known[name] = until, known
            return known

    def _asked(self, name: str) -> bool:
        try:
            process = self.running()
            assert process.stdin is not None
            process.stdin.write(json.dumps(name).encode() + b"\n")
            process.stdin.flush()
            found = self._line(process, self._patience)
        except OSError:  # no process can be started, or it was killed: nothing is known of the path
            self.close()
            return True
        if found is None:
            self.close()
        return found is not None

    def running(self) -> "subprocess.Popen[bytes]":
        """The process, once it is ready."""
        is_new = self._process is None or self._process.poll() is not None
        process = super().running()
        if is_new and self._line(process, TO_START) is None:
            raise OSError("the process did not start")
        return process

    @staticmethod
    def _line(process: "subprocess.Popen[bytes]", patience: float) -> bytes | None:
        """A line of the process; None if none comes in time."""
        assert process.stdout is not None
        waits = Patience(process, patience)
        while not select.select([process.stdout], [], [], min(POLL_INTERVAL, patience))[0]:
            if waits.is_over():
                return None
        line = process.stdout.readline()
        if not line:
            raise OSError("the process has ended")
        return line


_answering = Answering()


def answers(path: Path) -> bool:
    """Whether the disk of this path answers in time, be there anything or not."""
    return _answering.answers(path)


def check_answers(path: Path) -> None:
    """Refuse a path whose disk does not answer."""
    if not answers(path):
        raise StudioError(
            f"{path} does not answer: check the disk or the network drive that it is on, then try again."
        )
