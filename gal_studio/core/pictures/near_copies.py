"""Which of several pictures are nearly the same, from a small summary of each.

The summary is that of the perceptual hash pHash (the lowest frequencies of a small grey picture), kept as
numbers instead of bits, beside the mean colours of a 4 x 4 grid.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SIDE = 32
"""Side in pixels of the small pictures that are summarized."""
LEAST_CORRELATION = 0.955  # of the lowest frequencies of two near-copies
LARGEST_SHIFT = 30.0  # of the colours of two near-copies: root mean square, of 255
FLAT_RANGE = 2  # largest range of a channel, of 255, in a picture of one color
LEAST_DOMINANT = 3  # near-copies of one picture
_KEPT = 8  # frequencies in each direction
_GRID = 4
_GREY = np.array([0.299, 0.587, 0.114])
_FLAT = 2.0  # least length of the frequencies of a picture that shows something


@dataclass(frozen=True)
class Summary:
    """What a picture is recognized by: `waves` (8, 8), without the mean, and `colours` (4, 4, 3)."""

    waves: NDArray[np.float64]
    colours: NDArray[np.float64]

    @property
    def mirrored(self) -> "Summary":
        """The summary of the picture, mirrored left to right."""
        signs = (-1.0) ** np.arange(_KEPT)
        return Summary(self.waves * signs[None, :], self.colours[:, ::-1])


def summarize(pixels: NDArray[np.uint8]) -> Summary:
    """Summarize a picture that was reduced to (32, 32, 3)."""
    small = pixels.astype(np.float64)
    basis = _cosines()
    waves = basis @ (small @ _GREY) @ basis.T
    waves[0, 0] = 0.0
    blocks = small.reshape(_GRID, SIDE // _GRID, _GRID, SIDE // _GRID, 3)
    return Summary(waves, blocks.mean(axis=(1, 3)))


def _cosines() -> NDArray[np.float64]:
    """The lowest frequencies of the orthonormal cosine transform (DCT-II), (8, 32)."""
    place = (np.arange(SIDE) + 0.5) / SIDE
    basis = np.cos(np.pi * np.arange(_KEPT)[:, None] * place) * np.sqrt(2.0 / SIDE)
    basis[0] /= np.sqrt(2.0)
    return np.asarray(basis, dtype=np.float64)


def is_one_colour(pixels: NDArray[np.uint8]) -> bool:
    """Whether a picture (h, w, 3) is one colour all over."""
    rows = pixels.reshape(-1, 3).astype(np.int16)
    return bool((rows.max(axis=0) - rows.min(axis=0) <= FLAT_RANGE).all())


def are_near_copies(first: Summary, second: Summary) -> bool:
    """Whether two pictures are nearly the same, or one is nearly the other's mirror image."""
    return _alike(first, second) or _alike(first, second.mirrored)


def _alike(first: Summary, second: Summary) -> bool:
    if np.sqrt(np.mean((first.colours - second.colours) ** 2)) > LARGEST_SHIFT:
        return False
    lengths = float(np.linalg.norm(first.waves)), float(np.linalg.norm(second.waves))
    if min(lengths) < _FLAT:
        return max(lengths) < _FLAT
    return float((first.waves * second.waves).sum()) / (lengths[0] * lengths[1]) >= LEAST_CORRELATION


def groups_of_near_copies(summaries: Sequence[Summary]) -> tuple[tuple[int, ...], ...]:
    """The groups of two or more near-copies, as indices; near-copies of a member belong to its group."""
    leader = list(range(len(summaries)))
    for later, one in enumerate(summaries):
        for earlier in range(later):
            if leader[earlier] != leader[later] and are_near_copies(summaries[earlier], one):
                joined = {leader[earlier], leader[later]}
                leader = [min(joined) if lead in joined else lead for lead in leader]
    groups = {lead: tuple(i for i, own in enumerate(leader) if own == lead) for lead in sorted(set(leader))}
    return tuple(group for group in groups.values() if len(group) > 1)


def dominant(groups: Sequence[tuple[int, ...]], count: int) -> tuple[int, ...]:
    """The group of near-copies that makes up half of all `count` pictures or more; empty if none does."""
    largest = max(groups, key=len, default=())
    return largest if len(largest) >= LEAST_DOMINANT and 2 * len(largest) >= count else ()
