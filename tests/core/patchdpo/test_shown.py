"""The reference in a picture, by hand and on any features."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gal_studio.core.patchdpo.patch_quality import Limits
from gal_studio.core.patchdpo.shown import (
    Match,
    ReferencePatches,
    centred,
    find_reference,
    match,
    score_shown,
    shared_with,
    show_most,
)

LIMITS = Limits(0.2, 0.8)
SIDE = 16


def features(seed: int, side: int = SIDE) -> NDArray[np.float64]:
    """Random unit features (side, side, 24), which hardly resemble each other."""
    drawn = np.random.default_rng(seed).normal(size=(side, side, 24))
    return drawn / np.linalg.norm(drawn, axis=-1, keepdims=True)


def subject(top: int = 4, left: int = 5, height: int = 5, width: int = 4) -> NDArray[np.bool_]:
    patches = np.zeros((SIDE, SIDE), dtype=bool)
    patches[top : top + height, left : left + width] = True
    return patches


def sought(seed: int = 0) -> ReferencePatches:
    return ReferencePatches(features(seed), subject(), np.full((SIDE, SIDE), LIMITS.low))


def pasted(down: int = 0, right: int = 0, rows: int = 5) -> NDArray[np.float64]:
    """Another picture with (the upper `rows` of) the subject of picture 0, displaced."""
    picture, own = features(9), features(0)
    for row, column in np.argwhere(subject(height=rows)):
        picture[row + down, column + right] = own[row, column]
    return picture


def test_a_copy_shows_all_of_it_and_another_picture_little() -> None:
    assert find_reference(sought(), features(0), LIMITS).likeness == pytest.approx(1.0)
    assert find_reference(sought(), features(9), LIMITS).likeness < 0.5


def test_by_hand_two_patches_of_which_one_is_there() -> None:
    east, north = np.array([1.0, 0.0]), np.array([0.0, 1.0])
    reference = np.zeros((4, 4, 2))
    reference[1, 1], reference[2, 2] = east, north
    patches = np.zeros((4, 4), dtype=bool)
    patches[1, 1] = patches[2, 2] = True
    drawn = np.zeros((4, 4, 2))
    drawn[1, 1] = [np.sqrt(0.75), 0.5]  # a cosine of 0.866 to the one; the other is not there
    found = find_reference(ReferencePatches(reference, patches, np.full((4, 4), LIMITS.low)), drawn, LIMITS)
    assert found.likeness == pytest.approx(0.5)
    assert found.map[1, 1] == pytest.approx(1.0)
    drawn[2, 2] = [np.sqrt(0.75), 0.5]  # 0.5 to the other
    found = find_reference(ReferencePatches(reference, patches, np.full((4, 4), LIMITS.low)), drawn, LIMITS)
    assert found.likeness == pytest.approx((1.0 + (0.5 - 0.2) / 0.6) / 2)
    assert found.map[2, 2] == pytest.approx(0.5)
    assert found.map.sum() == pytest.approx(1.5)


@pytest.mark.parametrize(("down", "right"), [(0, 0), (1, 0), (-1, 1), (0, -1)])
def test_the_subject_may_have_moved_a_little(down: int, right: int) -> None:
    found = find_reference(sought(), pasted(down, right), LIMITS)
    assert found.likeness == pytest.approx(1.0)
    rows, columns = np.nonzero(subject())
    assert found.map[rows + down, columns + right].min() == pytest.approx(1.0)


def test_a_subject_elsewhere_is_not_a_memorised_picture() -> None:
    assert find_reference(sought(), pasted(3, 2), LIMITS).likeness < 0.6


def test_a_patch_counts_at_its_own_place_alone() -> None:
    """A thing of the reference's colours has such patches somewhere, but not one by one where they belong."""
    own, mixed = features(0), features(9)
    rows, columns = np.nonzero(subject())
    mixed[rows, columns] = own[rows, columns][np.random.default_rng(4).permutation(len(rows))]
    assert find_reference(sought(), mixed, LIMITS).likeness < 0.5


def test_a_mirrored_picture_shows_it_where_it_is() -> None:
    mirrored = pasted()[:, ::-1]
    found = find_reference(sought(), mirrored, LIMITS)
    assert found.likeness == pytest.approx(1.0)
    assert found.map[:, ::-1][subject()].min() == pytest.approx(1.0)


def test_part_of_it_shows_a_part() -> None:
    whole, part = (find_reference(sought(), pasted(rows=rows), LIMITS).likeness for rows in (5, 3))
    assert 0.6 <= part < whole


def test_several_references_together_show_most() -> None:
    little, much = (Match(value, np.full((2, 2), value), np.zeros(1)) for value in (0.2, 0.7))
    assert show_most([little, much]).likeness == 0.7
    assert show_most([little, much]).map.max() == 0.7


def before_plain_ground() -> NDArray[np.float64]:
    """Picture 0 with a ground of one patch that nothing of its subject resembles."""
    picture = features(0)
    picture[~subject()] = np.linalg.svd(picture[subject()])[2][-1]
    return picture


def test_what_every_accepted_picture_shares_is_the_style() -> None:
    others = [pasted(rows=2), pasted(rows=2)]
    shared = shared_with(before_plain_ground(), subject(), others, LIMITS)
    upper = subject(height=2)
    assert np.all(shared[upper] == pytest.approx(0.5))  # the middle of the limits is the most
    plain, free = (
        find_reference(ReferencePatches(features(0), subject(), low), pasted(rows=2) * 0.65, LIMITS).likeness
        for low in (np.full((SIDE, SIDE), LIMITS.low), shared)
    )
    assert free < plain


def test_one_accepted_copy_among_others_hides_nothing() -> None:
    shared = shared_with(before_plain_ground(), subject(), [features(0), features(9)], LIMITS)
    alone = shared_with(before_plain_ground(), subject(), [features(0)], LIMITS)
    assert np.all(alone == LIMITS.low)
    assert (
        find_reference(ReferencePatches(features(0), subject(), shared), features(0), LIMITS).likeness == 1.0
    )


def test_a_texture_that_the_ground_has_too_is_the_style() -> None:
    reference = before_plain_ground()
    reference[15, 15] = reference[4, 5]  # far from the subject
    reference[10, 6] = reference[8, 6]  # so near that its patch sees the subject
    shared = shared_with(reference, subject(), [], LIMITS)
    assert shared[4, 5] == pytest.approx(0.2 + 0.7 * 0.6)
    assert shared[8, 6] < 0.5


def test_a_subject_that_fills_the_picture_has_no_ground() -> None:
    everything = np.ones((SIDE, SIDE), dtype=bool)
    assert np.all(shared_with(features(0), everything, [], LIMITS) == LIMITS.low)


def test_the_score_is_half_at_the_threshold() -> None:
    assert score_shown(0.3, 0.3) == 0.5
    assert score_shown(0.0, 0.3) == 0.0
    assert score_shown(0.9, 0.3) == 1.0


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1000), st.integers(0, 1000), st.sampled_from([4, 7, 16]))
def test_everything_stays_between_0_and_1(one: int, other: int, side: int) -> None:
    patches = np.random.default_rng(one).random((side, side)) < 0.5
    patches[0, 0] = True
    target = ReferencePatches(features(one, side), patches, np.full((side, side), LIMITS.low))
    found = find_reference(target, features(other, side), LIMITS)
    assert 0.0 <= found.likeness <= 1.0
    assert found.map.shape == (side, side)
    assert found.map.min() >= 0.0
    assert found.map.max() <= 1.0
    assert found.likeness <= find_reference(target, features(one, side), LIMITS).likeness + 1e-9


def test_the_match_is_a_mean_cosine_which_the_style_does_not_lower() -> None:
    shared = ReferencePatches(features(0), subject(), np.full((SIDE, SIDE), 0.7))
    assert match(sought(), features(0)) == match(shared, features(0)) == pytest.approx(1.0)
    assert match(sought(), pasted(down=1)) > 0.98
    half = match(sought(), pasted(rows=2))
    assert match(sought(), features(9)) < half < 0.9


def test_what_all_patches_of_a_picture_share_is_no_match() -> None:
    def styled(one: NDArray[np.float64], style: NDArray[np.float64]) -> NDArray[np.float64]:
        return (one + 3 * style) / np.linalg.norm(one + 3 * style, axis=-1, keepdims=True)

    style, other = np.eye(24)[0], np.eye(24)[1]
    target = ReferencePatches(styled(features(0), style), subject(), np.zeros((SIDE, SIDE)))
    copy, stranger = styled(features(0), other), styled(features(9), style)
    assert match(target, copy) > 0.9
    assert match(target, stranger) < 0.4


def test_centred_features_have_unit_length_and_a_blank_picture_has_none() -> None:
    assert np.linalg.norm(centred(features(3)), axis=-1) == pytest.approx(1.0)
    blank = np.broadcast_to(features(1)[0, 0], (SIDE, SIDE, 24))
    assert not centred(blank).any()
    assert match(sought(), blank) == 0.0
