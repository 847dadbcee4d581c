"""The square of a picture that is learned, and what is said of the rest."""

import pytest

from gal_studio.core.pictures.crop import about_crop, cut_off, square_box


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
        "its middle square alone is learned: 75% is cut off at the top and at the bottom"
    )
    assert "50% is cut off at the left and at the right" in about_crop((200, 100))
    assert about_crop((100, 104)) == ""
