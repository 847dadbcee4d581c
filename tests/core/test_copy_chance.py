"""The chance of a copy (Eq. G16): monotone in each clue, moved by marks, which a person's word overrides."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gal_studio.core.copy_chance import Clues, copy_chance, expected, moved, shift_by_marks
from gal_studio.core.records.candidate import Candidate
from gal_studio.core.types import CHANCE

CLUES = st.builds(
    Clues,
    st.floats(-2.0, 2.0),
    st.floats(-1.0, 1.0),
    st.floats(-1.0, 1.0),
)
MARKS = st.lists(st.tuples(st.floats(0.0, 1.0), st.booleans()), max_size=12)


@given(CLUES, st.floats(0.0, 1.0))
def test_each_clue_speaks_one_way(clues: Clues, more: float) -> None:
    chance = copy_chance(clues)
    assert 0.0 < chance < 1.0
    assert copy_chance(replace(clues, margin=clues.margin + more)) <= chance
    assert copy_chance(replace(clues, likeness=clues.likeness + more)) >= chance
    assert copy_chance(replace(clues, usual=clues.usual + more)) >= chance
    assert copy_chance(replace(clues, margin=clues.margin + more, usual=clues.usual + more)) == pytest.approx(
        chance, abs=1e-9
    )


def test_a_prompt_s_only_picture_counts_half() -> None:
    assert expected(0.2, 0.6) == pytest.approx(0.4)
    assert expected(0.2, None) == 0.2


def test_a_mark_moves_the_threshold_by_hand() -> None:
    shift = shift_by_marks([(0.5, True)])
    assert shift == pytest.approx(1.0**2 * (1 - 1 / (1 + math.exp(-shift))))  # the slope is 0 there
    assert moved(0.5, shift) == pytest.approx(1 / (1 + math.exp(-shift)))
    assert shift_by_marks([]) == 0.0


def test_marks_that_contradict_each_other_hold_each_other() -> None:
    assert shift_by_marks([(0.5, True), (0.5, False)]) == pytest.approx(0.0, abs=1e-9)
    assert abs(shift_by_marks([(0.4, True), (0.6, False)] * 50)) < 1e-6


@given(MARKS, st.floats(0.0, 1.0), st.booleans())
def test_a_further_mark_moves_towards_what_it_says(
    marks: list[tuple[float, bool]], chance: float, copy: bool
) -> None:
    before, after = shift_by_marks(marks), shift_by_marks([*marks, (chance, copy)])
    assert after >= before - 1e-9 if copy else after <= before + 1e-9
    assert shift_by_marks(marks[::-1]) == pytest.approx(before, abs=1e-6)


def picture(chance: float, marked: bool | None = None, shift: float = 0.0) -> Candidate:
    return Candidate(
        "c", "a", 0, 1, "picture", 0.4, 0.1, more_scores={CHANCE: chance}, marked_copy=marked,
        copy_shift=shift,
    )  # fmt: skip


def test_a_picture_counts_as_a_copy_from_one_half_on() -> None:
    assert picture(0.5).overfit and not picture(0.49).overfit
    assert picture(0.2, shift=2.0).overfit and not picture(0.8, shift=-2.0).overfit


@given(st.floats(0.0, 1.0), st.booleans(), st.floats(-5.0, 5.0))
def test_what_a_person_marked_counts(chance: float, marked: bool, shift: float) -> None:
    one = picture(chance, marked, shift)
    assert one.overfit == marked
    assert one.chance == float(marked)
    assert one.overfit_by == ("person" if marked else "")


def test_a_published_count_does_not_ask_for_the_chance() -> None:
    one = replace(picture(0.99), copy_detectors="prompts")
    assert not one.overfit and one.chance == 0.0
    assert replace(picture(0.99), remark="flat").chance == 0.0
