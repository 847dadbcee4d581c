"""The log of verdicts: appended, never overwritten; undo and redo are entries too."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence

from gal_studio.core.types import Author, Decision, Verdict
from gal_studio.state.database.connection import Database
from gal_studio.state.database.undo_log import History, history_of

Verdicts = Sequence[tuple[str, Verdict]]
_State = tuple[Verdict, str | None]  # what a candidate is worth: its verdict, and the part of it that counts
_Batch = Sequence[tuple[str, _State]]


class Decisions:
    """Reads and appends verdicts."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    def record(
        self, round_id: str, batch: Verdicts, author: Author, masks: Mapping[str, str] | None = None
    ) -> None:
        """Append one batch, which one Undo takes back; verdicts that change nothing are left out.

        `masks` holds the painted part of each candidate that is accepted in part.
        """
        wanted = {name: (verdict, (masks or {}).get(name)) for name, verdict in batch}
        with self._database.transaction() as writer:
            now = {entry.candidate_id: (entry.verdict, entry.mask) for entry in self._newest(round_id)}
            changed = [
                entry for entry in wanted.items() if now.get(entry[0], ("undecided", None)) != entry[1]
            ]
            if changed:
                self._append(writer, round_id, changed, author)

    def undo(self, round_id: str, author: Author = "human") -> tuple[str, ...]:
        """Take the last batch back, by appending what stood before; the candidates that it changed."""
        with self._database.transaction() as writer:
            history = self._history(round_id)
            if not history.undoable:
                return ()
            batch = history.undoable[-1]
            before = [(row["candidate_id"], self._before(row)) for row in self._entries(batch)]
            self._append(writer, round_id, before, author, undoes=batch)
        return tuple(candidate for candidate, _ in before)

    def redo(self, round_id: str, author: Author = "human") -> tuple[str, ...]:
        """Bring the last undone batch back; the candidates that it changed."""
        with self._database.transaction() as writer:
            history = self._history(round_id)
            if not history.redoable:
                return ()
            batch = history.redoable[-1]
            again = [(row["candidate_id"], (row["verdict"], row["mask"])) for row in self._entries(batch)]
            self._append(writer, round_id, again, author, redoes=batch)
        return tuple(candidate for candidate, _ in again)

    def can_undo(self, round_id: str) -> tuple[bool, bool]:
        """Whether there is something to undo, and something to redo."""
        history = self._history(round_id)
        return bool(history.undoable), bool(history.redoable)

    def verdicts(self, round_id: str) -> dict[str, Verdict]:
        """The newest verdict of each candidate of a round that has one, undecided ones left out."""
        return {
            entry.candidate_id: entry.verdict
            for entry in self._newest(round_id)
            if entry.verdict != "undecided"
        }

    def accepted(self, round_id: str) -> tuple[str, ...]:
        """The candidates of a round whose newest verdict is accepted, in the order of acceptance."""
        return tuple(entry.candidate_id for entry in self._newest(round_id) if entry.verdict == "accepted")

    def masks(self, round_id: str) -> dict[str, str]:
        """The painted part of each candidate of a round that is accepted in part."""
        return {
            entry.candidate_id: entry.mask
            for entry in self._newest(round_id)
            if entry.verdict == "accepted" and entry.mask is not None
        }

    def log(self, round_id: str) -> tuple[Decision, ...]:
        """Every entry, the oldest first."""
        rows = self._database.rows(
            "SELECT decisions.*, author, time FROM decisions JOIN decision_batches "
            "ON decision_batches.id = batch_id WHERE round_id = ? ORDER BY decisions.id",
            (round_id,),
        )
        return tuple(
            Decision(row["id"], row["candidate_id"], row["verdict"], row["author"], row["time"], row["mask"])
            for row in rows
        )

    def _newest(self, round_id: str) -> list[Decision]:
        newest: dict[str, Decision] = {}
        for entry in self.log(round_id):
            newest[entry.candidate_id] = entry
        return sorted(newest.values(), key=lambda entry: entry.id)

    def _append(
        self, writer: sqlite3.Connection, round_id: str, batch: _Batch, author: Author,
        undoes: int | None = None, redoes: int | None = None,
    ) -> None:  # fmt: skip
        cursor = writer.execute(
            "INSERT INTO decision_batches (round_id, author, time, undoes, redoes) VALUES (?, ?, ?, ?, ?)",
            (round_id, author, self._clock(), undoes, redoes),
        )
        writer.executemany(
            "INSERT INTO decisions (batch_id, candidate_id, verdict, mask) VALUES (?, ?, ?, ?)",
            [(cursor.lastrowid, candidate, verdict, mask) for candidate, (verdict, mask) in batch],
        )

    def _entries(self, batch: int) -> list[sqlite3.Row]:
        return self._database.rows("SELECT * FROM decisions WHERE batch_id = ? ORDER BY id", (batch,))

    def _before(self, entry: sqlite3.Row) -> _State:
        row = self._database.row(
            "SELECT verdict, mask FROM decisions WHERE candidate_id = ? AND id < ? ORDER BY id DESC LIMIT 1",
            (entry["candidate_id"], entry["id"]),
        )
        return ("undecided", None) if row is None else (row["verdict"], row["mask"])

    def _history(self, round_id: str) -> History:
        return history_of(
            self._database.rows("SELECT * FROM decision_batches WHERE round_id = ? ORDER BY id", (round_id,))
        )
