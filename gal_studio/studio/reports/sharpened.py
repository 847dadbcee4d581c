"""A gentle shock filter for small images that are shown enlarged: firm edges, smooth areas, nothing new.

It is for eyes alone: nothing that is measured, compared, trained on or stored goes through it.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SMALL = 256
"""Pixels along the longer side up to which an image is filtered."""
STEPS, RATE = 4, 0.45
_CELLS = 0.3
"""Share of the change within pairs of pixels, below which they were doubled, as in pixel art."""


def shown_at(picture: Image.Image, side: int) -> Image.Image:
    """An image enlarged to `side` pixels along its longer one, in RGB, filtered if it is small.

    Larger images, and pixel art in whole cells, whose corners the filter would round, are only enlarged.
    """
    scale = side / max(picture.size)
    size = max(1, round(scale * picture.width)), max(1, round(scale * picture.height))
    picture = picture.convert("RGB")
    if max(picture.size) > SMALL or scale <= 1.0 or _has_cells(np.asarray(picture, np.float32)):
        return picture.resize(size, Image.Resampling.LANCZOS)
    once = picture.width * 2, picture.height * 2
    filtered = _filtered(picture.resize((2 * once[0], 2 * once[1]), Image.Resampling.LANCZOS))
    return filtered.resize(size, Image.Resampling.BICUBIC)


def _filtered(picture: Image.Image) -> Image.Image:
    """A shock filter (Osher and Rudin 1990) across the direction of edges (Weickert 2003), then halved.

    Darker areas grow by erosion where brightness curves upwards, brighter ones by dilation where it curves
    downwards.
    """
    import cv2  # here: the page starts without it

    v: NDArray[np.float32] = np.asarray(picture, np.float32)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
    for _ in range(STEPS):
        gray = cv2.GaussianBlur(v.mean(2), (0, 0), 2.2)
        x, y = np.moveaxis(cv2.cornerEigenValsAndVecs(gray, 9, 3)[..., 2:4], 2, 0)
        second = x * x * cv2.Sobel(gray, -1, 2, 0) + 2 * x * y * cv2.Sobel(gray, -1, 1, 1)
        second += y * y * cv2.Sobel(gray, -1, 0, 2)
        shock = np.tanh(second / 3)[..., None]
        eroded, dilated = cv2.erode(v, kernel) - v, cv2.dilate(v, kernel) - v
        v = v + RATE * (np.maximum(shock, 0) * eroded + np.maximum(-shock, 0) * dilated)
    half = picture.width // 2, picture.height // 2
    return Image.fromarray(
        cv2.resize(v.clip(0, 255), half, interpolation=cv2.INTER_AREA).round().astype(np.uint8)
    )


def _has_cells(pixels: NDArray[np.float32]) -> bool:
    """Whether pixels (h, w, 3) come in pairs, as those of enlarged pixel art do; also of one color."""
    within, between = 0.0, 0.0
    for axis in range(2):
        change = np.moveaxis(np.abs(np.diff(pixels, axis=axis)), axis, 0)
        within, between = within + float(change[0::2].sum()), between + float(change[1::2].sum())
    return within <= _CELLS * between
