"""Append-only logs with undo and redo: decisions, paintings and reference masks are kept this way.

A log belongs to a scope (a round, a reference) and gives values to keys (such as the verdict on a candidate).
See `gal_studio.core.undo` for its history.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Generic

from gal_studio.core import checks
from gal_studio.core.types import Author
from gal_studio.core.undo import LoggedChange, Value, newest, undo_stacks
from gal_studio.state.database.connection import Repository


class UndoLog(Repository, ABC, Generic[Value]):
    """A log in the database. A subclass reads and writes its rows; `unset` is the value of an unknown key."""

    unset: Value

    @abstractmethod
    def changes(self, scope: str) -> Sequence[LoggedChange[Value]]:
        """Every change of a scope, the oldest first."""

    @abstractmethod
    def _append(
        self, scope: str, values: Mapping[str, Value], author: Author,
        undoes: int | None = None, redoes: int | None = None,
    ) -> int | None:  # fmt: skip
        """Write one step, inside the transaction of the caller; returns its number if it is of use."""

    def undo(self, scope: str, author: Author = "human") -> tuple[str, ...]:
        """Undo the last step; the keys that it had changed, none if there is nothing to undo."""
        with self._database.transaction():
            changes = self.changes(scope)
            steps, _ = undo_stacks(changes)
            if not steps:
                return ()
            before = newest([change for change in changes if change.step < steps[-1]])
            undone = [change.key for change in changes if change.step == steps[-1]]
            restored = {key: before.get(key, self.unset) for key in undone}
            self._append(scope, restored, author, undoes=steps[-1])
        return tuple(restored)

    def redo(self, scope: str, author: Author = "human") -> tuple[str, ...]:
        """Redo the last undone step; the keys that it changes, none if there is nothing to redo."""
        with self._database.transaction():
            changes = self.changes(scope)
            _, steps = undo_stacks(changes)
            if not steps:
                return ()
            values = {change.key: change.value for change in changes if change.step == steps[-1]}
            self._append(scope, values, author, redoes=steps[-1])
        return tuple(values)

    def can_undo(self, scope: str) -> tuple[bool, bool]:
        """Whether there is a step to undo, and one to redo."""
        undoable, redoable = undo_stacks(self.changes(scope))
        return bool(undoable), bool(redoable)

    def _current(self, scope: str) -> dict[str, Value]:
        """The value of each key of a scope, the one that was changed last at the end."""
        return newest(self.changes(scope))

    def _record(self, scope: str, values: Mapping[str, Value], author: Author) -> int | None:
        """Append a step with the values that differ from the current ones; none if all are the same."""
        checks.one_of("The author", author, Author)
        with self._database.transaction():
            current = self._current(scope)
            changed = {key: value for key, value in values.items() if current.get(key, self.unset) != value}
            return self._append(scope, changed, author) if changed else None
