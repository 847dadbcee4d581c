"""How much of a picture a model's autoencoder gives back: what it loses, no training can restore."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LEAST_PSNR = 20.0
"""Decibels under which the colours themselves come back wrong."""
LEAST_DETAIL = 0.55
"""The share of its outlines under which a picture is plainly softer than it was."""
LEAST_WEAKEST = 0.35
"""The share of its outlines under which a part is lost, such as a face, though the rest is kept."""
_PARTS = 12  # parts of a picture along its shorter side
_WORST = 10.0  # percentile of the parts that counts as the weakest
_GREY = np.array([0.299, 0.587, 0.114])


@dataclass(frozen=True)
class Fidelity:
    """How near the picture that comes back is to the one that was given.

    `psnr` is the peak signal-to-noise ratio in decibels. `detail` is the share of its outlines that the
    picture keeps, and `weakest` that of the parts with outlines that keep the least; both in [0, 1]. They
    tell lost eyes, whiskers or textures, which hardly change the PSNR.
    """

    psnr: float
    detail: float
    weakest: float

    @property
    def is_poor(self) -> bool:
        """Whether a person sees at once that something is lost (chosen by eye, docs/algorithms.md)."""
        return self.psnr < LEAST_PSNR or self.detail < LEAST_DETAIL or self.weakest < LEAST_WEAKEST


def compare(given: NDArray[np.uint8], returned: NDArray[np.uint8]) -> Fidelity:
    """Compare two pictures of one size, (h, w, 3)."""
    return Fidelity(psnr(given, returned), *kept_detail(given, returned))


def psnr(given: NDArray[np.uint8], returned: NDArray[np.uint8]) -> float:
    """Peak signal-to-noise ratio in decibels; 99 for equal pictures."""
    error = float(np.mean((given.astype(np.float64) - returned.astype(np.float64)) ** 2))
    return 99.0 if error == 0 else min(99.0, float(10 * np.log10(255.0**2 / error)))


def kept_detail(given: NDArray[np.uint8], returned: NDArray[np.uint8]) -> tuple[float, float]:
    """`detail` and `weakest` of two pictures; (1, 1) for a picture without outlines.

    What is kept is the projection of the gradient that came back on the gradient that was given. A part is a
    twelfth of the shorter side; those with fewer outlines than the mean do not count for the weakest.
    """
    before, after = _gradient(given), _gradient(returned)
    side = max(2, min(given.shape[:2]) // _PARTS)
    strength, agreement = _sums(before * before, side), _sums(before * after, side)
    if not strength.any():
        return 1.0, 1.0
    strong = strength >= strength.mean()
    kept = np.clip(agreement[strong] / strength[strong], 0.0, 1.0)
    return float(np.clip(agreement.sum() / strength.sum(), 0.0, 1.0)), float(np.percentile(kept, _WORST))


def _gradient(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """The differences of neighbouring grey values to the right and downwards, (2, h - 1, w - 1)."""
    grey = pixels.astype(np.float64) @ _GREY
    return np.stack([grey[:-1, 1:] - grey[:-1, :-1], grey[1:, :-1] - grey[:-1, :-1]])


def _sums(values: NDArray[np.float64], side: int) -> NDArray[np.float64]:
    """The sums over squares of this side and both directions; what is left at the edges is dropped."""
    rows, columns = (length // side for length in values.shape[1:])
    cut = values[:, : rows * side, : columns * side]
    sums: NDArray[np.float64] = cut.reshape(2, rows, side, columns, side).sum(axis=(0, 2, 4))
    return sums
