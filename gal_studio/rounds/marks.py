"""What the marks of a round's images would change of others, if they counted."""

from collections.abc import Iterator
from dataclasses import dataclass

from gal_studio.core.copy_chance import moved, shift_by_marks
from gal_studio.core.records.candidate import Candidate
from gal_studio.core.snapshot import RoundSnapshot
from gal_studio.core.types import CHANCE, COPY_FROM
from gal_studio.state.store import Store
from gal_studio.state.tables.candidates import copy_marks


@dataclass(frozen=True)
class MarkEffect:
    """What changes if the `marks` of a round that do not count yet do: images of it that become copies, and
    those that are none any more. `elsewhere` are how many images of other rounds become either.
    """

    marks: int = 0
    copies: tuple[str, ...] = ()
    cleared: tuple[str, ...] = ()
    elsewhere: int = 0


def mark_effect(store: Store, here: RoundSnapshot) -> MarkEffect:
    """What the marks of a round's images change once they count."""
    waiting = [one for one in here.tiles if one.marked_copy is not None and not one.mark_counts]
    if not waiting:
        return MarkEffect()
    project_id = here.project.project.id
    marks = [(one.chance, one.copy) for one in copy_marks(store.database, project_id) if one.counts]
    marks += [
        (one.more_scores[CHANCE], one.marked_copy is True) for one in waiting if CHANCE in one.more_scores
    ]
    after = shift_by_marks(marks)
    others = {one.original: one for one in store.snapshots.project(project_id).shown}
    elsewhere = sum(len([*_moved(one, after)]) for drew, one in others.items() if drew.id != here.original.id)
    moves = [*_moved(here, after)]
    return MarkEffect(
        len(waiting),
        tuple(one.id for one in moves if not one.overfit),
        tuple(one.id for one in moves if one.overfit),
        elsewhere,
    )


def _moved(here: RoundSnapshot, shift: float) -> Iterator[Candidate]:
    """The images of a round that a shift makes copies, or copies no more."""
    for one in here.tiles:
        if one.marked_copy is not None or one.chance_by_detectors is None or one.is_blank:
            continue
        if (moved(one.more_scores[CHANCE], shift) >= COPY_FROM) is not one.overfit:
            yield one
