"""Which images a person calls copies: an append-only log that a round and its copies share."""

import json
import sqlite3
from collections.abc import Iterable, Mapping

from gal_studio.core.decisions import UNMARKED, LoggedMark, Mark
from gal_studio.core.errors import StudioError
from gal_studio.core.types import Author
from gal_studio.core.undo import LoggedChange
from gal_studio.state.database.connection import record
from gal_studio.state.database.forks import FIRST, copy_marks, forks, same
from gal_studio.state.database.judging import raise_alike
from gal_studio.state.database.undo_log import UndoLog

_BEGINS = """
WITH RECURSIVE above(id, next) AS (
    SELECT id, copy_of FROM rounds WHERE id = :round
    UNION SELECT rounds.id, rounds.copy_of FROM rounds JOIN above ON rounds.id = above.next
) SELECT id FROM above WHERE next IS NULL
"""
_PROJECTS_OF = """
project_id IN (SELECT project_id FROM json_each(:ids) AS named JOIN candidates ON candidates.id = named.value
    JOIN rounds ON rounds.id = candidates.round_id)
"""
_NAMED = f"""
{forks(_PROJECTS_OF)}
SELECT given.value AS id, candidates.marked_copy, candidates.remark, {FIRST} AS image,
    (SELECT begins FROM forks WHERE forks.id = candidates.round_id) AS begins
FROM json_each(:ids) AS given LEFT JOIN candidates ON candidates.id = given.value
"""
_INSERTION = """
INSERT INTO marks (batch_id, candidate_id, copy, counts)
SELECT ?, json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]')
FROM json_each(?)
"""
_COPY = copy_marks(_PROJECTS_OF)
_RAISE = raise_alike("(SELECT project_id FROM rounds WHERE id = :round)")
SELECT_MARKS = f"""
SELECT shown.key AS round_id, COALESCE(here.id, marks.candidate_id) AS candidate_id, marks.copy, marks.counts,
    batch_id, undoes, redoes, author, time
FROM json_each(:rounds) AS shown JOIN decision_batches ON decision_batches.round_id = shown.value
    JOIN marks ON batch_id = decision_batches.id JOIN candidates AS marked ON marked.id = marks.candidate_id
    LEFT JOIN candidates AS here ON here.round_id = shown.key AND {same("here", "marked")}
ORDER BY marks.id
"""
"""The marks in `rounds`, a JSON object of the round that drew the images of each, by their images in it."""


class Marks(UndoLog[Mark]):
    """Reads and appends marks. A scope is a round: a round and its copies are one.

    An image has the mark of all candidates that are copies of one; a step names the one drawn first.
    """

    unset = UNMARKED

    def add(self, marks: Mapping[str, bool | None], author: Author) -> None:
        """Append whether a person calls candidates copies of the reference; None: the detectors decide.

        It is one step for each round that drew some of them; what is said already is left out.
        """
        with self._database.transaction():
            found: dict[str, dict[str, Mark]] = {}
            for row in self._database.rows(_NAMED, {"ids": json.dumps([*marks])}):
                if row["image"] is None:
                    raise StudioError(f"There is no image {row['id']!r} in this workspace.")
                if row["remark"] == "flat":
                    raise StudioError("An image of one flat color is neither a copy nor good: leave it out.")
                if row["marked_copy"] != marks[row["id"]]:
                    found.setdefault(row["begins"], {})[row["image"]] = Mark(marks[row["id"]])
            for begins, changed in found.items():
                self._append(begins, changed, author)

    def count(self, round_id: str, author: Author) -> tuple[str, ...]:
        """Let the marks of a round's images count for others, as one step; returns those that did not."""
        with self._database.transaction():
            waiting = {name: mark for name, mark in self._current(round_id).items() if is_waiting(mark)}
            if waiting:
                self._append(
                    round_id, {name: Mark(mark.copy, True) for name, mark in waiting.items()}, author
                )
        return self.shown(round_id, waiting)

    def shown(self, round_id: str, images: Iterable[str]) -> tuple[str, ...]:
        """The candidates of a round that are these images, by the candidates drawn first."""
        rows = self._database.rows(
            "SELECT here.id FROM json_each(?) AS given JOIN candidates AS marked ON marked.id = given.value "
            f"JOIN candidates AS here ON here.round_id = ? AND {same('here', 'marked')} ORDER BY given.id",
            (json.dumps([*images]), round_id),
        )
        return tuple(row["id"] for row in rows)

    def changes(self, scope: str) -> tuple[LoggedMark, ...]:
        """Every mark of a round's images, by the candidate drawn first, the oldest first."""
        begins = self._begins(scope)
        return tuple(
            map(logged_mark, self._database.rows(SELECT_MARKS, {"rounds": json.dumps({begins: begins})}))
        )

    def _begins(self, round_id: str) -> str:
        """The round that drew the images of this one."""
        row = self._database.row(_BEGINS, {"round": round_id})
        return round_id if row is None else str(row["id"])

    def _append(
        self, scope: str, values: Mapping[str, Mark], author: Author,
        undoes: int | None = None, redoes: int | None = None,
    ) -> int:  # fmt: skip
        begins = self._begins(scope)
        step = {
            "round_id": begins,
            "author": author,
            "time": self._clock(),
            "undoes": undoes,
            "redoes": redoes,
        }
        said = json.dumps([[name, mark.copy, mark.counts] for name, mark in values.items()])
        with self._database.transaction() as writer:
            batch = self._database.insert("decision_batches", step)
            writer.execute(_INSERTION, (batch, said))
            writer.execute(_COPY, {"said": said, "ids": json.dumps([*values])})  # beside the image
            writer.execute(_RAISE, {"round": begins})
        return batch


def is_waiting(mark: Mark) -> bool:
    """Whether an image is marked and that does not count for others."""
    return mark.copy is not None and not mark.counts


def logged_mark(row: sqlite3.Row) -> LoggedMark:
    """A row of `SELECT_MARKS`."""
    return LoggedChange(
        row["batch_id"], row["undoes"], row["redoes"], row["candidate_id"], record(Mark, row), row["author"],
        row["time"],
    )  # fmt: skip
