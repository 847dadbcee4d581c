"""The verdicts on candidates: an append-only log for each round."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gal_studio.core import checks
from gal_studio.core.types import Author, Decision, Verdict
from gal_studio.state.database.connection import record
from gal_studio.state.database.undo_log import Change, UndoLog


@dataclass(frozen=True)
class CandidateState:
    """A verdict; for an accepted candidate also the mask of its accepted part (None: all of the picture) and
    a weight that was set by hand (None: the weight of its round).
    """

    verdict: Verdict
    mask: str | None = None
    weight: float | None = None


@dataclass(frozen=True)
class DecisionStep:
    """A step of a round's log that can be undone, or redone if it does not stand; states by candidate."""

    id: int
    time: float
    author: Author
    stands: bool
    before: Mapping[str, CandidateState]
    after: Mapping[str, CandidateState]


class Decisions(UndoLog[CandidateState]):
    """Reads and appends verdicts; the newest one of a candidate counts. A step is a batch of verdicts."""

    unset = CandidateState("undecided")

    def record(
        self,
        round_id: str,
        batch: Sequence[tuple[str, Verdict]],
        author: Author,
        masks: Mapping[str, str] | None = None,
    ) -> int | None:
        """Append a batch, which one Undo reverts; verdicts that change nothing are left out.

        `masks` holds the painted part of each candidate that is accepted in part. Returns the step; None if
        nothing changed. A picture that stays accepted keeps a weight that was set by hand.
        """
        for _, verdict in batch:
            checks.one_of("The verdict", verdict, Verdict)
        masks, weights = masks or {}, self.weights(round_id)
        return self._record(
            round_id,
            {
                name: CandidateState(
                    verdict, masks.get(name), weights.get(name) if verdict == "accepted" else None
                )
                for name, verdict in batch
            },
            author,
        )

    def set_weight(
        self, round_id: str, candidate_id: str, weight: float | None, author: Author
    ) -> int | None:
        """Append a weight for an accepted candidate; None: the weight of its round. Returns the step."""
        mask = self.masks(round_id).get(candidate_id)
        return self._record(round_id, {candidate_id: CandidateState("accepted", mask, weight)}, author)

    def verdicts(self, round_id: str) -> dict[str, Verdict]:
        """The verdict of each candidate of a round that has one, undecided ones left out."""
        current = self._current(round_id).items()
        return {name: state.verdict for name, state in current if state.verdict != "undecided"}

    def accepted(self, round_id: str) -> tuple[str, ...]:
        """The accepted candidates of a round, in the order of acceptance."""
        return tuple(self._accepted(round_id))

    def masks(self, round_id: str) -> dict[str, str]:
        """The painted part of each candidate of a round that is accepted in part."""
        accepted = self._accepted(round_id).items()
        return {name: state.mask for name, state in accepted if state.mask is not None}

    def weights(self, round_id: str) -> dict[str, float]:
        """The weight of each accepted candidate of a round that has one set by hand."""
        accepted = self._accepted(round_id).items()
        return {name: state.weight for name, state in accepted if state.weight is not None}

    def history(self, round_id: str) -> tuple[DecisionStep, ...]:
        """The steps that stand, the oldest first, and then those that can be redone, the next one first."""
        rows = self._rows(round_id)  # read once: another decision may be stored meanwhile
        made = {row["batch_id"]: row for row in rows}
        return tuple(
            DecisionStep(
                step.id, made[step.id]["time"], made[step.id]["author"], step.stands, step.before, step.after
            )
            for step in self._steps_of(_changes_in(rows))
        )

    def _accepted(self, round_id: str) -> dict[str, CandidateState]:
        current = self._current(round_id).items()
        return {name: state for name, state in current if state.verdict == "accepted"}

    def log(self, round_id: str) -> tuple[Decision, ...]:
        """Every verdict that was ever given in a round, the oldest first."""
        return tuple(record(Decision, row) for row in self._rows(round_id))

    def _rows(self, round_id: str) -> list[sqlite3.Row]:
        return self._database.rows(
            "SELECT decisions.*, author, time, undoes, redoes FROM decisions JOIN decision_batches "
            "ON decision_batches.id = batch_id WHERE round_id = ? ORDER BY decisions.id",
            (round_id,),
        )

    def _changes(self, scope: str) -> list[Change[CandidateState]]:
        return _changes_in(self._rows(scope))

    def _append(
        self, scope: str, values: Mapping[str, CandidateState], author: Author,
        undoes: int | None = None, redoes: int | None = None,
    ) -> int:  # fmt: skip
        with self._database.transaction() as writer:
            batch = writer.execute(
                "INSERT INTO decision_batches (round_id, author, time, undoes, redoes) "
                "VALUES (?, ?, ?, ?, ?)",
                (scope, author, self._clock(), undoes, redoes),
            ).lastrowid
            writer.executemany(
                "INSERT INTO decisions (batch_id, candidate_id, verdict, mask, weight) "
                "VALUES (?, ?, ?, ?, ?)",
                [
                    (batch, candidate, state.verdict, state.mask, state.weight)
                    for candidate, state in values.items()
                ],
            )
        return int(batch or 0)


def _changes_in(rows: Sequence[sqlite3.Row]) -> list[Change[CandidateState]]:
    return [
        Change(
            row["batch_id"],
            row["undoes"],
            row["redoes"],
            row["candidate_id"],
            CandidateState(row["verdict"], row["mask"], row["weight"]),
        )
        for row in rows
    ]
