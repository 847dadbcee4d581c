"""The candidates: generated pictures with scores, features and places on the map."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gal_studio.core.copy_chance import shift_by_marks
from gal_studio.core.errors import StudioError
from gal_studio.core.records.candidate import Candidate, candidate_id
from gal_studio.core.records.project import used_detectors
from gal_studio.core.settings import read_settings
from gal_studio.core.types import CHANCE, UsedDetectors
from gal_studio.state.database.connection import Database, Repository, record, row_of
from gal_studio.state.database.judging import alike

_ONCE = ("id", "round_id", "anchor_id", "number", "created", "own", "x", "y", "marked_copy", "mark_counts")
"""What a picture that is written again keeps."""
FIRST_OWN = 100_000
"""The number of a test prompt's first own candidate, above those that are drawn."""
_SELECT = (
    "SELECT candidates.*, described, rounds.settings AS its_settings FROM candidates "
    "JOIN rounds ON rounds.id = round_id JOIN projects ON projects.id = rounds.project_id"
)
"""Candidates with what says what makes them copies."""


class Candidates(Repository):
    """Reads and writes candidates."""

    def save(self, round_id: str, batch: Sequence[Candidate]) -> tuple[str, ...]:
        """Store a finished batch, all or nothing, and return their IDs; idempotent.

        One that was there keeps its place on the map and what a person said of it.
        """
        always = {"round_id": round_id, "created": self._clock()}
        identities = tuple(candidate_id(round_id, new.anchor_id, new.index) for new in batch)
        with self._database.transaction():
            for identity, new in zip(identities, batch, strict=True):
                its = {
                    "id": identity,
                    "similarity_anchor": float(new.similarity_anchor),
                    "similarity_reference": float(new.similarity_reference),
                    "feature": None if new.feature is None else vector_bytes(new.feature),
                }
                row = row_of("candidates", new, **its, **always)
                self._database.upsert("candidates", row, once=_ONCE)
                self._database.delete("candidate_scores", candidate_id=identity)
                self.add_scores(identity, new.more_scores)
        return identities

    def add_scores(self, identity: str, scores: Mapping[str, float]) -> None:
        """Store further scores of a candidate, each in the place of an earlier one."""
        rows = [
            {"candidate_id": identity, "name": name, "score": float(score)} for name, score in scores.items()
        ]
        self._database.insert("candidate_scores", *rows, instead="replace")

    def get(self, identity: str) -> Candidate:
        """The candidate with this ID."""
        row = self._database.row_by_id("picture", identity, f"{_SELECT} WHERE candidates.id = ?")
        scores = self._more_scores("candidate_id = ?", identity)
        return _judged(row, scores, self._copy_shift(row["round_id"]))

    def image(self, identity: str) -> str:
        """The stored image of this candidate; empty if it is lost."""
        row = self._database.row_by_id("picture", identity, "SELECT image FROM candidates WHERE id = ?")
        return str(row["image"])

    def round_of(self, identity: str) -> str:
        """The round in which this candidate was drawn."""
        row = self._database.row_by_id("picture", identity, "SELECT round_id FROM candidates WHERE id = ?")
        return str(row["round_id"])

    def of_round(self, round_id: str) -> tuple[Candidate, ...]:
        """All candidates that a round drew for its test prompts, in drawing order."""
        return tuple(candidate for candidate in self.with_own(round_id) if not candidate.own)

    def with_own(self, round_id: str) -> tuple[Candidate, ...]:
        """All candidates of a round, those of a person's own prompts, too: everything that can be decided."""
        rows = self._database.rows(
            f"{_SELECT} JOIN anchors ON anchors.id = anchor_id "
            "WHERE round_id = ? ORDER BY candidates.created, anchors.position, number",
            (round_id,),
        )
        scores = self._more_scores("candidate_id IN (SELECT id FROM candidates WHERE round_id = ?)", round_id)
        shift = self._copy_shift(round_id)
        return tuple(_judged(row, scores, shift) for row in rows)

    def _copy_shift(self, round_id: str) -> float:
        """How far the marks in a round's project move the chance of a copy (Eq. G16)."""
        row = self._database.row_by_id("round", round_id, "SELECT project_id FROM rounds WHERE id = ?")
        return copy_shift(self._database, str(row["project_id"]))

    def _more_scores(self, condition: str, identity: str) -> dict[str, dict[str, float]]:
        """The scores that are not columns, of the candidates of a condition: name and value by ID."""
        scores: dict[str, dict[str, float]] = {}
        for row in self._database.rows(f"SELECT * FROM candidate_scores WHERE {condition}", (identity,)):
            scores.setdefault(row["candidate_id"], {})[row["name"]] = row["score"]
        return scores

    def tags(self, round_id: str) -> dict[str, tuple[str, ...]]:
        """The tags of the candidates that have some, in alphabetical order."""
        rows = self._database.rows(
            "SELECT candidate_id, tag FROM candidate_tags JOIN candidates ON candidates.id = candidate_id "
            "WHERE round_id = ? ORDER BY candidates.rowid, tag",
            (round_id,),
        )
        found: dict[str, tuple[str, ...]] = {}
        for row in rows:
            found[row["candidate_id"]] = (*found.get(row["candidate_id"], ()), row["tag"])
        return found

    def tag(self, identities: Sequence[str], tag: str, on: bool) -> None:
        """Give candidates a tag, or take it off."""
        rows = [{"candidate_id": identity, "tag": tag} for identity in identities]
        with self._database.transaction():
            if on:
                self._database.insert("candidate_tags", *rows, instead="ignore")
            else:
                for row in rows:
                    self._database.delete("candidate_tags", **row)

    def count(self, round_id: str) -> int:
        """How many candidates the round drew for its test prompts."""
        row = self._database.row(
            "SELECT COUNT(*) AS n FROM candidates WHERE round_id = ? AND NOT own", (round_id,)
        )
        return 0 if row is None else int(row["n"])

    def next_own(self, round_id: str, anchor_id: str) -> int:
        """The number for the next candidate of a person's own prompt."""
        row = self._database.row(
            "SELECT MAX(number) AS last FROM candidates WHERE round_id = ? AND anchor_id = ? AND own",
            (round_id, anchor_id),
        )
        return FIRST_OWN if row is None or row["last"] is None else int(row["last"]) + 1

    def features(self, round_id: str) -> dict[str, NDArray[np.float32]]:
        """The unit-norm image feature of each candidate of a round, by ID."""
        rows = self._database.rows("SELECT id, feature FROM candidates WHERE round_id = ?", (round_id,))
        return {row["id"]: vector(row["feature"]) for row in rows}

    def place(self, places: Mapping[str, tuple[float, float]]) -> None:
        """Store the places of candidates on the map."""
        with self._database.transaction():
            for identity, (x, y) in places.items():
                self._database.update("candidates", {"id": identity}, x=x, y=y)


def candidate_of(
    row: sqlite3.Row, more_scores: Mapping[str, float], copy_detectors: UsedDetectors, copy_shift: float
) -> Candidate:
    """A row of the table, with the scores that are not columns, its round's setting, and the t of Eq. G16."""
    return record(
        Candidate, row, feature=None, more_scores=more_scores, copy_detectors=copy_detectors,
        copy_shift=copy_shift, full=None,
    )  # fmt: skip


def _judged(row: sqlite3.Row, scores: Mapping[str, Mapping[str, float]], shift: float) -> Candidate:
    """A row of `_SELECT`, with the scores that are not columns by candidate."""
    detectors = used_detectors(row["described"], read_settings(row["its_settings"]).gal)
    return candidate_of(row, scores.get(row["id"], {}), detectors, shift)


def vector_bytes(feature: NDArray[np.floating[Any]]) -> bytes:
    """A feature as it is stored: numbers of float32."""
    return np.asarray(feature, dtype="<f4").tobytes()


def vector(stored: bytes) -> NDArray[np.float32]:
    """The numbers of a stored feature; refused if its bytes are not whole numbers of float32."""
    if len(stored) % 4:
        raise StudioError("A feature is damaged: run gal-studio doctor on this workspace.")
    return np.frombuffer(stored, dtype="<f4")


@dataclass(frozen=True)
class CopyMark:
    """A mark of an image of a project: p(copy) before any marks, what was said, and whether that counts."""

    chance: float
    copy: bool
    counts: bool


def copy_marks(database: Database, project_id: str) -> tuple[CopyMark, ...]:
    """The marks of all images of a project whose chance is known and that are shown.

    Those of projects that judge its LoRAs, or trained them, are among these (`alike`).

    An image counts once, however many copies of its round there are.
    """
    rows = database.rows(
        f"WITH RECURSIVE alike(id) AS ({alike(':project')}), hidden(id) AS (SELECT id FROM rounds "
        "WHERE project_id IN (SELECT id FROM alike) AND archived "
        "UNION SELECT rounds.id FROM rounds JOIN hidden ON parent_id = hidden.id) "
        "SELECT MIN(score) AS chance, MAX(marked_copy) AS copy, MAX(mark_counts) AS counts FROM candidates "
        "JOIN rounds ON rounds.id = round_id AND rounds.project_id IN (SELECT id FROM alike) "
        "JOIN candidate_scores ON candidate_id = candidates.id AND name = :name "
        "WHERE marked_copy IS NOT NULL AND round_id NOT IN (SELECT id FROM hidden) "
        "GROUP BY image, candidates.seed ORDER BY 1, 2",
        {"project": project_id, "name": CHANCE},
    )
    return tuple(CopyMark(float(row["chance"]), bool(row["copy"]), bool(row["counts"])) for row in rows)


def copy_shift(database: Database, project_id: str) -> float:
    """The t of Eq. G16: the shift by the marks of a project that count."""
    return shift_by_marks((one.chance, one.copy) for one in copy_marks(database, project_id) if one.counts)
