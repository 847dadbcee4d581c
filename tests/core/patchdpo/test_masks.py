"""Resampling of masks and paintings."""

import numpy as np
import pytest

from gal_studio.core.errors import StudioError
from gal_studio.core.patchdpo.masks import (
    check_size,
    foreground_patches,
    painted_shares,
    part_patches,
    resize,
    shrink,
)


def test_bilinear_with_half_pixel_centres_by_hand() -> None:
    # the new centres lie at -0.25, 0.25, 0.75, 1.25 of the old ones; the edges repeat
    assert resize(np.array([[0.0, 1.0]]), 1, 4).tolist() == [[0.0, 0.25, 0.75, 1.0]]
    assert resize(np.array([[0.0, 1.0, 2.0, 3.0]]), 1, 2).tolist() == [[0.5, 2.5]]


def test_bilinear_agrees_with_torch() -> None:
    torch = pytest.importorskip("torch")
    values = np.random.default_rng(0).random((5, 7))
    for size in ((16, 9), (3, 4), (5, 7), (1, 1)):
        expected = torch.nn.functional.interpolate(
            torch.tensor(values)[None, None], size=size, mode="bilinear", align_corners=False
        )
        np.testing.assert_allclose(resize(values, *size), expected[0, 0].numpy(), atol=1e-12)


def test_one_patch_fills_everything() -> None:
    assert resize(np.array([[0.4]]), 2, 3).tolist() == [[0.4] * 3] * 2


def test_shrinking_is_the_mean_of_each_cell() -> None:
    assert shrink(np.array([[1.0, 0.0, 0.0, 1.0], [1.0, 1.0, 0.0, 1.0]]), 1, 2).tolist() == [[0.75, 0.5]]


def test_cells_may_split_pixels() -> None:
    # three pixels to two cells: the middle one belongs to both, half each
    np.testing.assert_allclose(shrink(np.array([[1.0, 0.0, 1.0]]), 1, 2), [[2 / 3, 2 / 3]])
    np.testing.assert_allclose(shrink(np.array([[1.0, 0.0]]), 1, 3), [[1.0, 0.5, 0.0]])


def test_shrinking_keeps_the_mean() -> None:
    values = np.random.default_rng(0).random((37, 53))
    assert shrink(values, 16, 16).mean() == pytest.approx(values.mean())


def test_foreground_patches_by_share_of_area() -> None:
    mask = np.zeros((4, 4))
    mask[:2, :2], mask[2:, 0] = 1, 1
    assert foreground_patches(mask, 2, 2).tolist() == [[True, False], [True, False]]
    assert foreground_patches(mask, 2, 2, share=0.6).tolist() == [[True, False], [False, False]]


@pytest.mark.parametrize(
    ("mask", "message"),
    [
        (np.zeros((8, 8)), "covers nothing"),
        (np.ones((8, 8)), "covers everything"),
        (np.pad(np.ones((1, 1)), ((0, 7), (0, 7))), "too small to judge"),
    ],
)
def test_unusable_masks_are_refused(mask: np.ndarray, message: str) -> None:
    with pytest.raises(StudioError, match=message):
        foreground_patches(mask, 2, 2)


def test_the_error_names_the_reference() -> None:
    with pytest.raises(StudioError, match="mask of 'A cat on a rug' is too small to judge"):
        foreground_patches(np.pad(np.ones((1, 1)), ((0, 7), (0, 7))), 2, 2, prompt="A cat on a rug")


def test_a_small_painted_part_counts_in_its_largest_patch() -> None:
    mask = np.zeros((8, 8))
    mask[0, :5] = 1  # four pixels in one patch, one in the next
    assert part_patches(mask, 2, 2).tolist() == [[True, False], [False, False]]
    mask[:4, :4] = 1
    assert part_patches(mask, 2, 2).tolist() == foreground_patches(mask, 2, 2).tolist()
    assert part_patches(np.ones((8, 8)), 2, 2).all()
    with pytest.raises(StudioError, match="covers nothing"):
        part_patches(np.zeros((8, 8)), 2, 2)


def test_painted_shares() -> None:
    bad, good = painted_shares(np.array([[0, 128, 255, 64]], np.uint8), 1, 2)
    assert bad.tolist() == [[0.5, 0.25]]
    assert good.tolist() == [[0.0, 0.5]]


def test_a_painting_with_several_channels_is_refused() -> None:
    with pytest.raises(StudioError, match="one channel"):
        painted_shares(np.zeros((4, 4, 3), np.uint8), 2, 2)


def test_a_mask_of_another_size_is_refused() -> None:
    check_size("mask", (4, 3), (4, 3))
    with pytest.raises(StudioError, match="mask is 3 x 4 pixels and its image 4 x 3"):
        check_size("mask", (3, 4), (4, 3))
