"""What a person chose of blind pairs of images: an append-only log for each project."""

import sqlite3
from collections.abc import Iterable, Mapping

from gal_studio.core import checks
from gal_studio.core.measures.blind import Agreement, Answer, Chosen, Pair, agreement
from gal_studio.core.types import Author
from gal_studio.core.undo import LoggedChange, undo_stacks
from gal_studio.state.database.connection import record
from gal_studio.state.database.judging import alike, raise_alike
from gal_studio.state.database.undo_log import UndoLog


class BlindAnswers(UndoLog[Answer | None]):
    """Reads and appends answers; the newest one about two images counts. A step is one answer."""

    unset = None

    def add(self, project_id: str, answer: Answer, author: Author) -> None:
        """Append an answer, unless it stands already."""
        checks.one_of("The answer", answer.chosen, Chosen)
        self._record(project_id, {_key(answer.left, answer.right): answer}, author)

    def standing(self, project_id: str) -> dict[Pair, Answer]:
        """The answers of a project, by their two images, the newest one at the end."""
        return {one.pair: one for one in self._current(project_id).values() if one is not None}

    def about(self, project_id: str) -> dict[Pair, Answer]:
        """The standing answers of a project and of those that judge its LoRAs or trained them, likewise."""
        logs: dict[tuple[str, str], LoggedChange[Answer | None]] = {}
        for row in self._rows(f"project_id IN ({alike(':project')})", project_id):
            change = _change(row)
            logs[row["project_id"], change.key] = change
        newest = sorted(logs.values(), key=lambda change: change.step)
        return {change.value.pair: change.value for change in newest if change.value is not None}

    def last(self, project_id: str) -> Pair | None:
        """The pair whose answer Undo would undo; None if there is none."""
        changes = self.changes(project_id)
        undoable, _ = undo_stacks(changes)
        return next((frozenset(one.key.split()) for one in changes if [one.step] == undoable[-1:]), None)

    def agreement(self) -> Agreement:
        """How often the studio's figures agreed with a person, in all projects of the workspace."""
        projects = self._database.rows("SELECT DISTINCT project_id FROM blind_answers")
        return agreement(one for (name,) in projects for one in self.standing(name).values())

    def copy(self, source_id: str, project_id: str) -> None:
        """Give a project the standing answers of another one, which count where it has the same images."""
        for answer in self.standing(source_id).values():
            self.add(project_id, answer, "human")

    def changes(self, scope: str) -> list[LoggedChange[Answer | None]]:
        """Every answer of a project, the oldest first."""
        return [_change(row) for row in self._rows("project_id = :project", scope)]

    def _rows(self, condition: str, project_id: str) -> Iterable[sqlite3.Row]:
        sql = f"SELECT * FROM blind_answers WHERE {condition} ORDER BY id"
        return self._database.rows(sql, {"project": project_id})

    def _append(
        self, scope: str, values: Mapping[str, Answer | None], author: Author,
        undoes: int | None = None, redoes: int | None = None,
    ) -> None:  # fmt: skip
        for key, answer in values.items():
            left, right = key.split() if answer is None else (answer.left, answer.right)
            own = {"chosen": answer and answer.chosen, "favored": answer.favored if answer else ""}
            step = {"author": author, "time": self._clock(), "undoes": undoes, "redoes": redoes}
            row = {"project_id": scope, "left_image": left, "right_image": right, **own, **step}
            self._database.insert("blind_answers", row)
        self._database.write(raise_alike(":project"), {"project": scope})


def _change(row: sqlite3.Row) -> LoggedChange[Answer | None]:
    left, right, chosen = row["left_image"], row["right_image"], row["chosen"]
    answer = None if chosen is None else record(Answer, row, left=left, right=right)
    return LoggedChange(row["id"], row["undoes"], row["redoes"], _key(left, right), answer)


def _key(left: str, right: str) -> str:
    return " ".join(sorted((left, right)))
