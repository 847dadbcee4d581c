"""The history of an append-only log: what stands, what can be undone, and what can be redone.

Nothing is overwritten. What is recorded together is one step. Undo appends a step that restores the values
from before; redo appends the undone step again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from gal_studio.core.types import Author

Value = TypeVar("Value")


@dataclass(frozen=True)
class LoggedChange(Generic[Value]):
    """A key gets a value; changes of the same step share `undoes` and `redoes`, the step that they revert."""

    step: int
    undoes: int | None
    redoes: int | None
    key: str
    value: Value
    author: Author = "human"
    time: float = 0.0


@dataclass(frozen=True)
class Step(Generic[Value]):
    """A step that can be undone, or redone if it does not stand, with the values before and after it."""

    id: int
    stands: bool
    before: Mapping[str, Value]
    after: Mapping[str, Value]
    time: float
    author: Author


def newest(changes: Sequence[LoggedChange[Value]]) -> dict[str, Value]:
    """The value of each key, the one that was changed last at the end."""
    values: dict[str, Value] = {}
    for change in changes:
        values.pop(change.key, None)
        values[change.key] = change.value
    return values


def undo_stacks(changes: Sequence[LoggedChange[Value]]) -> tuple[list[int], list[int]]:
    """The steps that can be undone and redone, the next one last: the log is replayed on two stacks."""
    undoable: list[int] = []
    redoable: list[int] = []
    for change in {change.step: change for change in changes}.values():
        if change.undoes is not None:
            redoable.append(undoable.pop())
        elif change.redoes is not None:
            undoable.append(redoable.pop())
        else:
            undoable.append(change.step)
            redoable.clear()
    return undoable, redoable


def merged_stacks(*logs: Sequence[LoggedChange[Any]]) -> tuple[list[int], list[int]]:
    """The steps of several logs that can be undone and redone, as if they were one; steps are numbered alike.

    Nothing is redone once something else was done in any of the logs.
    """
    plain = (one.step for log in logs for one in log if one.undoes is None and one.redoes is None)
    newest_plain = max(plain, default=0)
    undoable: list[int] = []
    redoable: list[tuple[int, int]] = []
    for log in logs:
        stands, undone = undo_stacks(log)
        when = {one.undoes: one.step for one in log if one.undoes is not None}
        undoable += stands
        redoable += [(when[step], step) for step in undone if when[step] > newest_plain]
    return sorted(undoable), [step for _, step in sorted(redoable)]


def steps_of(changes: Sequence[LoggedChange[Value]], unset: Value) -> tuple[Step[Value], ...]:
    """The steps that stand, the oldest first, and then those that can be redone, the next one first.

    `unset` is the value of a key before its first change.
    """
    undoable, redoable = undo_stacks(changes)
    made, changed = {change.step: change for change in changes}, dict[int, dict[str, Value]]()
    for change in changes:
        changed.setdefault(change.step, {})[change.key] = change.value
    standing = set(undoable)
    values: dict[str, Value] = {}
    found = []
    for number in [*undoable, *reversed(redoable)]:
        after = changed[number]
        before = {key: values.get(key, unset) for key in after}
        found.append(Step(number, number in standing, before, after, made[number].time, made[number].author))
        values |= after
    return tuple(found)
