"""The workers of a workspace, and whether their processes are still alive."""

import os
import socket
import sqlite3
import uuid
from contextlib import suppress
from pathlib import Path

import psutil

from gal_studio.state.database.connection import Repository
from gal_studio.state.jobs.lock import holders

SILENCE = 5.0
"""Seconds without a heartbeat after which a worker counts as dead, if nothing else says that it is alive."""

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def host_name() -> str:
    """Identify this machine between two boots; a container counts as a machine of its own."""
    boot = ""
    with suppress(OSError):
        boot = _BOOT_ID.read_text().strip()
    return f"{socket.gethostname()}/{boot or uuid.getnode()}"


def process_identity(pid: int) -> str | None:
    """Identify a running process by PID and start time, since PIDs are reused; None if it has ended."""
    try:
        process = psutil.Process(pid)
        if process.status() in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD):
            return None
        if not psutil.LINUX:
            return f"{pid}@{process.create_time():.2f}"
        # Clock ticks since boot: unlike the time of day, they stay the same when the clock is set.
        since_boot = process.create_time() - psutil.boot_time()
        return f"{pid}@{round(since_boot * os.sysconf('SC_CLK_TCK'))}"
    except psutil.Error:
        return None


def own_identity() -> str:
    """Identify the running process."""
    return process_identity(os.getpid()) or f"{os.getpid()}@{uuid.uuid4().hex}"


class Workers(Repository):
    """The table of workers with their heartbeats."""

    def enter(self, worker_id: str) -> None:
        """Register the running process as a worker."""
        where = {"host": host_name(), "pid": os.getpid(), "process": own_identity()}
        row = {"id": worker_id, **where, "beat": self._clock()}
        self._database.insert("workers", row, instead="replace")

    def beat(self, worker_id: str) -> None:
        """Record a heartbeat."""
        self._database.update("workers", {"id": worker_id}, beat=self._clock())

    def leave(self, worker_id: str) -> None:
        """Record that the worker ended cleanly."""
        self._database.update("workers", {"id": worker_id}, ended=self._clock())

    def alive(self) -> bool:
        """Whether any worker of this workspace is alive."""
        return bool(self.living())

    def living(self) -> frozenset[str]:
        """The IDs of the workers that are alive."""
        rows = self._database.rows("SELECT * FROM workers WHERE ended IS NULL")
        return frozenset(row["id"] for row in rows if self._lives(row))

    def is_of_this_machine(self, worker_id: str) -> bool:
        """Whether a worker was on this machine since it was started."""
        row = self._database.row("SELECT host FROM workers WHERE id = ?", (worker_id,))
        return row is not None and row["host"] == host_name()

    def _lives(self, row: sqlite3.Row) -> bool:
        """Whether its heart beats, its process is here, or it holds its lock.

        A container has process numbers of its own, and the heart of a suspended machine stands still.
        """
        silence: float = self._clock() - row["beat"]  # below 0 after the clock was set back
        if abs(silence) < SILENCE:
            return True
        if row["host"] == host_name() and process_identity(row["pid"]) == row["process"]:
            return True
        return row["id"] in holders(self._database.path.parent)
