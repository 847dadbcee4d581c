"""The pictures of free prompts that a person tries on a round."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gal_studio.core import strict_json
from gal_studio.core.types import Remark
from gal_studio.state.database.connection import Repository, record, row_of
from gal_studio.state.hooks import Drawn
from gal_studio.state.store import Store
from gal_studio.state.tables.candidates import vector, vector_bytes
from gal_studio.state.tables.projects import new_id

KEPT = 24 * 3600.0
"""Seconds for which a trial that was taken off the list can be put back."""
_SELECT = "SELECT trials.* FROM trials JOIN rounds ON rounds.id = round_id"


@dataclass(frozen=True)
class Trial(Drawn):
    """A picture of a free prompt; without an image it waits, unless `trouble` says why it cannot be drawn.

    `candidate_id` is the candidate that was made from it.
    """

    id: str
    trained_as: str
    image: str
    scores: Mapping[str, float]
    remark: Remark
    trouble: str
    candidate_id: str | None
    created: float
    feature: NDArray[np.float32] = field(repr=False, compare=False)


class Trials(Repository):
    """Reads and writes trials."""

    def add(self, new: Drawn) -> Trial:
        """Store what is asked for."""
        identity = new_id()
        own = {"id": identity, "created": self._clock()}
        self._database.insert("trials", row_of("trials", new, **own))
        return self.get(identity)

    def get(self, identity: str) -> Trial:
        """The trial with this ID."""
        return _trial(self._database.row_by_id("trial", identity, "SELECT * FROM trials WHERE id = ?"))

    def of_candidate(self, candidate_id: str) -> Trial | None:
        """The trial that a candidate was made from, also one that was taken off the list; None if from none.

        A workspace of a former version may have deleted it.
        """
        row = self._database.row("SELECT * FROM trials WHERE candidate_id = ?", (candidate_id,))
        return None if row is None else _trial(row)

    def of_project(self, project_id: str) -> tuple[Trial, ...]:
        """The trials of all rounds, the newest first."""
        rows = self._database.rows(
            f"{_SELECT} WHERE project_id = ? AND forgotten IS NULL ORDER BY trials.rowid DESC",
            (project_id,),
        )
        return tuple(map(_trial, rows))

    def waiting(self, round_id: str) -> tuple[Trial, ...]:
        """The trials of a round that are to be drawn, the oldest first."""
        rows = self._database.rows(
            "SELECT * FROM trials WHERE round_id = ? AND image IS NULL AND trouble = '' "
            "AND forgotten IS NULL ORDER BY rowid",
            (round_id,),
        )
        return tuple(map(_trial, rows))

    def save(
        self,
        identity: str,
        image: str,
        feature: NDArray[np.float64],
        scores: Mapping[str, float],
        remark: Remark,
        trained_as: str,
    ) -> None:
        """Store the picture of a trial with its scores; one that was put away meanwhile is left so."""
        written = json.dumps({name: float(score) for name, score in scores.items()})
        values = {"image": image, "feature": vector_bytes(feature), "scores": written}
        self._set(identity, **values, remark=remark, trained_as=trained_as)

    def refuse(self, identity: str, trouble: str) -> None:
        """Store why a trial cannot be drawn."""
        self._set(identity, trouble=trouble)

    def used(self, identity: str, candidate_id: str) -> None:
        """Store which candidate was made from a trial."""
        self._set(identity, candidate_id=candidate_id)

    def forget(self, identity: str) -> None:
        """Take a trial off the list, and delete those that were long ago.

        What a candidate was made from is kept: it says how the picture was generated.
        """
        now = self._clock()
        with self._database.transaction() as writer:
            writer.execute("DELETE FROM trials WHERE forgotten < ? AND candidate_id IS NULL", (now - KEPT,))
            self._set(identity, forgotten=now)

    def restore(self, identity: str) -> None:
        """Put a forgotten trial back on the list."""
        self._set(identity, forgotten=None)

    def _set(self, identity: str, **values: Any) -> None:
        self._database.update("trials", {"id": identity}, **values)


def trials_of(store: Store) -> Trials:
    """The trials of a workspace."""
    return Trials(store.database, store.clock)


def _trial(row: sqlite3.Row) -> Trial:
    return record(
        Trial,
        row,
        image=row["image"] or "",
        scores=strict_json.numbers(strict_json.stored(row["scores"])),
        feature=vector(row["feature"] or b""),
    )
