"""Eq. G1 to G4: cases by hand, then properties."""

import math
from dataclasses import replace

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gal_studio.core.errors import StudioError
from gal_studio.core.gal.uncertainty import (
    entropy,
    group_by_anchor,
    overfit_rate,
    reference_similarity,
    score_anchor,
    score_pool,
    similarity,
)
from gal_studio.core.recipe import Recipe
from gal_studio.core.types import ASKED, CHANCE
from tests.core.builders import anchor, candidate, candidates_of, margins

LN2 = math.log(2.0)


def unit(*rows):
    values = numpy.asarray(rows, dtype=float)
    return values / numpy.linalg.norm(values, axis=1, keepdims=True)


def test_similarity_is_the_inner_product_by_hand():
    pictures, texts = [[1.0, 0.0], [0.6, 0.8]], [[0.8, 0.6], [0.0, 1.0], [-1.0, 0.0]]
    assert similarity(pictures, texts) == pytest.approx(numpy.array([[0.8, 0.0, -1.0], [0.96, 0.8, -0.6]]))


@given(st.integers(1, 12), st.integers(1, 5), st.integers(2, 40), st.integers(0, 2**32 - 1))
def test_similarity_is_bounded_and_does_not_depend_on_the_batch(pictures, texts, size, seed):
    rng = numpy.random.default_rng(seed)
    images, words = unit(*rng.normal(size=(pictures, size))), unit(*rng.normal(size=(texts, size)))
    values = similarity(images, words)
    assert values.shape == (pictures, texts)
    assert numpy.all(numpy.abs(values) <= 1.0)
    for row in range(pictures):
        assert numpy.array_equal(similarity(images[row : row + 1], words)[0], values[row])


def test_half_precision_features_are_compared_in_double_precision():
    features = unit([1.0, 2.0, 3.0]).astype(numpy.float16)
    values = similarity(features, features)
    assert values.dtype == numpy.float64
    assert values[0, 0] == pytest.approx(1.0, abs=2e-3)


@pytest.mark.parametrize(
    ("images", "texts", "problem", "words"),
    [
        ([[numpy.nan, 1.0]], [[1.0, 0.0]], StudioError, "image features that are not finite"),
        ([[1.0, 0.0]], [[numpy.inf, 1.0]], StudioError, "text features that are not finite"),
        ([[2.0, 0.0]], [[1.0, 0.0]], ValueError, "instead of 1"),
        ([1.0, 0.0], [[1.0, 0.0]], ValueError, "instead of \\(n, d\\)"),
        ([[1.0, 0.0]], [[1.0, 0.0, 0.0]], ValueError, "2 and 3 dimensions"),
    ],
)
def test_invalid_features_are_refused(images, texts, problem, words):
    with pytest.raises(problem, match=words):
        similarity(images, texts)


def test_the_reference_similarity_is_the_maximum_even_below_zero():
    """The published maximum starts at 0; ours does not."""
    values = reference_similarity([[-1.0, 0.0]], unit([1.0, 0.0], [0.6, 0.8]))
    assert values == pytest.approx([-0.6])
    with pytest.raises(ValueError, match="no reference prompt"):
        reference_similarity([[1.0, 0.0]], numpy.empty((0, 2)))


def test_equality_counts_as_a_copy():
    values = ((0.3, 0.2), (0.2, 0.3), (0.25, 0.25))
    assert [candidate(anchor(0), 0, *pair).overfit for pair in values] == [False, True, True]


def test_the_overfit_rate_by_hand():
    assert overfit_rate([True, True, True, False]) == 0.75
    with pytest.raises(StudioError, match="generate its images first"):
        overfit_rate([])


def test_entropy_by_hand():
    assert entropy(0.5) == pytest.approx(0.6931471805599453)
    assert entropy(0.1) == pytest.approx(0.3250829733914482)
    assert entropy(0.4) == pytest.approx(0.6730116670092565)
    assert entropy(0.0) == entropy(1.0) == 0.0


@given(st.floats(0.0, 1.0))
def test_entropy_is_symmetric_and_bounded(rate):
    assert 0.0 <= entropy(rate) <= LN2
    assert entropy(rate) == pytest.approx(entropy(1.0 - rate), abs=1e-12)


@given(st.floats(0.0, 0.5), st.floats(0.0, 0.5))
def test_entropy_grows_towards_one_half(first, second):
    low, high = sorted((first, second))
    assert entropy(low) <= entropy(high) + 1e-15


@pytest.mark.parametrize("rate", [-0.1, 1.1, math.nan, math.inf])
def test_entropy_refuses_invalid_rates(rate):
    with pytest.raises(ValueError, match="is not in"):
        entropy(rate)


def test_score_of_an_anchor_by_hand():
    tie = anchor(0)
    score = score_anchor(tie, candidates_of(tie, [-0.25, -0.125, 0.0, 0.5]))
    assert (score.candidates, score.overfit, score.overfit_rate) == (4, 3, 0.75)
    assert score.entropy == pytest.approx(0.5623351446188083)
    assert score.mean_margin == 0.03125


@given(st.integers(1, 40), st.data())
def test_mirrored_counts_have_exactly_the_same_entropy(number, data):
    copies = data.draw(st.integers(0, number))
    tie = anchor(0)
    here = score_anchor(tie, candidates_of(tie, margins(copies, number)))
    mirrored = score_anchor(tie, candidates_of(tie, margins(number - copies, number)))
    assert here.entropy == mirrored.entropy


@given(st.lists(st.floats(-1.0, 0.7), min_size=1, max_size=20), st.randoms(use_true_random=False))
def test_the_order_of_candidates_changes_no_score(values, shuffle):
    tie = anchor(0)
    candidates = candidates_of(tie, values)
    mixed = list(candidates)
    shuffle.shuffle(mixed)
    assert score_anchor(tie, mixed) == score_anchor(tie, candidates)


def test_foreign_and_missing_candidates_are_refused():
    with pytest.raises(ValueError, match="do not belong"):
        score_anchor(anchor(0), candidates_of(anchor(1), [0.5]))
    with pytest.raises(StudioError, match="'A tie in oil painting style' has no images yet"):
        score_anchor(anchor(0), [])


def test_an_incomplete_pool_is_scored():
    anchors = [anchor(0), anchor(1), anchor(2)]
    candidates = candidates_of(anchors[2], [0.5]) + candidates_of(anchors[0], [-0.5, 0.5])
    assert [score.anchor.order for score in score_pool(anchors, candidates)] == [0, 2]


def test_candidates_are_grouped_in_the_order_of_their_seeds():
    made = candidates_of(anchor(0), [0.5, 0.25, 0.125])
    assert [each.index for each in group_by_anchor(made[::-1])["anchor-0"]] == [0, 1, 2]


def chanced(of, chances, recipes=None):
    """Candidates of an anchor with these chances of a copy (Eq. G16), drawn by these recipes."""
    drawn = [Recipe.constant(1.0)] * len(chances) if recipes is None else recipes
    return [
        replace(candidate(of, index, 0.4, 0.1), more_scores={CHANCE: chance}, recipe=recipe)
        for index, (chance, recipe) in enumerate(zip(chances, drawn, strict=True))
    ]


def test_chances_make_an_expected_entropy_by_hand():
    score = score_anchor(anchor(0), chanced(anchor(0), [0.9, 0.6, 0.3, 0.3]))
    assert (score.overfit, score.overfit_rate) == (2, pytest.approx(0.525))
    assert score.entropy == pytest.approx(entropy(0.475))
    assert not score.is_counted


def test_a_mark_overrides_the_chance():
    drawn = [replace(each, marked_copy=False) for each in chanced(anchor(0), [0.9, 0.8])]
    score = score_anchor(anchor(0), drawn)
    assert (score.overfit, score.overfit_rate, score.entropy) == (0, 0.0, 0.0)


def test_prompts_that_share_one_schedule_leave_open_what_all_their_images_do():
    strong, middle, weak = map(Recipe.constant, (1.0, 0.7, 0.4))
    drawn = {
        anchor(0): chanced(anchor(0), [1.0, 0.8, 0.2], [strong, weak, weak]),
        anchor(1): chanced(anchor(1), [0.9, 0.8, 0.4], [strong, middle, middle]),
    }
    known = [
        replace(each, more_scores=each.more_scores | {ASKED: 1.0})
        for group in drawn.values()
        for each in group
    ]
    scores = score_pool(list(drawn), known)
    assert [score.overfit_rate for score in scores] == pytest.approx([2 / 3, 0.7])
    assert all(score.entropy > 0.0 for score in scores)
    two = [replace(known[1], recipe=strong), replace(known[4], recipe=strong)]
    scores = score_pool(list(drawn), [known[0], two[0], known[2], known[3], two[1], known[5]])
    assert [score.overfit_rate for score in scores] == pytest.approx([0.9, 0.85])
