"""What a person painted over the quality maps of pairs: an append-only log for each round."""

from collections.abc import Mapping

from gal_studio.core.types import Author
from gal_studio.core.undo import Change
from gal_studio.state.database.undo_log import UndoLog


class Paintings(UndoLog[str | None]):
    """Reads and appends paintings by pair; the newest one of a pair counts. None is a pair without paint."""

    unset = None

    def add(self, round_id: str, owner_id: str, image: str | None, author: Author) -> None:
        """Append a painting, unless it is the current one already."""
        self._record(round_id, {owner_id: image}, author)

    def newest(self, round_id: str) -> dict[str, str]:
        """The painting of each pair of a refinement that has one."""
        return {owner: image for owner, image in self._current(round_id).items() if image is not None}

    def _changes(self, scope: str) -> list[Change[str | None]]:
        rows = self._database.rows("SELECT * FROM paintings WHERE round_id = ? ORDER BY id", (scope,))
        return [
            Change(row["id"], row["undoes"], row["redoes"], row["owner_id"], row["image"]) for row in rows
        ]

    def _append(
        self, scope: str, values: Mapping[str, str | None], author: Author,
        undoes: int | None = None, redoes: int | None = None,
    ) -> None:  # fmt: skip
        for owner, image in values.items():
            self._database.write(
                "INSERT INTO paintings (round_id, owner_id, image, author, time, undoes, redoes) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                (scope, owner, image, author, self._clock(), undoes, redoes),
            )
