"""Which process is meant: its number alone is not enough, since numbers are used again."""

import os
import socket
import uuid
from pathlib import Path


def host_name() -> str:
    """The name of this machine, as far as processes are concerned (a container counts as a machine)."""
    boot = Path("/proc/sys/kernel/random/boot_id")
    return f"{socket.gethostname()}/{_text(boot).strip() or uuid.getnode()}"


def process_identity(pid: int) -> str | None:
    """A string that no other process of this machine has had; None when no such process lives."""
    if not Path("/proc/self/stat").exists():
        return _identity_elsewhere(pid)
    fields = _text(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()
    if not fields or fields[0] in "ZX":
        return None
    return f"{pid}@{fields[19]}"


def own_identity() -> str:
    """The identity of the running process."""
    return process_identity(os.getpid()) or f"{os.getpid()}@{uuid.uuid4().hex}"


def _identity_elsewhere(pid: int) -> str | None:
    import psutil

    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        return f"{pid}@{process.create_time():.2f}"
    except psutil.Error:
        return None


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
