"""What was suggested when a person decided: one row for each accepted picture and each refused suggestion."""

import json
import sqlite3
from collections.abc import Sequence

from gal_studio.core import strict_json
from gal_studio.core.gal.choices import Choice, NewChoice
from gal_studio.state.database.connection import Repository, record, row_of

SELECT_CHOICES = (
    "SELECT overrides.*, round_id, time, author, (SELECT reason FROM override_reasons "
    "WHERE override_id = overrides.id ORDER BY override_reasons.id DESC LIMIT 1) AS reason "
    "FROM overrides JOIN decision_batches ON decision_batches.id = batch_id"
)


class Overrides(Repository):
    """Reads and appends choices and their reasons; nothing is overwritten."""

    def add(self, step: int, choices: Sequence[NewChoice]) -> None:
        """Append the choices of one step of the log of decisions."""
        rows = [
            row_of("overrides", new, batch_id=step, scores=json.dumps(new.scores, sort_keys=True))
            for new in choices
        ]
        self._database.insert("overrides", *rows)

    def explain(self, choice_id: int, reason: str) -> None:
        """Append the reason for a choice; the newest one counts."""
        row = {"override_id": choice_id, "reason": reason, "time": self._clock()}
        self._database.insert("override_reasons", row)

    def of_round(self, round_id: str) -> tuple[Choice, ...]:
        """Every choice that was made in a round, undone ones too, the oldest first."""
        rows = self._database.rows(f"{SELECT_CHOICES} WHERE round_id = ? ORDER BY overrides.id", (round_id,))
        return tuple(map(choice_of, rows))


def choice_of(row: sqlite3.Row) -> Choice:
    """A row of `SELECT_CHOICES`."""
    scores = {
        name: strict_json.numbers(found) for name, found in strict_json.stored_object(row["scores"]).items()
    }
    return record(Choice, row, step=row["batch_id"], scores=scores, reason=row["reason"] or "")
