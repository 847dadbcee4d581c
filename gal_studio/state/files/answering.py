"""Whether a path that a user names answers: a network drive that hangs would hold up everybody."""

import _thread
import os
import time
from itertools import islice
from pathlib import Path
from threading import Event

from gal_studio.core.errors import StudioError

TIMEOUT = 8.0  # seconds for one answer
AVOIDED = 30.0  # seconds for which a path that did not answer is not asked again
_silent: dict[str, float] = {}
"""Until when such paths are avoided."""


def answers(path: Path) -> bool:
    """Whether the disk of this path answers in time, be there anything or not.

    A thread looks at it, and is left behind if the disk does not answer it. `threading.Thread` waits for ever
    for one that ends before it began, for lack of memory: then nothing is known against the disk.
    """
    name = str(path.absolute())
    if time.monotonic() < _silent.get(name, 0.0):
        return False
    begun, over = Event(), Event()
    _thread.start_new_thread(_look, (name, begun, over))
    if over.wait(TIMEOUT) or not begun.is_set():
        return True
    _silent[name] = time.monotonic() + AVOIDED
    return False


def check_answers(path: Path) -> None:
    """Refuse a path whose disk does not answer."""
    if not answers(path):
        raise StudioError(
            f"{path} does not answer: check the disk or the network drive that it is on, then try again."
        )


def _look(name: str, begun: Event, over: Event) -> None:
    begun.set()
    try:
        os.stat(name)
        with os.scandir(name) as names:
            for entry in islice(names, 1):
                entry.stat()
    except (OSError, ValueError, MemoryError):
        pass
    finally:
        over.set()
