"""The verdicts on candidates: an append-only log for each round."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import replace

from gal_studio.core import checks
from gal_studio.core.decisions import UNDECIDED, CandidateState, Decided, LoggedDecision
from gal_studio.core.types import Author, Decision, Verdict
from gal_studio.core.undo import LoggedChange
from gal_studio.state.database.connection import record, row_of
from gal_studio.state.database.undo_log import UndoLog

SELECT_DECISIONS = (
    "SELECT decisions.*, round_id, author, time, undoes, redoes FROM decisions JOIN decision_batches "
    "ON decision_batches.id = batch_id"
)


class Decisions(UndoLog[CandidateState]):
    """Reads and appends verdicts; the newest one of a candidate counts. A step is a batch of verdicts."""

    unset = UNDECIDED

    def of_round(self, round_id: str) -> Decided:
        """What was decided in a round."""
        return Decided(self.changes(round_id))

    def record(
        self,
        round_id: str,
        batch: Sequence[tuple[str, Verdict]],
        author: Author,
        masks: Mapping[str, str] | None = None,
        known: Decided | None = None,
    ) -> int | None:
        """Append a batch, which one Undo reverts; verdicts that change nothing are left out.

        `masks` holds the painted part of each candidate that is accepted in part. `known` is what was decided
        so far, if that was read in this transaction. Returns the step; None if nothing changed.
        """
        checks.one_of("The author", author, Author)
        for _, verdict in batch:
            checks.one_of("The verdict", verdict, Verdict)
        with self._database.transaction():
            changed = (known or self.of_round(round_id)).changes(batch, masks)
            return self._append(round_id, changed, author) if changed else None

    def set_weight(
        self, round_id: str, candidate_id: str, weight: float | None, author: Author
    ) -> int | None:
        """Append a weight for an accepted candidate; None: the weight of its round. Returns the step."""
        before = self.of_round(round_id).state(candidate_id)
        after = replace(before, verdict="accepted", weight=weight)
        return self._record(round_id, {candidate_id: after}, author)

    def log(self, round_id: str) -> tuple[Decision, ...]:
        """Every verdict that was ever given in a round, the oldest first."""
        return tuple(record(Decision, row) for row in self._rows(round_id))

    def changes(self, scope: str) -> tuple[LoggedDecision, ...]:
        """Every verdict of a round, the oldest first."""
        return tuple(map(logged_decision, self._rows(scope)))

    def _rows(self, round_id: str) -> list[sqlite3.Row]:
        sql = f"{SELECT_DECISIONS} WHERE round_id = ? ORDER BY decisions.id"
        return self._database.rows(sql, (round_id,))

    def _append(
        self, scope: str, values: Mapping[str, CandidateState], author: Author,
        undoes: int | None = None, redoes: int | None = None,
    ) -> int:  # fmt: skip
        step = {
            "round_id": scope,
            "author": author,
            "time": self._clock(),
            "undoes": undoes,
            "redoes": redoes,
        }
        with self._database.transaction():
            batch = self._database.insert("decision_batches", step)
            rows = [
                row_of("decisions", state, batch_id=batch, candidate_id=candidate)
                for candidate, state in values.items()
            ]
            self._database.insert("decisions", *rows)
        return batch


def logged_decision(row: sqlite3.Row) -> LoggedDecision:
    """A row of `SELECT_DECISIONS`."""
    return LoggedChange(
        row["batch_id"],
        row["undoes"],
        row["redoes"],
        row["candidate_id"],
        record(CandidateState, row),
        row["author"],
        row["time"],
    )
