"""Where references show their subject, as a person painted it: appended; undo and redo are entries too."""

import sqlite3
from collections.abc import Callable

from gal_studio.core.types import Author
from gal_studio.state.database.connection import Database
from gal_studio.state.database.undo_log import History, history_of

NEWEST_MASK = """
(SELECT mask FROM reference_masks WHERE reference_id = project_references.id ORDER BY id DESC LIMIT 1)
"""
"""The mask of a row of `project_references`; NULL where the studio is to find the subject."""


class ReferenceMasks:
    """Reads and appends masks; the newest of a reference counts. None leaves the subject to the studio."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    def add(self, reference_id: str, mask: str | None, author: Author = "human") -> None:
        """Append one mask; the same again is no entry."""
        with self._database.transaction():
            log = self._log(reference_id)
            if (log[-1]["mask"] if log else None) != mask:
                self._append(reference_id, mask, author)

    def undo(self, reference_id: str, author: Author = "human") -> bool:
        """Take the last mask back, by appending what stood before; whether there was one."""
        with self._database.transaction():
            log = self._log(reference_id)
            undoable = history_of(log).undoable
            if undoable:
                before = [row["mask"] for row in log if row["id"] < undoable[-1]]
                self._append(reference_id, before[-1] if before else None, author, undoes=undoable[-1])
        return bool(undoable)

    def redo(self, reference_id: str, author: Author = "human") -> bool:
        """Bring the last mask that was taken back into force again; whether there was one."""
        with self._database.transaction():
            log = self._log(reference_id)
            redoable = history_of(log).redoable
            if redoable:
                (again,) = (row["mask"] for row in log if row["id"] == redoable[-1])
                self._append(reference_id, again, author, redoes=redoable[-1])
        return bool(redoable)

    def history(self, reference_id: str) -> History:
        """What can be undone and redone."""
        return history_of(self._log(reference_id))

    def _log(self, reference_id: str) -> list[sqlite3.Row]:
        return self._database.rows(
            "SELECT * FROM reference_masks WHERE reference_id = ? ORDER BY id", (reference_id,)
        )

    def _append(
        self, reference_id: str, mask: str | None, author: Author,
        undoes: int | None = None, redoes: int | None = None,
    ) -> None:  # fmt: skip
        self._database.write(
            "INSERT INTO reference_masks (reference_id, mask, author, time, undoes, redoes) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            (reference_id, mask, author, self._clock(), undoes, redoes),
        )
