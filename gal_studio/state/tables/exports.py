"""Exported rounds: which forms were requested, made and checked."""

import json
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gal_studio.core.models.export_forms import Form
from gal_studio.state.database.connection import Database


@dataclass(frozen=True)
class Export:
    """A round in a form. `made_of` is the hash of the weights that it was made of, empty while it waits.

    `measured` are sentences for its card; `sentence` says what the check of the file found.
    """

    round_id: str
    form: Form
    measured: tuple[str, ...]
    made_of: str
    sentence: str
    is_same: bool


class Exports:
    """Reads and writes exports."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    def ask(self, round_id: str, form: Form, measured: Sequence[str]) -> None:
        """Request an export; one that was made before is made again."""
        self._database.write(
            "INSERT OR REPLACE INTO exports (round_id, form, measured, created) VALUES (?, ?, ?, ?)",
            (round_id, form, json.dumps(list(measured)), self._clock()),
        )

    def waiting(self, round_id: str) -> tuple[Export, ...]:
        """The exports of a round that are still to be made, the oldest first."""
        rows = self._database.rows(
            "SELECT * FROM exports WHERE round_id = ? AND made_of IS NULL ORDER BY created, rowid",
            (round_id,),
        )
        return tuple(map(_export, rows))

    def of_round(self, round_id: str) -> tuple[Export, ...]:
        """All exports of a round."""
        rows = self._database.rows("SELECT * FROM exports WHERE round_id = ? ORDER BY form", (round_id,))
        return tuple(map(_export, rows))

    def finish(self, round_id: str, form: Form, made_of: str, sentence: str, is_same: bool) -> None:
        """Store that an export is made, of which weights, and what its check found."""
        self._database.write(
            "UPDATE exports SET made_of = ?, sentence = ?, is_same = ? WHERE round_id = ? AND form = ?",
            (made_of, sentence, is_same, round_id, form),
        )

    def forget(self, round_id: str, form: Form) -> None:
        """Delete a request that cannot be done."""
        self._database.write("DELETE FROM exports WHERE round_id = ? AND form = ?", (round_id, form))


def _export(row: sqlite3.Row) -> Export:
    return Export(
        round_id=row["round_id"],
        form=row["form"],
        measured=tuple(json.loads(row["measured"])),
        made_of=row["made_of"] or "",
        sentence=row["sentence"],
        is_same=bool(row["is_same"]),
    )
