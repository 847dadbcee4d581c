"""What was suggested when a person decided: one row for each accepted picture and each refused suggestion."""

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from gal_studio.core.types import Author, Verdict
from gal_studio.state.database.connection import Database


@dataclass(frozen=True, kw_only=True)
class NewChoice:
    """A decision beside what was suggested for its test prompt at that moment (None: nothing was).

    `first` says whether the prompt had no accepted picture before. `scores` holds the scores at that moment:
    those of the prompt, of the suggested picture and of the chosen one.
    """

    anchor_id: str
    suggested_id: str | None
    chosen_id: str
    verdict: Verdict
    first: bool
    scores: Mapping[str, Mapping[str, float]] = field(default_factory=dict, hash=False)

    @property
    def agrees(self) -> bool:
        """Whether the suggested picture was accepted."""
        return self.verdict == "accepted" and self.chosen_id == self.suggested_id


@dataclass(frozen=True, kw_only=True)
class Choice(NewChoice):
    """A stored choice; `step` is its step in the log of decisions, and `reason` what the person typed."""

    id: int
    step: int
    round_id: str
    time: float
    author: Author
    reason: str


class Overrides:
    """Reads and appends choices and their reasons; nothing is overwritten."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    def add(self, step: int, choices: Sequence[NewChoice]) -> None:
        """Append the choices of one step of the log of decisions."""
        with self._database.transaction() as writer:
            writer.executemany(
                "INSERT INTO overrides (batch_id, anchor_id, suggested_id, chosen_id, verdict, first, "
                "scores) VALUES (?, ?, ?, ?, ?, ?, ?)",
                [
                    (step, new.anchor_id, new.suggested_id, new.chosen_id, new.verdict, new.first,
                     json.dumps(new.scores, sort_keys=True))
                    for new in choices
                ],
            )  # fmt: skip

    def explain(self, choice_id: int, reason: str) -> None:
        """Append the reason for a choice; the newest one counts."""
        self._database.write(
            "INSERT INTO override_reasons (override_id, reason, time) VALUES (?, ?, ?)",
            (choice_id, reason, self._clock()),
        )

    def of_round(self, round_id: str) -> tuple[Choice, ...]:
        """Every choice that was made in a round, undone ones too, the oldest first."""
        rows = self._database.rows(
            "SELECT overrides.*, round_id, time, author, (SELECT reason FROM override_reasons "
            "WHERE override_id = overrides.id ORDER BY override_reasons.id DESC LIMIT 1) AS reason "
            "FROM overrides JOIN decision_batches ON decision_batches.id = batch_id "
            "WHERE round_id = ? ORDER BY overrides.id",
            (round_id,),
        )
        return tuple(_choice(row) for row in rows)


def _choice(row: sqlite3.Row) -> Choice:
    return Choice(
        id=row["id"],
        step=row["batch_id"],
        round_id=row["round_id"],
        anchor_id=row["anchor_id"],
        suggested_id=row["suggested_id"],
        chosen_id=row["chosen_id"],
        verdict=row["verdict"],
        first=bool(row["first"]),
        scores=json.loads(row["scores"]),
        time=row["time"],
        author=row["author"],
        reason=row["reason"] or "",
    )
