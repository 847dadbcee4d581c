"""What a person painted: append-only logs of pictures for the pairs of a round, and for references."""

from collections.abc import Mapping
from typing import ClassVar

from gal_studio.core.types import Author
from gal_studio.core.undo import LoggedChange
from gal_studio.state.database.undo_log import UndoLog

NEWEST_MASK = """
(SELECT mask FROM reference_masks WHERE reference_id = project_references.id ORDER BY id DESC LIMIT 1)
"""
"""The mask of a row of `project_references`; NULL where the studio is to find the subject."""


class _Painted(UndoLog[str | None]):
    """Reads and appends pictures; the newest one of an owner counts. None is one without a picture.

    A subclass names the table, and its columns of the scope, the owner and the picture.
    """

    unset = None
    table: ClassVar[tuple[str, str, str, str]]

    def changes(self, scope: str) -> list[LoggedChange[str | None]]:
        """Every painting of a scope, the oldest first."""
        table, of, owner, picture = self.table
        rows = self._database.rows(
            f"SELECT id, undoes, redoes, {owner}, {picture} FROM {table} WHERE {of} = ? ORDER BY id", (scope,)
        )
        return [LoggedChange(*row) for row in rows]

    def _append(
        self, scope: str, values: Mapping[str, str | None], author: Author,
        undoes: int | None = None, redoes: int | None = None,
    ) -> None:  # fmt: skip
        table, of, owner, picture = self.table
        for name, image in values.items():
            row = {of: scope, owner: name, picture: image, "author": author, "time": self._clock()}
            row |= {"undoes": undoes, "redoes": redoes}
            self._database.insert(table, row)


class Paintings(_Painted):
    """What was painted over the quality maps of the pairs of a round."""

    table = ("paintings", "round_id", "owner_id", "image")

    def add(self, round_id: str, owner_id: str, image: str | None, author: Author) -> None:
        """Append a painting, unless it is the current one already."""
        self._record(round_id, {owner_id: image}, author)

    def newest(self, round_id: str) -> dict[str, str]:
        """The painting of each pair of a refinement that has one."""
        return {owner: image for owner, image in self._current(round_id).items() if image is not None}


class ReferenceMasks(_Painted):
    """Where the subjects of references were painted. None: the studio finds the subject."""

    table = ("reference_masks", "reference_id", "reference_id", "mask")

    def add(self, reference_id: str, mask: str | None, author: Author = "human") -> None:
        """Append a mask, unless it is the current one already."""
        self._record(reference_id, {reference_id: mask}, author)
