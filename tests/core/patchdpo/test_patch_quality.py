"""Eq. P4 to P7, checked by hand on maps of a few patches."""

from math import log2

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gal_studio.core.errors import StudioError
from gal_studio.core.patchdpo.patch_quality import (
    Limits,
    appears,
    assign_subjects,
    paint_over,
    pair_weights,
    quality,
    quality_by_subject,
    reproduction,
    rescale,
    smooth,
)

EAST, NORTH, WEST = [1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]
BETWEEN = [0.6, 0.8]


def features(*rows: list[list[float]]) -> np.ndarray:
    return np.array(rows)


X = features([EAST, WEST])  # (1, 2, 2)
Y = features([EAST, BETWEEN], [NORTH, NORTH])  # (2, 2, 2)


def test_quality_is_the_best_match_among_the_references_patches() -> None:
    # east finds east (1); west's best is north (0), for between is at -0.6
    assert quality(X, [(Y, None)]).tolist() == [[1.0, 0.0]]


def test_quality_uses_only_the_foreground() -> None:
    mask = np.array([[False, True], [False, False]])
    np.testing.assert_allclose(quality(X, [(Y, mask)]), [[0.6, -0.6]])


def test_quality_takes_the_best_of_all_references() -> None:
    other = features([WEST])
    assert quality(X, [(Y, None), (other, None)]).tolist() == [[1.0, 1.0]]


def test_quality_needs_a_reference_and_a_foreground() -> None:
    with pytest.raises(StudioError, match="no reference"):
        quality(X, [])
    with pytest.raises(StudioError, match="No subject was found"):
        quality(X, [(Y, np.zeros((2, 2), bool))])


def test_reproduction_is_the_best_match_among_the_generated_patches() -> None:
    # between meets east at 0.6; north meets neither
    np.testing.assert_allclose(reproduction(Y, [X]), [[1.0, 0.6], [0.0, 0.0]])


def test_reproduction_by_several_pictures_within_a_mask() -> None:
    second = features([NORTH])
    np.testing.assert_allclose(reproduction(Y, [X, second]), [[1.0, 0.8], [1.0, 1.0]])
    mask = np.array([[False, True], [True, False]])
    np.testing.assert_allclose(reproduction(Y, [X, second], mask), [[0.0, 0.8], [1.0, 0.0]])
    with pytest.raises(StudioError, match="no generated image"):
        reproduction(Y, [])


def test_a_patch_painted_bad_reproduces_nothing() -> None:
    bad = np.array([[0, 128]], np.uint8)
    # without the east patch, west is all there is: east -1, between -0.6, north 0
    np.testing.assert_allclose(reproduction(Y, [X], paintings=[bad]), [[-1.0, -0.6], [0.0, 0.0]])
    np.testing.assert_allclose(reproduction(Y, [X], paintings=[None]), reproduction(Y, [X]))


def test_patches_matching_one_painted_good_are_reproduced() -> None:
    good = np.array([[255, 128]], np.uint8)
    np.testing.assert_allclose(reproduction(Y, [X], paintings=[good]), [[1.0, 1.0], [1.0, 1.0]])
    far = np.array([[128, 255]], np.uint8)  # west is nobody's best match
    np.testing.assert_allclose(reproduction(Y, [X], paintings=[far]), reproduction(Y, [X]))


def test_partially_painted_patches_count_partially() -> None:
    half = np.array([[0, 128, 128, 128]], np.uint8)
    # the east patch is believed by half: (1 - 0.5) * 1 - 0.5 = 0
    assert reproduction(Y, [X], paintings=[half])[0, 0] == pytest.approx(0.0)


def test_rescale_by_fixed_limits() -> None:
    found = rescale(np.array([0.2, 0.4, 0.5, 0.8, 0.9]), Limits(0.4, 0.8))
    np.testing.assert_allclose(found, [0.0, 0.0, 0.25, 1.0, 1.0])


def test_a_picture_without_a_good_patch_has_no_1() -> None:
    assert rescale(np.full((4, 4), 0.45), Limits(0.4, 0.8)).max() < 0.2


@pytest.mark.parametrize(
    ("references", "low"), [(0, 0.2), (1, 0.2), (2, 0.4), (3, 0.4 + 0.1 * log2(1.5)), (4, 0.5), (9, 0.5)]
)
def test_among_more_references_the_low_limit_is_higher(references: int, low: float) -> None:
    among = Limits(0.2, 0.8, (0.4, 0.5)).among(references)
    assert (among.low, among.high) == (pytest.approx(low), 0.8)
    assert Limits(0.2, 0.8).among(references).low == 0.2


@pytest.mark.parametrize(
    "limits", [(0.5, 0.5), (0.8, 0.4), (float("nan"), 0.5), (-2.0, 0.5), (0.1, 0.5, (0.3, 0.6))]
)
def test_unordered_limits_are_refused(limits: tuple[float, float]) -> None:
    with pytest.raises(StudioError, match="another vision model"):
        Limits(*limits)


def test_a_painting_overrides_the_estimate() -> None:
    estimated = np.array([[0.3, 0.3, 0.3]])
    assert paint_over(estimated, np.array([[0, 128, 255]], np.uint8)).tolist() == [[0.0, 0.3, 1.0]]
    assert paint_over(estimated, None).tolist() == estimated.tolist()


def test_a_painting_counts_by_area() -> None:
    painting = np.full((4, 4), 128, np.uint8)
    painting[:2, :2] = 255
    painting[:2, 2] = 0
    found = paint_over(np.full((2, 2), 0.6), painting)
    np.testing.assert_allclose(found, [[1.0, 0.3], [0.6, 0.6]])


@given(arrays(np.uint8, (6, 4)), arrays(np.float64, (3, 2), elements=st.floats(0, 1)))
def test_painted_maps_stay_between_0_and_1(painting: np.ndarray, estimated: np.ndarray) -> None:
    found = paint_over(estimated, painting)
    assert found.min() >= -1e-12 and found.max() <= 1 + 1e-12


def test_weights_of_a_pair_by_hand() -> None:
    reproduced, judged = np.array([[0.25, 0.5]]), np.array([[0.75, 0.9]])
    found = pair_weights(reproduced, judged, np.array([[True, False]]), np.array([[True, False]]), 0.3)
    np.testing.assert_allclose(found, [[[0.75, 0.0]], [[0.75, 0.3]]])


def test_weights_without_masks_are_those_of_the_published_loss() -> None:
    reproduced, judged = np.array([[0.25, 0.5]]), np.array([[0.75, 0.9]])
    np.testing.assert_allclose(
        pair_weights(reproduced, judged, None, None, 0.3), [[[0.75, 0.5]], [[0.75, 0.9]]]
    )


def test_uniform_weights_keep_masks_and_ignore_the_painting() -> None:
    maps = np.array([[0.25, 0.5]]), np.array([[0.75, 0.9]])
    mask, painting = np.array([[1.0, 0.0]]), np.array([[0, 0]], np.uint8)
    found = pair_weights(*maps, mask, mask, 0.3, uniform=True, painting=painting)
    np.testing.assert_allclose(found, [[[1.0, 0.0]], [[1.0, 0.3]]])


def test_an_even_reference_has_a_fixed_mean_and_keeps_its_distribution() -> None:
    little, much = np.array([[0.9, 0.5, 0.0]]), np.array([[0.4, 0.2, 0.0]])
    mask = np.array([[True, True, False]])
    for reproduced in (little, much):
        found = pair_weights(reproduced, np.ones((1, 3)), mask, None, 0.3, even=True)
        assert found[0][mask].mean() == pytest.approx(1.0)
        np.testing.assert_allclose(
            found[0] * (1 - reproduced)[mask].mean(), np.where(mask, 1 - reproduced, 0)
        )
    np.testing.assert_allclose(found[1], 1.0)  # x weighs as without it


def test_a_fully_reproduced_reference_is_not_amplified() -> None:
    found = pair_weights(np.full((2, 2), 0.98), np.ones((2, 2)), None, None, 0.3, even=True)
    np.testing.assert_allclose(found[0], 0.02 / 0.25)


def test_a_painting_raises_an_even_reference_locally_only() -> None:
    estimated, painted = np.array([[0.4, 0.6, 0.8]]), np.array([[0.0, 0.6, 0.8]])
    right = np.ones((1, 3))
    before = pair_weights(estimated, right, None, None, 0.3, even=True)[0]
    after = pair_weights(painted, right, None, None, 0.3, even=True, estimated=estimated)[0]
    np.testing.assert_allclose(after[0, 1:], before[0, 1:])
    np.testing.assert_allclose(after[0, 0], 1 / 0.4)  # the mean of 0.6, 0.4 and 0.2


def test_even_does_not_change_uniform_weights() -> None:
    maps = np.array([[0.25, 0.5]]), np.array([[0.75, 0.9]])
    plain, even = (pair_weights(*maps, None, None, 0.3, uniform=True, even=even) for even in (False, True))
    np.testing.assert_allclose(plain, even)


def test_a_painting_overrides_the_background_weight() -> None:
    maps, mask = (np.array([[0.25, 0.5]]), np.array([[0.75, 0.9]])), np.array([[1.0, 0.0]])
    found = pair_weights(*maps, mask, mask, 0.3, painting=np.array([[0, 255]], np.uint8))
    np.testing.assert_allclose(found[1], [[0.0, 1.0]])


def test_each_subject_is_judged_by_its_own_references() -> None:
    subjects = {"one": [(features([EAST]), None)], "two": [(features([WEST]), None)]}
    maps = quality_by_subject(features([EAST, WEST, BETWEEN]), subjects)
    np.testing.assert_allclose(maps["one"], [[1.0, -1.0, 0.6]])
    np.testing.assert_allclose(maps["two"], [[-1.0, 1.0, -0.6]])
    both = quality(features([EAST, WEST, BETWEEN]), [part for parts in subjects.values() for part in parts])
    np.testing.assert_allclose(np.maximum(maps["one"], maps["two"]), both)


def test_patches_are_assigned_to_the_most_similar_subject() -> None:
    flags = assign_subjects({"one": np.array([[0.9, 0.1, 0.5]]), "two": np.array([[0.2, 0.8, 0.5]])})
    assert flags["one"].tolist() == [[True, False, True]]
    assert flags["two"].tolist() == [[False, True, False]]


def test_patches_of_another_subject_reproduce_nothing() -> None:
    np.testing.assert_allclose(reproduction(Y, [X], regions=[None]), reproduction(Y, [X]))
    region = np.array([[False, True]])
    np.testing.assert_allclose(reproduction(Y, [X], regions=[region]), reproduction(Y, [X[:, 1:]]))
    assert (reproduction(Y, [X], regions=[np.zeros((1, 2), bool)]) == -1).all()


def test_a_subject_appears_if_enough_of_it_is_reproduced() -> None:
    assert appears(np.array([0.1, 0.4]))
    assert not appears(np.full(9, 0.1))
    assert not appears(np.zeros(0))


def test_smoothing_stays_within_the_foreground() -> None:
    values = np.zeros((8, 8))
    values[2, 2], values[7, 7] = 1.0, 100.0
    inside = np.zeros((8, 8), dtype=bool)
    inside[1:5, 1:5] = True
    found = smooth(values, inside)
    assert found[7, 7] == 100.0 and found[6, 6] == 0.0  # outside nothing changes
    assert 0 < found[4, 4] < found[2, 3] < found[2, 2] < 1  # the far 100 never counts
    assert np.allclose(smooth(np.full((8, 8), 0.3), inside), 0.3)
    assert np.array_equal(smooth(values, None), values)
