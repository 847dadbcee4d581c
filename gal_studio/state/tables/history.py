"""The history of a round: its verdicts, and the marks of its images, which its copies share, as one log."""

from gal_studio.core.undo import merged_stacks
from gal_studio.state.database.connection import Database
from gal_studio.state.tables.decisions import Decisions
from gal_studio.state.tables.marks import Marks


class History:
    """Undoes and redoes what was decided in a round, and what was said of its images in any copy of it."""

    def __init__(self, database: Database, decisions: Decisions, marks: Marks) -> None:
        self._database, self._decisions, self._marks = database, decisions, marks

    def undo(self, round_id: str) -> tuple[str, ...]:
        """Undo the last step; returns the candidates that changed, none if there is nothing to undo."""
        with self._database.transaction():
            steps, _ = self.stacks(round_id)
            if not steps or self._is_verdict(round_id, steps[-1]):
                return self._decisions.undo(round_id)
            return self._marks.shown(round_id, self._marks.undo(round_id))

    def redo(self, round_id: str) -> tuple[str, ...]:
        """Redo the last undone step; returns the candidates that change, none if there is nothing to redo."""
        with self._database.transaction():
            _, steps = self.stacks(round_id)
            if not steps:
                return ()
            if self._is_verdict(round_id, steps[-1]):
                return self._decisions.redo(round_id)
            return self._marks.shown(round_id, self._marks.redo(round_id))

    def go_to(self, round_id: str, step: int | None) -> tuple[str, ...]:
        """Undo or redo until this step is the last one that stands; None: the beginning.

        Returns the candidates that changed, none if the step is not in the history any more.
        """
        changed: dict[str, None] = {}
        with self._database.transaction():
            undoable, redoable = self.stacks(round_id)
            if step is None or step in undoable:
                for _ in undoable[0 if step is None else undoable.index(step) + 1 :]:
                    changed |= dict.fromkeys(self.undo(round_id))
            elif step in redoable:
                for _ in redoable[redoable.index(step) :]:
                    changed |= dict.fromkeys(self.redo(round_id))
        return tuple(changed)

    def stacks(self, round_id: str) -> tuple[list[int], list[int]]:
        """The steps that can be undone, and those that can be redone, the next one last."""
        return merged_stacks(self._decisions.changes(round_id), self._marks.changes(round_id))

    def _is_verdict(self, round_id: str, step: int) -> bool:
        return any(one.step == step for one in self._decisions.changes(round_id))
