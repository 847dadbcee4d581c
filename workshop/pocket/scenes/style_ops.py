"""Fast picture operations for the styles (128 x 128, float32 in [0, 1])."""

from __future__ import annotations

import colorsys
from functools import lru_cache

import numpy as np
from PIL import Image
from scipy import ndimage

SIZE = 128
ROWS, COLS = (axis.astype(np.float32) for axis in np.mgrid[0:SIZE, 0:SIZE])
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)


@lru_cache(maxsize=64)
def _kernel(sigma: float) -> np.ndarray:
    """A Gaussian blur of one axis as a matrix; its rows sum to one, at the borders too."""
    places = np.arange(SIZE)
    weights = np.exp(-0.5 * ((places[:, None] - places[None]) / sigma) ** 2)
    return (weights / weights.sum(1, keepdims=True)).astype(np.float32)


@lru_cache(maxsize=64)
def _slope(sigma: float) -> np.ndarray:
    """The derivative of that blur along its axis."""
    return np.gradient(_kernel(sigma), axis=0).astype(np.float32)


def _separable(picture: np.ndarray, rows: np.ndarray, cols: np.ndarray) -> np.ndarray:
    if picture.ndim == 2:
        return rows @ picture @ cols.T
    tall = (rows @ picture.reshape(SIZE, -1)).reshape(picture.shape)
    wide = cols @ tall.transpose(1, 0, 2).reshape(SIZE, -1)
    return wide.reshape(SIZE, SIZE, -1).transpose(1, 0, 2)


def blur(picture: np.ndarray, sigma: float) -> np.ndarray:
    """Gaussian blur, at the same cost for every sigma."""
    return _separable(picture, _kernel(sigma), _kernel(sigma))


def slopes(picture: np.ndarray, sigma: float) -> tuple[np.ndarray, np.ndarray]:
    """The smoothed derivatives down the rows and along the columns."""
    smooth, slope = _kernel(sigma), _slope(sigma)
    return _separable(picture, slope, smooth), _separable(picture, smooth, slope)


def ramp(low: float, high: float, value: np.ndarray) -> np.ndarray:
    """Smooth step from 0 at `low` to 1 at `high`."""
    part = np.clip((value - low) / (high - low), 0.0, 1.0)
    return part * part * (3.0 - 2.0 * part)


def luma(picture: np.ndarray) -> np.ndarray:
    return picture @ _LUMA


def vivid(picture: np.ndarray, amount: float) -> np.ndarray:
    """Multiply the saturation by `amount`."""
    grey = luma(picture)[..., None]
    return np.clip(grey + (picture - grey) * np.float32(amount), 0.0, 1.0)


def colour(hue: float, saturation: float, value: float) -> np.ndarray:
    return np.array(colorsys.hsv_to_rgb(hue % 1.0, saturation, value), np.float32)


def mix(under: np.ndarray, over: np.ndarray, share: np.ndarray) -> np.ndarray:
    """`over` laid on `under` where `share` (128, 128) is one."""
    share = share[..., None]
    return under * (1.0 - share) + over * share


def shift(field: np.ndarray, down: int, right: int) -> np.ndarray:
    """Shift a field, repeating its border."""
    rows = np.clip(np.arange(SIZE) - down, 0, SIZE - 1)
    cols = np.clip(np.arange(SIZE) - right, 0, SIZE - 1)
    return field[rows][:, cols]


def lay(picture: np.ndarray, mask: np.ndarray, scene: bool, ground: np.ndarray) -> np.ndarray:
    """Put the object of a picture on another ground (a colour or a picture)."""
    if scene:
        return mix(ground, picture, mask)
    bare = mask < 0.02
    old = picture[bare].mean(0) if bare.any() else picture[0, 0]
    return np.clip(picture + (ground - old) * (1.0 - mask[..., None]), 0.0, 1.0)


def lines(picture: np.ndarray, mask: np.ndarray, sigma: float = 0.9, low: float = 0.03) -> np.ndarray:
    """Even, soft lines (about 2 px at sigma 0.9) along the picture's edges and the mask's."""
    down, along = slopes(picture, sigma)
    mask_down, mask_along = slopes(mask, sigma)
    edge = np.sqrt((down * down + along * along).max(-1))
    edge = np.maximum(edge, 0.6 * np.hypot(mask_down, mask_along)) * np.float32(sigma / 0.9)
    reach = 2 * round(sigma * 1.6) + 1
    crest = ndimage.maximum_filter(edge, reach)
    return ramp(0.5, 0.95, edge / (crest + 1e-4)) * ramp(low, 3.0 * low, crest)


def posterise(picture: np.ndarray, colours: int, soften: float = 0.6) -> np.ndarray:
    """Few flat colours with soft borders."""
    sharp = kuwahara(picture, 1.0)
    image = Image.fromarray((np.clip(sharp, 0, 1) * 255).astype(np.uint8))
    few = image.quantize(colours, Image.Quantize.MAXCOVERAGE, kmeans=1, dither=Image.Dither.NONE)
    flat = np.asarray(few.convert("RGB"), np.float32) / 255
    return blur(flat, soften) if soften else flat


def kuwahara(picture: np.ndarray, sigma: float, reach: int = 0) -> np.ndarray:
    """Soft Kuwahara filter: every pixel takes the calmest of four neighbourhoods."""
    reach = reach or max(1, round(sigma * 1.4))
    grey = luma(picture)
    mean = blur(np.dstack([picture, grey, grey * grey]), sigma)
    spread = np.maximum(mean[..., 4] - mean[..., 3] ** 2, 0) + 1e-4
    stack = np.dstack([mean[..., :3], np.ones_like(grey)]) * (spread**-4 * 1e-16)[..., None]
    total = np.zeros_like(stack)
    for down, right in ((-1, -1), (-1, 1), (1, -1), (1, 1)):
        total += shift(stack, down * reach, right * reach)
    return total[..., :3] / (total[..., 3:] + 1e-30)


@lru_cache(maxsize=16)
def _fields(down: float, along: float) -> np.ndarray:
    """Eight smooth random fields of mean 0 and deviation 1, larger than a picture."""
    white = np.random.default_rng(7).standard_normal((8, 192, 192)).astype(np.float32)
    soft = ndimage.gaussian_filter(white, (0, down, along), mode="wrap")
    soft -= soft.mean((1, 2), keepdims=True)
    return np.clip(soft / soft.std((1, 2), keepdims=True), -2.5, 2.5)


def noise(rng: np.random.Generator, down: float, along: float = 0.0) -> np.ndarray:
    """A random smooth field (128, 128) of deviation 1, with blobs of those sizes in px."""
    field = _fields(down, along or down)[rng.integers(8)]
    top, left = rng.integers(0, 65, 2)
    part = field[top : top + SIZE, left : left + SIZE]
    return part[:: rng.choice((-1, 1)), :: rng.choice((-1, 1))]


def strokes(rng: np.random.Generator, period: float) -> np.ndarray:
    """Slightly wavy slanting strokes, -1 to 1."""
    angle = rng.uniform(0.5, 1.05) * rng.choice((-1, 1))
    along = ROWS * np.float32(np.cos(angle)) + COLS * np.float32(np.sin(angle))
    return np.sin(along * np.float32(2 * np.pi / period) + 1.3 * noise(rng, 9.0))


def relief(height: np.ndarray, sigma: float = 1.0) -> np.ndarray:
    """Light from the upper left on a height field: about -1 (shade) to 1 (lit)."""
    down, along = slopes(height, sigma)
    steep = np.sqrt(1.0 + down * down + along * along)
    return (0.75 * down + 0.66 * along) / steep


def footing(mask: np.ndarray) -> np.ndarray:
    """A soft elliptic shadow on the ground beneath the object."""
    solid = mask > 0.5
    rows, cols = np.flatnonzero(solid.any(1)), np.flatnonzero(solid.any(0))
    if not len(rows):
        return np.zeros_like(mask)
    centre, half = (cols[0] + cols[-1]) / 2, max(8.0, 0.46 * (cols[-1] - cols[0]))
    square = ((COLS - centre) / half) ** 2 + ((ROWS - min(rows[-1], SIZE - 5)) / 7.0) ** 2
    return np.exp(-(square**1.5)).astype(np.float32)
