"""How noisy the colours of a picture are."""

import numpy
from numpy.typing import NDArray

from gal_studio.core.gal.scores.score import DrawnPictures, Floats, Score
from gal_studio.core.types import NOISE, NOISY_FROM

SIDE = 128
"""Pixels of the longer side, about, at which colours are compared."""
LEAST_USUAL = 2.5
"""A roughness, of 255, that flat drawings without any noise reach."""
MOST = 100.0


def roughness(pixels: NDArray[numpy.uint8]) -> float:
    """The median step between the colours of neighbouring pixels, without brightness, of 255.

    Edges are few, however strong; noise is everywhere. `pixels` (H, W, 3) are first reduced to about `SIDE`
    pixels, so that pictures of all sizes compare.
    """
    step = max(1, max(pixels.shape[:2]) // SIDE)
    height, width = (length // step * step for length in pixels.shape[:2])
    blocks = pixels[:height, :width].reshape(height // step, step, width // step, step, 3)
    small = blocks.mean(axis=(1, 3), dtype=numpy.float64)
    colours = small - small.mean(axis=2, keepdims=True)
    steps = [numpy.abs(numpy.diff(colours, axis=axis)).max(axis=2).ravel() for axis in (0, 1)]
    return float(numpy.median(numpy.concatenate([*steps, [0.0]])))


def noise(rough: float, usual: float) -> float:
    """The score of a picture by its roughness; `usual` is the largest of the references and base pictures."""
    return min(rough / max(usual, LEAST_USUAL), MOST)


def _compute(pictures: DrawnPictures) -> Floats | None:
    usual = pictures.usual_roughness
    return None if usual is None else numpy.array([noise(roughness(one), usual) for one in pictures.pixels])


COLOUR_NOISE = Score(
    name=NOISE,
    label="Noise",
    low=0.0,
    high=MOST,
    higher=f"noisier than the references and the base model’s images; from {NOISY_FROM:g} on it is noise",
    method="The colors of neighboring pixels are compared everywhere, so that edges do not count",
    compute=_compute,
)
