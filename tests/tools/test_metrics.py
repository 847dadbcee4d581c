"""Each metric by hand, then against scikit-learn and the plain definition."""

import math

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.pocket.evaluation.metrics import anchors_chi_square, chi_square_tail, cohens_kappa, roc_auc

FLAGS = st.lists(st.booleans(), min_size=2, max_size=40)


def test_kappa_by_hand():
    """35 of 50 agree, 0.7; by chance 0.5 * 0.6 + 0.5 * 0.4 = 0.5; kappa = 0.2 / 0.5."""
    first = [True] * 25 + [False] * 25
    second = [True] * 20 + [False] * 5 + [True] * 10 + [False] * 15
    assert cohens_kappa(first, second) == pytest.approx(0.4)


def test_kappa_of_agreement_and_opposition():
    assert cohens_kappa([True, False], [True, False]) == 1.0
    assert cohens_kappa([True, False], [False, True]) == -1.0
    assert math.isnan(cohens_kappa([True, True], [True, True]))
    with pytest.raises(ValueError, match="one length"):
        cohens_kappa([True], [True, False])


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=40))
def test_kappa_is_symmetric_and_bounded(pairs):
    first, second = zip(*pairs, strict=True)
    value = cohens_kappa(first, second)
    assert math.isnan(value) or (
        -1.0 <= value <= 1.0 + 1e-12 and value == pytest.approx(cohens_kappa(second, first))
    )


def test_auc_by_hand():
    """Pairs: 0.9 beats 0.5 and 0.1; 0.5 ties with 0.5 and beats 0.1: 3.5 of 4."""
    assert roc_auc([True, True, False, False], [0.9, 0.5, 0.5, 0.1]) == 0.875
    assert math.isnan(roc_auc([True, True], [0.9, 0.5]))


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=1, max_size=30))
def test_auc_is_the_share_of_pairs(rows):
    truth, scores = zip(*rows, strict=True)
    good = [score for flag, score in rows if flag]
    bad = [score for flag, score in rows if not flag]
    value = roc_auc(truth, scores)
    if not good or not bad:
        assert math.isnan(value)
        return
    won = sum((high > low) + 0.5 * (high == low) for high in good for low in bad)
    assert value == pytest.approx(won / (len(good) * len(bad)))
    assert roc_auc(truth, [-score for score in scores]) == pytest.approx(1 - value)


def test_auc_refuses_what_cannot_be_ordered():
    with pytest.raises(ValueError, match="finite"):
        roc_auc([True, False], [math.nan, 0.0])
    with pytest.raises(ValueError, match="one score"):
        roc_auc([True, False], [0.0])


def test_the_figures_agree_with_scikit_learn():
    sklearn = pytest.importorskip("sklearn.metrics")
    rng = numpy.random.default_rng(0)
    truth, scores = rng.random(180) < 0.4, rng.integers(0, 20, 180) / 20
    flags = scores > 0.5
    assert roc_auc(truth, scores) == pytest.approx(sklearn.roc_auc_score(truth, scores))
    assert cohens_kappa(truth, flags) == pytest.approx(sklearn.cohen_kappa_score(truth, flags))


def test_chi_square_by_hand():
    """8 and 2 of 10, common rate 0.5: four cells of (3^2 / 5) = 7.2 on one degree, p = 0.0073."""
    result = anchors_chi_square([8, 2], [10, 10])
    assert (result.statistic, result.degrees) == (pytest.approx(7.2), 1)
    assert result.p_value == pytest.approx(0.007290, abs=1e-6)


@pytest.mark.parametrize(
    ("statistic", "degrees"), [(3.841459, 1), (5.991465, 2), (7.814728, 3), (18.307038, 10), (27.587112, 17)]
)
def test_the_tail_at_the_printed_five_percent_points(statistic, degrees):
    assert chi_square_tail(statistic, degrees) == pytest.approx(0.05, abs=1e-6)


@given(st.floats(0.0, 300.0), st.floats(0.0, 300.0), st.integers(1, 60))
def test_the_tail_falls_and_stays_a_probability(first, second, degrees):
    low, high = sorted((first, second))
    assert 0.0 <= chi_square_tail(high, degrees) <= chi_square_tail(low, degrees) + 1e-12 <= 1.0 + 1e-12


def test_the_tail_agrees_with_scipy():
    stats = pytest.importorskip("scipy.stats")
    for degrees in (1, 2, 5, 17, 40):
        for statistic in (0.0, 0.3, 4.0, 17.0, 90.0):
            expected = stats.chi2.sf(statistic, degrees)
            assert chi_square_tail(statistic, degrees) == pytest.approx(expected, rel=1e-9, abs=1e-300)


def test_equal_anchors_do_not_differ():
    assert anchors_chi_square([4, 4, 4], [10, 10, 10]).p_value == pytest.approx(1.0)
    assert anchors_chi_square([0, 0], [10, 10]).p_value == 1.0
    assert anchors_chi_square([10, 10], [10, 10]).statistic == 0.0


@pytest.mark.parametrize(("overfit", "candidates"), [([1], [10]), ([11, 1], [10, 10]), ([0, 0], [0, 10])])
def test_impossible_counts_are_refused(overfit, candidates):
    with pytest.raises(ValueError, match="anchor"):
        anchors_chi_square(overfit, candidates)
