"""Where a person painted the subject of a reference: an append-only log for each reference."""

from collections.abc import Mapping

from gal_studio.core.types import Author
from gal_studio.core.undo import Change
from gal_studio.state.database.undo_log import UndoLog

NEWEST_MASK = """
(SELECT mask FROM reference_masks WHERE reference_id = project_references.id ORDER BY id DESC LIMIT 1)
"""
"""The mask of a row of `project_references`; NULL where the studio is to find the subject."""


class ReferenceMasks(UndoLog[str | None]):
    """Reads and appends masks; the newest one of a reference counts. None: the studio finds the subject."""

    unset = None

    def add(self, reference_id: str, mask: str | None, author: Author = "human") -> None:
        """Append a mask, unless it is the current one already."""
        self._record(reference_id, {reference_id: mask}, author)

    def _changes(self, scope: str) -> list[Change[str | None]]:
        rows = self._database.rows(
            "SELECT * FROM reference_masks WHERE reference_id = ? ORDER BY id", (scope,)
        )
        return [Change(row["id"], row["undoes"], row["redoes"], scope, row["mask"]) for row in rows]

    def _append(
        self, scope: str, values: Mapping[str, str | None], author: Author,
        undoes: int | None = None, redoes: int | None = None,
    ) -> None:  # fmt: skip
        self._database.write(
            "INSERT INTO reference_masks (reference_id, mask, author, time, undoes, redoes) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            (scope, values[scope], author, self._clock(), undoes, redoes),
        )
