"""Measurements of Eq. G2: agreement with the judge, and whether the anchors differ by more than chance."""

import numpy
import pytest

from workshop.pocket.evaluation.evaluate import agreement, chance

pytestmark = pytest.mark.thorough


def test_agreement_by_hand() -> None:
    """Flagged: the first two; 2 of 4 agree, as by chance: kappa 0. 3 of 4 pairs are in order."""
    margin = numpy.array([-0.2, -0.1, 0.1, 0.3])
    told = agreement(margin, numpy.array([True, False, True, False]))
    assert told["kappa"] == pytest.approx(0.0)
    assert told["area_under_roc"] == pytest.approx(0.75)
    assert (told["pictures"], told["overfit_rate"], told["judged_rate"]) == (4, 0.5, 0.5)


def test_chance_by_hand() -> None:
    """8 and 2 of 10, common rate 0.5: four cells of 3^2 / 5 = 7.2 on one degree, p = 0.0073."""
    assert chance(numpy.array([8, 2]), 10) == pytest.approx(0.007290, abs=1e-6)
    assert chance(numpy.array([4, 4, 4]), 10) == pytest.approx(1.0)
    assert chance(numpy.array([0, 0]), 10) == chance(numpy.array([10, 10]), 10) == 1.0
