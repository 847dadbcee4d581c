"""What a person chose of blind pairs of images: an append-only log for each project."""

from collections.abc import Mapping

from gal_studio.core import checks
from gal_studio.core.measures.blind import Agreement, Answer, Chosen, Pair, agreement
from gal_studio.core.types import Author
from gal_studio.core.undo import LoggedChange, undo_stacks
from gal_studio.state.database.connection import record
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
        rows = self._database.rows("SELECT * FROM blind_answers WHERE project_id = ? ORDER BY id", (scope,))
        return [
            LoggedChange(
                row["id"],
                row["undoes"],
                row["redoes"],
                _key(row["left_image"], row["right_image"]),
                None
                if row["chosen"] is None
                else record(Answer, row, left=row["left_image"], right=row["right_image"]),
            )
            for row in rows
        ]

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


def _key(left: str, right: str) -> str:
    return " ".join(sorted((left, right)))
