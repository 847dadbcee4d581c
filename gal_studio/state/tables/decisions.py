"""The verdicts on candidates: an append-only log for each round."""

import sqlite3
from collections.abc import Mapping, Sequence

from gal_studio.core.types import Author, Decision, Verdict
from gal_studio.state.database.connection import record
from gal_studio.state.database.undo_log import Change, UndoLog

_State = tuple[Verdict, str | None]  # a verdict, and the mask of the accepted part (None: all of the picture)


class Decisions(UndoLog[_State]):
    """Reads and appends verdicts; the newest one of a candidate counts. A step is a batch of verdicts."""

    unset = ("undecided", None)

    def record(
        self,
        round_id: str,
        batch: Sequence[tuple[str, Verdict]],
        author: Author,
        masks: Mapping[str, str] | None = None,
    ) -> None:
        """Append a batch, which one Undo reverts; verdicts that change nothing are left out.

        `masks` holds the painted part of each candidate that is accepted in part.
        """
        masks = masks or {}
        self._record(round_id, {name: (verdict, masks.get(name)) for name, verdict in batch}, author)

    def verdicts(self, round_id: str) -> dict[str, Verdict]:
        """The verdict of each candidate of a round that has one, undecided ones left out."""
        current = self._current(round_id).items()
        return {candidate: verdict for candidate, (verdict, _) in current if verdict != "undecided"}

    def accepted(self, round_id: str) -> tuple[str, ...]:
        """The accepted candidates of a round, in the order of acceptance."""
        current = self._current(round_id).items()
        return tuple(candidate for candidate, (verdict, _) in current if verdict == "accepted")

    def masks(self, round_id: str) -> dict[str, str]:
        """The painted part of each candidate of a round that is accepted in part."""
        current = self._current(round_id).items()
        return {
            candidate: mask
            for candidate, (verdict, mask) in current
            if verdict == "accepted" and mask is not None
        }

    def log(self, round_id: str) -> tuple[Decision, ...]:
        """Every verdict that was ever given in a round, the oldest first."""
        return tuple(record(Decision, row) for row in self._rows(round_id))

    def _rows(self, round_id: str) -> list[sqlite3.Row]:
        return self._database.rows(
            "SELECT decisions.*, author, time, undoes, redoes FROM decisions JOIN decision_batches "
            "ON decision_batches.id = batch_id WHERE round_id = ? ORDER BY decisions.id",
            (round_id,),
        )

    def _changes(self, scope: str) -> list[Change[_State]]:
        return [
            Change(
                row["batch_id"],
                row["undoes"],
                row["redoes"],
                row["candidate_id"],
                (row["verdict"], row["mask"]),
            )
            for row in self._rows(scope)
        ]

    def _append(
        self, scope: str, values: Mapping[str, _State], author: Author,
        undoes: int | None = None, redoes: int | None = None,
    ) -> None:  # fmt: skip
        with self._database.transaction() as writer:
            batch = writer.execute(
                "INSERT INTO decision_batches (round_id, author, time, undoes, redoes) "
                "VALUES (?, ?, ?, ?, ?)",
                (scope, author, self._clock(), undoes, redoes),
            ).lastrowid
            writer.executemany(
                "INSERT INTO decisions (batch_id, candidate_id, verdict, mask) VALUES (?, ?, ?, ?)",
                [(batch, candidate, verdict, mask) for candidate, (verdict, mask) in values.items()],
            )
