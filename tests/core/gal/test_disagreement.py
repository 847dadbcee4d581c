"""Where runs disagree (Eq. G21), by hand and by its properties."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gal_studio.core.gal.disagreement import area_disagreement, copy_disagreement, disagreement
from gal_studio.core.types import AREA_DISAGREEMENT, COPY_DISAGREEMENT
from tests.core.builders import anchor, candidate

CHANCES = st.lists(st.floats(0.0, 1.0), min_size=1, max_size=5)


def features(*rows: float) -> np.ndarray:
    """Two patches with unit features at these angles."""
    return np.array([[[math.cos(angle), math.sin(angle)] for angle in rows]], dtype=np.float32)


def test_one_sure_of_a_copy_and_one_of_none_disagree_by_a_whole_bit() -> None:
    assert copy_disagreement([0.0, 1.0]) == pytest.approx(math.log(2.0))
    assert copy_disagreement([0.5, 0.5]) == 0.0, "both know nothing, and agree on that"
    by_hand = math.log(2.0) - (-0.2 * math.log(0.2) - 0.8 * math.log(0.8))
    assert copy_disagreement([0.2, 0.8]) == pytest.approx(by_hand)


@given(CHANCES)
def test_it_is_bounded_and_blind_to_order_and_sides(chances: list[float]) -> None:
    found = copy_disagreement(chances)
    assert 0.0 <= found <= math.log(2.0) + 1e-12
    assert copy_disagreement(chances[::-1]) == pytest.approx(found, abs=1e-12)
    assert copy_disagreement([1.0 - chance for chance in chances]) == pytest.approx(found, abs=1e-9)


@given(st.floats(0.0, 1.0), st.integers(2, 5))
def test_equal_trainings_disagree_exactly_by_nothing(chance: float, number: int) -> None:
    assert copy_disagreement([chance] * number) == 0.0
    row = features(chance, 3.0 * chance)
    assert (area_disagreement([row] * number) == 0.0).all()


def test_areas_differ_where_they_show_something_else() -> None:
    found = area_disagreement([features(0.0, 0.0), features(0.0, math.pi / 3), features(0.0, math.pi)])
    assert found.shape == (1, 2)
    assert found[0, 0] == 0.0
    assert found[0, 1] == pytest.approx(1.0)  # the mean of 1/2, 2 and 3/2, at most 1
    assert area_disagreement([features(0.0, 0.0), features(0.0, math.pi / 3)])[0, 1] == pytest.approx(0.5)


def test_a_prompt_has_the_mean_of_its_compared_pictures() -> None:
    one, other, left = (candidate(anchor(0), index, 0.3, 0.2) for index in range(3))
    one = replace(one, more_scores={COPY_DISAGREEMENT: 0.1, AREA_DISAGREEMENT: 0.3})
    other = replace(other, more_scores={COPY_DISAGREEMENT: 0.3, AREA_DISAGREEMENT: 0.5})
    found = disagreement([one, other, left])
    assert found is not None
    assert (found.pictures, found.copies, found.areas) == pytest.approx((2, 0.2, 0.4))
    assert disagreement([left]) is None
    without = disagreement([replace(one, more_scores={COPY_DISAGREEMENT: 0.1})])
    assert without is not None and without.areas is None


def test_nothing_to_compare_is_refused() -> None:
    with pytest.raises(ValueError, match="no training"):
        copy_disagreement([])
    with pytest.raises(ValueError, match="at least two"):
        area_disagreement([features(0.0, 0.0)])
