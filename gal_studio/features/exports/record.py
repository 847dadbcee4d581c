"""Exported rounds: which forms were requested, made and checked, and where the files are."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gal_studio.core import strict_json
from gal_studio.core.models.forms.registry import find_form
from gal_studio.state import Store
from gal_studio.state.database.connection import Repository, record
from gal_studio.state.files.errors import make_folder
from gal_studio.state.files.inside import folder_of_row, inside


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
        its, said = {"round_id": round_id, "form": form}, json.dumps(list(measured))
        row = {**its, "measured": said, "created": self._clock(), "waits": True}
        self._database.upsert("exports", row, once=tuple(its))

    def waiting(self, round_id: str) -> tuple[Export, ...]:
        """The exports of a round that are still to be made, the oldest first."""
        rows = self._database.rows(
            "SELECT * FROM exports WHERE round_id = ? AND waits ORDER BY rowid",
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
        values = {"made_of": made_of, "sentence": sentence, "is_same": is_same, "waits": False}
        self._database.update("exports", {"round_id": round_id, "form": form}, **values)

    def forget(self, round_id: str, form: str) -> None:
        """Drop a request that cannot be done; what was made before stays."""
        asked = {"round_id": round_id, "form": form}
        with self._database.transaction():
            self._database.update("exports", asked, waits=False)
            self._database.delete("exports", **asked, made_of=None)


def exports_of(store: Store) -> Exports:
    """The exports of a workspace."""
    return Exports(store.database, store.clock)


def file_of(store: Store, round_id: str, form: str) -> Path:
    """The zip file of an exported round, which may not be there; its folder is created if needed."""
    folder = folder_of_row(store.workspace, "exports", store.rounds.get(round_id).id)
    return inside(store.workspace, make_folder(folder, store.workspace) / f"{find_form(form).name}.zip")


def _export(row: sqlite3.Row) -> Export:
    measured = strict_json.stored_texts(row["measured"])
    return record(Export, row, measured=measured, made_of=row["made_of"] or "")
