"""Near-copies are found among small pictures; other pictures are not taken for them."""

import numpy as np
import pytest
from numpy.typing import NDArray

from gal_studio.core.pictures.near_copies import (
    SIDE,
    are_near_copies,
    dominant,
    groups_of_near_copies,
    is_one_colour,
    summarize,
)

Pixels = NDArray[np.uint8]


def blobs(seed: int) -> NDArray[np.float64]:
    """A picture of a few soft coloured blobs, (32, 32, 3)."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:SIDE, :SIDE]
    picture = np.full((SIDE, SIDE, 3), rng.uniform(60, 200, 3))
    for _ in range(4):
        row, column, size = *rng.uniform(4, SIDE - 4, 2), rng.uniform(3, 8)
        share = np.exp(-((y - row) ** 2 + (x - column) ** 2) / size**2)[..., None]
        picture = picture * (1 - share) + rng.uniform(0, 255, 3) * share
    return picture


def bytes_of(picture: NDArray[np.float64]) -> Pixels:
    return np.clip(picture, 0, 255).round().astype(np.uint8)


CHANGES = {
    "the same": lambda picture: picture,
    "a little noise": lambda picture: picture + np.random.default_rng(0).normal(0, 6, picture.shape),
    "brighter": lambda picture: picture * 1.08,
    "less contrast": lambda picture: 128 + (picture - 128) * 0.85,
    "mirrored": lambda picture: picture[:, ::-1],
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_copy_is_a_near_copy(change: str) -> None:
    for seed in range(20):
        picture = blobs(seed)
        changed = summarize(bytes_of(CHANGES[change](picture)))
        assert are_near_copies(summarize(bytes_of(picture)), changed), seed
        assert are_near_copies(changed, summarize(bytes_of(picture))), seed


def test_other_pictures_are_no_near_copies() -> None:
    summaries = [summarize(bytes_of(blobs(seed))) for seed in range(40)]
    assert groups_of_near_copies(summaries) == ()


def test_the_same_shapes_in_other_colours_are_no_near_copies() -> None:
    picture = np.tile(np.linspace(40, 160, SIDE)[None, :, None], (SIDE, 1, 3))
    bluer = picture + np.array([0.0, 0.0, 90.0])
    assert not are_near_copies(summarize(bytes_of(picture)), summarize(bytes_of(bluer)))


def test_pictures_of_one_colour_are_compared_by_their_colour() -> None:
    red, dark, blue = (
        summarize(np.full((SIDE, SIDE, 3), colour, np.uint8))
        for colour in ((200, 0, 0), (190, 5, 0), (0, 0, 200))
    )
    assert are_near_copies(red, dark)
    assert not are_near_copies(red, blue)
    assert not are_near_copies(red, summarize(bytes_of(blobs(1))))
    assert is_one_colour(np.full((9, 7, 3), (200, 10, 0), np.uint8))
    assert not is_one_colour(bytes_of(blobs(1)))


def test_near_copies_of_near_copies_are_one_group() -> None:
    picture, other = blobs(1), blobs(2)
    given = [other, picture, picture * 1.04, blobs(3), picture * 1.08, other]
    groups = groups_of_near_copies([summarize(bytes_of(one)) for one in given])
    assert groups == ((0, 5), (1, 2, 4))
    assert groups_of_near_copies([]) == ()


@pytest.mark.parametrize(
    ("groups", "count", "found"),
    [
        ([(0, 1, 2)], 6, (0, 1, 2)),
        ([(0, 1, 2)], 7, ()),
        ([(0, 1)], 2, ()),
        ([(0, 1), (2, 3, 4, 5)], 7, (2, 3, 4, 5)),
        ([tuple(range(12))], 12, tuple(range(12))),
        ([], 0, ()),
    ],
)
def test_the_dominant_group_has_half_of_all(groups: list[tuple[int, ...]], count: int, found: object) -> None:
    assert dominant(groups, count) == found
