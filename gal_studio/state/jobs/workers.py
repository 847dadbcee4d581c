"""Who works on this workspace, and whether they still live."""

import os
import sqlite3
from collections.abc import Callable

from gal_studio.state.database.connection import Database
from gal_studio.state.identity import host_name, own_identity, process_identity

SILENCE = 5.0
"""Seconds without a heartbeat after which a worker on another machine counts as dead."""


class Workers:
    """The table of heartbeats."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    def enter(self, worker_id: str) -> None:
        """The running process introduces itself."""
        self._database.write(
            "INSERT OR REPLACE INTO workers VALUES (?, ?, ?, ?, ?, NULL)",
            (worker_id, host_name(), os.getpid(), own_identity(), self._clock()),
        )

    def beat(self, worker_id: str) -> None:
        """A sign of life."""
        self._database.write("UPDATE workers SET beat = ? WHERE id = ?", (self._clock(), worker_id))

    def leave(self, worker_id: str) -> None:
        """The worker ends in good order."""
        self._database.write("UPDATE workers SET ended = ? WHERE id = ?", (self._clock(), worker_id))

    def alive(self) -> bool:
        """Whether some worker lives on this workspace."""
        return bool(self.living())

    def living(self) -> frozenset[str]:
        """The ids of the workers that live."""
        rows = self._database.rows("SELECT * FROM workers WHERE ended IS NULL")
        return frozenset(row["id"] for row in rows if self._lives(row))

    def _lives(self, row: sqlite3.Row) -> bool:
        if row["host"] == host_name():
            return bool(process_identity(row["pid"]) == row["process"])
        silence: float = self._clock() - row["beat"]
        return silence < SILENCE
