"""How much of a picture comes back: cases worked by hand, and the order that an eye would give."""

import numpy as np
import pytest
from numpy.typing import NDArray

from gal_studio.core.pictures.fidelity import Fidelity, compare, kept_detail, psnr

Pixels = NDArray[np.uint8]


def stripes(side: int = 48, contrast: int = 200) -> Pixels:
    """Vertical stripes, four pixels wide."""
    row = np.where(np.arange(side) // 4 % 2, contrast, 0).astype(np.uint8)
    return np.repeat(np.tile(row, (side, 1))[..., None], 3, axis=2)


def test_psnr_of_a_known_error() -> None:
    given = np.full((8, 8, 3), 100, np.uint8)
    assert psnr(given, given) == 99.0
    assert psnr(given, given + np.uint8(10)) == pytest.approx(20 * np.log10(25.5))


def test_half_of_the_contrast_is_half_of_the_detail() -> None:
    assert kept_detail(stripes(), stripes(contrast=100)) == pytest.approx((0.5, 0.5), abs=0.01)
    assert kept_detail(stripes(), stripes()) == (1.0, 1.0)
    assert kept_detail(stripes(), np.zeros_like(stripes())) == (0.0, 0.0)


def test_more_contrast_than_there_was_keeps_everything() -> None:
    assert kept_detail(stripes(contrast=100), stripes()) == (1.0, 1.0)


def test_a_picture_without_outlines_keeps_its_detail() -> None:
    flat = np.full((40, 40, 3), 90, np.uint8)
    assert compare(flat, flat + np.uint8(3)).detail == 1.0
    assert not compare(flat, flat + np.uint8(3)).is_poor
    assert compare(flat, flat + np.uint8(90)).is_poor, "the colour itself is wrong"


def test_a_lost_part_is_told_though_the_rest_is_kept() -> None:
    given = stripes(96)
    returned = given.copy()
    returned[:40, :40] = 100  # a sixth
    found = compare(given, returned)
    assert found.detail > 0.7 and found.weakest == 0.0
    assert found.is_poor


def test_what_is_blurred_keeps_less() -> None:
    given = stripes(96).astype(np.float64)
    details = []
    for _ in range(4):
        given_again = np.clip(given, 0, 255).round().astype(np.uint8)
        details.append(compare(stripes(96), given_again).detail)
        given = (given + np.roll(given, 1, axis=1) + np.roll(given, -1, axis=1)) / 3
    assert details == sorted(details, reverse=True)
    assert details[0] == 1.0 > details[-1]


@pytest.mark.parametrize(
    ("psnr_", "detail", "weakest", "poor"),
    [
        (18.0, 0.39, 0.16, True),  # the cat of the demo by the first Pocket: no face
        (24.6, 0.77, 0.61, False),  # the same by an autoencoder with twice the channels
        (28.8, 0.63, 0.30, True),  # a dog without a nose
        (26.3, 0.06, 0.01, True),  # a photograph of a cheetah: fur becomes a blur
        (21.7, 0.65, 0.41, False),  # a bus with soft edges
    ],
)
def test_limits_are_what_an_eye_said(psnr_: float, detail: float, weakest: float, poor: bool) -> None:
    assert Fidelity(psnr_, detail, weakest).is_poor == poor
