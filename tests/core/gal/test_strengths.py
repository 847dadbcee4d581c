"""Eq. G13: the strengths of an anchor's candidates."""

from hypothesis import given
from hypothesis import strategies as st

from gal_studio.core.gal.strengths import LEVELS, candidate_strength

LOWEST = st.floats(0, 1)


@given(LOWEST, st.integers(0, 1000))
def test_they_fall_from_one_to_the_lowest_and_start_again(lowest: float, turn: int) -> None:
    drawn = [candidate_strength(lowest, turn * LEVELS + place) for place in range(LEVELS)]
    assert drawn == sorted(drawn, reverse=True)
    assert drawn[0] == 1 and abs(drawn[-1] - lowest) < 1e-12
    assert all(lowest - 1e-12 <= strength <= 1 for strength in drawn)
    assert drawn == [candidate_strength(lowest, place) for place in range(LEVELS)]


@given(st.integers(0, 1000))
def test_one_for_the_lowest_draws_all_as_published(index: int) -> None:
    assert candidate_strength(1.0, index) == 1.0
