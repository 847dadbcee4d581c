"""What is learned of a picture, its square or its own shape, and what is said of the rest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gal_studio.core.pictures.crop import about_crop, about_shape, bucket, cut_off, margin, square_box


@pytest.mark.parametrize(
    ("size", "at", "box"),
    [
        ((160, 640), 0.0, (0, 0, 160, 160)),
        ((160, 640), 0.5, (0, 240, 160, 400)),
        ((160, 640), 1.0, (0, 480, 160, 640)),
        ((300, 100), 0.25, (50, 0, 150, 100)),
        ((64, 64), 0.9, (0, 0, 64, 64)),
    ],
)
def test_the_square_moves_along_the_longer_side(
    size: tuple[int, int], at: float, box: tuple[int, int, int, int]
) -> None:
    assert square_box(size, at) == box


def test_what_is_cut_off_is_told_from_a_twentieth_on() -> None:
    assert cut_off((160, 640)) == 0.75
    assert about_crop((160, 640)) == (
        "cropped to the center square (75% cut off at the top and at the bottom)"
    )
    assert "50% cut off at the left and at the right" in about_crop((200, 100))
    assert about_crop((100, 104)) == ""


@pytest.mark.parametrize(
    ("size", "resolution", "grid", "kept"),
    [
        ((640, 640), 512, 8, (512, 512)),
        ((1080, 1920), 512, 8, (384, 680)),
        ((1920, 1080), 512, 8, (680, 384)),
        ((1920, 1080), 1024, 16, (1360, 768)),
        ((3000, 2000), 1024, 16, (1248, 832)),
        ((100, 900), 512, 8, (256, 1024)),
        ((160, 640), 64, 16, (32, 128)),
    ],
)
def test_a_bucket_is_the_nearest_shape(
    size: tuple[int, int], resolution: int, grid: int, kept: tuple[int, int]
) -> None:
    assert bucket(size, resolution, grid) == kept


@given(st.integers(1, 4000), st.integers(1, 4000), st.integers(8, 64), st.sampled_from([8, 16]))
def test_no_bucket_has_more_pixels_than_the_square(width: int, height: int, count: int, grid: int) -> None:
    resolution = count * grid
    kept = bucket((width, height), resolution, grid)
    assert kept[0] * kept[1] <= resolution**2 and all(side % grid == 0 for side in kept)
    assert resolution / 2 - grid <= min(kept) and max(kept) <= 2 * resolution
    assert bucket((height, width), resolution, grid) == kept[::-1]
    assert bucket((width, width), resolution, grid) == (resolution, resolution)
    if max(width, height) <= 3 * min(width, height) and count >= 32:
        assert margin((width, height), kept) < 0.04


def shape_words(size: tuple[int, int]) -> str:
    return about_shape(size, bucket(size, 512, 8))


def test_what_a_picture_in_its_own_shape_is_trained_as() -> None:
    assert shape_words((1080, 1920)) == "trained on as it is: 384 × 680"
    assert shape_words((100, 900)) == (
        "trained on as 256 × 1024: 56% is cut off at the top and at the bottom"
    )
    assert "56% is cut off at the left and at the right" in shape_words((900, 100))
