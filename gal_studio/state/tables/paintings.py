"""What a person painted over quality maps: appended, never overwritten; undo and redo are entries too."""

import sqlite3
from collections.abc import Callable

from gal_studio.core.types import Author
from gal_studio.state.database.connection import Database
from gal_studio.state.database.undo_log import History, history_of


class Paintings:
    """Reads and appends paintings; the newest of a picture counts. None is a picture without any paint."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    def add(self, round_id: str, owner_id: str, image: str | None, author: Author) -> None:
        """Append one painting; the same again is no entry."""
        with self._database.transaction():
            if self.newest(round_id).get(owner_id) != image:
                self._append(round_id, owner_id, image, author)

    def newest(self, round_id: str) -> dict[str, str]:
        """The painting of each pair of a refinement that has one."""
        rows = self._database.rows(
            "SELECT owner_id, image FROM paintings WHERE id IN "
            "(SELECT MAX(id) FROM paintings WHERE round_id = ? GROUP BY owner_id) AND image IS NOT NULL",
            (round_id,),
        )
        return {row["owner_id"]: row["image"] for row in rows}

    def undo(self, round_id: str, author: Author = "human") -> str | None:
        """Take the last painting back, by appending what stood before; the pair whose paint changed."""
        with self._database.transaction():
            undoable = self._history(round_id).undoable
            if not undoable:
                return None
            entry = self._entry(undoable[-1])
            before = self._database.row(
                "SELECT image FROM paintings WHERE owner_id = ? AND id < ? ORDER BY id DESC LIMIT 1",
                (entry["owner_id"], entry["id"]),
            )
            image = None if before is None else before["image"]
            self._append(round_id, entry["owner_id"], image, author, undoes=entry["id"])
        return str(entry["owner_id"])

    def redo(self, round_id: str, author: Author = "human") -> str | None:
        """Bring the last undone painting back; the pair whose paint changed."""
        with self._database.transaction():
            redoable = self._history(round_id).redoable
            if not redoable:
                return None
            entry = self._entry(redoable[-1])
            self._append(round_id, entry["owner_id"], entry["image"], author, redoes=entry["id"])
        return str(entry["owner_id"])

    def can_undo(self, round_id: str) -> tuple[bool, bool]:
        """Whether there is something to undo, and something to redo."""
        history = self._history(round_id)
        return bool(history.undoable), bool(history.redoable)

    def _entry(self, identity: int) -> sqlite3.Row:
        (row,) = self._database.rows("SELECT * FROM paintings WHERE id = ?", (identity,))
        return row

    def _append(
        self, round_id: str, owner_id: str, image: str | None, author: Author,
        undoes: int | None = None, redoes: int | None = None,
    ) -> None:  # fmt: skip
        self._database.write(
            "INSERT INTO paintings (round_id, owner_id, image, author, time, undoes, redoes) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            (round_id, owner_id, image, author, self._clock(), undoes, redoes),
        )

    def _history(self, round_id: str) -> History:
        return history_of(
            self._database.rows("SELECT * FROM paintings WHERE round_id = ? ORDER BY id", (round_id,))
        )
