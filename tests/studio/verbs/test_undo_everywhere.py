"""A copy of a round is no evidence, and after undoing everything everything is as it was."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gal_studio.core.copy_chance import shift_by_marks
from gal_studio.core.errors import StudioError
from gal_studio.core.types import CHANCE
from gal_studio.state.tables.candidates import copy_shift
from gal_studio.studio import Studio
from tests.studio.conftest import Place
from tests.ui.seeded import finished, go_on, measure

Acts = list[tuple[str, int, int]]


@pytest.fixture(scope="module")
def two_rounds(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A project of two measured rounds whose images have a chance of being copies, from .02 to .98."""
    studio, project, first = finished(tmp_path_factory.mktemp("undo"), candidates=2)
    studio.decide([studio.round_view(first).candidates[5].candidate.id], "accepted")
    second = go_on(studio, first, 2)
    for round_id in (first, second):
        measure(studio, round_id)
        drawn = studio.store.candidates.of_round(round_id)
        for place, one in enumerate(drawn):
            studio.store.candidates.add_scores(one.id, {CHANCE: 0.02 + 0.96 * place / len(drawn)})
    return Place(studio, project, first)


def figures(studio: Studio, project: str, rounds: list[str]) -> list[object]:
    """What is shown of these rounds: flags, suggestions, weights, counts, verdicts and what was measured."""
    found: list[object] = [copy_shift(studio.store.database, project)]
    for round_id in rounds:
        view = studio.round_view(round_id)
        found += [
            [(one.candidate.overfit, one.candidate.marked_copy, one.verdict) for one in view.candidates],
            [(one.anchor_id, one.suggested, one.reason) for one in view.scores],
            (view.accepted, view.example_weight, view.sentence, view.step, studio.mark_effect(round_id)),
        ]
    measured = studio.measures(project)
    shown = [one for one in studio.rounds(project) if one.id in rounds]
    found += [[replace(one, name="", aside=False, kept=None) for one in shown]]
    found += [[measured.reports.get(one) for one in rounds]]
    return found


def by_image(studio: Studio, project: str) -> dict[Any, set[tuple[bool | None, bool, float]]]:
    """What is said of each image of the rounds that are shown: one mark, wherever it stands."""
    said: dict[Any, set[tuple[bool | None, bool, float]]] = {}
    for here in studio.store.snapshots.project(project).shown:
        for one in here.tiles:
            mark = (one.marked_copy, one.mark_counts, one.more_scores[CHANCE])
            said.setdefault((here.original.id, one.anchor_id, one.index), set()).add(mark)
    return said


class Walk:
    """Acts of a person on a project; each names a round and an image by a number."""

    def __init__(self, place: Place) -> None:
        self.studio, self.project = place.studio, place.project
        self.seed = 100

    @property
    def rounds(self) -> list[str]:
        return [one.id for one in self.studio.store.rounds.of_project(self.project)]

    def do(self, act: str, round_: int, image: int) -> None:
        rounds = self.rounds
        here = rounds[round_ % len(rounds)]
        drawn = [one.id for one in self.studio.store.candidates.of_round(here)]
        chosen = [drawn[image % len(drawn)], drawn[3 * image % len(drawn)]] if drawn else []
        self.seed += 1
        acts: dict[str, Callable[[], object]] = {
            "copy": lambda: self.studio.mark_copies(chosen, True),
            "no copy": lambda: self.studio.mark_copies(chosen, False),
            "unmark": lambda: self.studio.mark_copies(chosen, None),
            "count": lambda: self.studio.count_marks(here),
            "accept": lambda: self.studio.decide(chosen, "accepted"),
            "reject": lambda: self.studio.decide(chosen[:1], "rejected"),
            "what if": lambda: self.studio.what_if(here, seed=self.seed),
            "keep": lambda: self.studio.keep_line(here),
            "archive": lambda: self.studio.archive_round(here),
            "restore": lambda: self.studio.restore_round(here),
            "undo": lambda: self.studio.undo(here),
            "redo": lambda: self.studio.redo(here),
        }
        with suppress(StudioError):  # such as the archiving of the last round that is shown
            acts[act]()

    def check(self) -> None:
        said = by_image(self.studio, self.project)
        assert all(len(marks) == 1 for marks in said.values()), "an image has one mark in all of its rounds"
        marks = [mark for (mark,) in said.values()]
        counted = sorted((chance, copy) for copy, counts, chance in marks if counts and copy is not None)
        found = copy_shift(self.studio.store.database, self.project)
        assert found == pytest.approx(shift_by_marks(counted), abs=1e-9)
        for round_id in self.rounds:
            stands = [one.stands for one in self.studio.history(round_id)]
            undoable, redoable = self.studio.store.history.stacks(round_id)
            assert stands == [True] * len(undoable) + [False] * len(redoable)


ACTS = st.lists(
    st.tuples(
        st.sampled_from(
            ["copy", "copy", "no copy", "unmark", "count", "count", "accept", "reject", "what if", "what if",
             "keep", "archive", "restore", "undo", "redo"]
        ),
        st.integers(0, 4),
        st.integers(0, 20),
    ),
    max_size=12,
)  # fmt: skip


@given(acts=ACTS)
@example(acts=[("copy", 0, 0), ("copy", 0, 3), ("count", 0, 0), *[("what if", 0, 0)] * 3])
@example(acts=[("copy", 0, 0), ("count", 0, 0), ("what if", 0, 0), ("undo", 2, 0), ("archive", 2, 0)])
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_after_undoing_everything_everything_is_as_it_was(two_rounds: Place, acts: Acts) -> None:
    walk, studio = Walk(two_rounds), two_rounds.studio
    begun = walk.rounds[:2]
    with pytest.raises(_DoneError), studio.store.database.transaction():
        for round_id in begun:
            studio.go_to(round_id, None)
        before = figures(studio, two_rounds.project, begun)
        for act in acts:
            walk.do(*act)
            walk.check()
        for round_id in walk.rounds:
            studio.restore_round(round_id)
        for round_id in walk.rounds:
            studio.go_to(round_id, None)
        walk.check()
        assert figures(studio, two_rounds.project, begun) == before
        raise _DoneError


class _DoneError(Exception):
    """Leaves the project as it was."""
