"""Processes that end with the one that started them, however that ended."""

import os
import threading
import time

POLL_INTERVAL = 1.0  # seconds


def end_with_parent() -> None:
    """End this process once its parent is gone, whatever it waits for; call it first."""
    if os.name == "posix":  # elsewhere a process keeps the number of its parent
        threading.Thread(target=_watch, args=(os.getppid(),), name="parent", daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(POLL_INTERVAL)
    os._exit(1)
