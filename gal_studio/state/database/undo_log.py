"""What of an append-only log can be undone and redone; undo and redo are entries of the log too."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class History:
    """The entries that can be undone and redone, the next one last."""

    undoable: tuple[int, ...]
    redoable: tuple[int, ...]


def history_of(rows: Iterable[sqlite3.Row]) -> History:
    """Walk through a log, the oldest entry first; its rows have `id`, `undoes` and `redoes`."""
    undoable: list[int] = []
    redoable: list[int] = []
    for row in rows:
        if row["undoes"] is not None:
            redoable.append(undoable.pop())
        elif row["redoes"] is not None:
            undoable.append(redoable.pop())
        else:
            undoable.append(row["id"])
            redoable.clear()
    return History(tuple(undoable), tuple(redoable))
