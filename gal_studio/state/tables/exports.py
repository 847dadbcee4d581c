"""Exported rounds: which forms were requested, made and checked."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from gal_studio.core import strict_json
from gal_studio.state.database.connection import Repository, record


@dataclass(frozen=True)
class Export:
    """A round in a form. `made_of` is the hash of the weights that it was made of, empty if it never was.

    One that `waits` is still to be made, or to be made again. `measured` are sentences for its card;
    `sentence` says what the check of the file found.
    """

    round_id: str
    form: str
    measured: tuple[str, ...]
    made_of: str
    sentence: str
    is_same: bool
    waits: bool


class Exports(Repository):
    """Reads and writes exports."""

    def ask(self, round_id: str, form: str, measured: Sequence[str]) -> None:
        """Request an export; one that was made before stays until it is made again."""
        self._database.write(
            "INSERT INTO exports (round_id, form, measured, created, waits) VALUES (?, ?, ?, ?, 1)"
            " ON CONFLICT (round_id, form) DO UPDATE"
            " SET measured = excluded.measured, created = excluded.created, waits = 1",
            (round_id, form, json.dumps(list(measured)), self._clock()),
        )

    def waiting(self, round_id: str) -> tuple[Export, ...]:
        """The exports of a round that are still to be made, the oldest first."""
        rows = self._database.rows(
            "SELECT * FROM exports WHERE round_id = ? AND waits ORDER BY created, rowid",
            (round_id,),
        )
        return tuple(map(_export, rows))

    def of_round(self, round_id: str) -> tuple[Export, ...]:
        """All exports of a round."""
        rows = self._database.rows("SELECT * FROM exports WHERE round_id = ? ORDER BY form", (round_id,))
        return tuple(map(_export, rows))

    def of_project(self, project_id: str) -> dict[str, tuple[Export, ...]]:
        """All exports of the rounds of a project, by round; rounds without any are left out."""
        found: dict[str, list[Export]] = {}
        for row in self._database.rows(
            "SELECT exports.* FROM exports JOIN rounds ON rounds.id = round_id WHERE project_id = ? "
            "ORDER BY form",
            (project_id,),
        ):
            found.setdefault(row["round_id"], []).append(_export(row))
        return {round_id: tuple(exports) for round_id, exports in found.items()}

    def finish(self, round_id: str, form: str, made_of: str, sentence: str, is_same: bool) -> None:
        """Store that an export is made, of which weights, and what its check found."""
        self._database.write(
            "UPDATE exports SET made_of = ?, sentence = ?, is_same = ?, waits = 0"
            " WHERE round_id = ? AND form = ?",
            (made_of, sentence, is_same, round_id, form),
        )

    def forget(self, round_id: str, form: str) -> None:
        """Drop a request that cannot be done; what was made before stays."""
        asked = (round_id, form)
        with self._database.transaction():
            self._database.write("UPDATE exports SET waits = 0 WHERE round_id = ? AND form = ?", asked)
            self._database.write(
                "DELETE FROM exports WHERE round_id = ? AND form = ? AND made_of IS NULL", asked
            )


def _export(row: sqlite3.Row) -> Export:
    measured = strict_json.stored_texts(row["measured"])
    return record(Export, row, measured=measured, made_of=row["made_of"] or "")
