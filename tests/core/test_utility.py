"""How useful a picture is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gal_studio.core.utility import KEPT_FROM, kept_chance, utility

SHARES = st.floats(0.0, 1.0)


@pytest.mark.parametrize(
    ("copy_chance", "asked", "carried", "useful"),
    [
        (0.25, 0.5, 0.8, 0.3),
        (1.0, 1.0, 1.0, 0.0),  # a copy
        (0.0, 0.0, 1.0, 0.0),  # something else
        (0.0, 1.0, -0.4, 0.0),  # less of the style than the base model's pictures
        (0.0, 1.0, 1.5, 1.0),  # more than all of it is all of it
        (0.25, None, 0.8, 0.6),
        (0.25, 0.5, None, 0.375),
    ],
)
def test_by_hand(copy_chance: float, asked: float | None, carried: float | None, useful: float) -> None:
    assert utility(copy_chance, asked, carried) == pytest.approx(useful)


@given(SHARES, SHARES, SHARES, st.floats(-1.0, 1.5))
def test_a_probable_copy_is_never_the_better_one(
    one: float, other: float, asked: float, carries: float
) -> None:
    less, more = sorted((one, other))
    assert 0.0 <= utility(more, asked, carries) <= utility(less, asked, carries) <= 1.0


def test_what_is_kept_is_a_share_of_what_full_strength_has() -> None:
    assert kept_chance(KEPT_FROM * 0.8, 0.8) == pytest.approx(0.5)
    assert kept_chance(0.8, 0.8) == pytest.approx(1 / (1 + 2.718281828 ** (-15 * 0.35)), abs=1e-6)
    assert kept_chance(-1.0, 0.06) == pytest.approx(0.0)
    assert kept_chance(0.5, 0.049) is None, "of a LoRA that changes nothing, nobody knows"
