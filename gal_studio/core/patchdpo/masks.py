"""Masks of pictures and what a brush painted: from pixels to the grid of patches or of latents."""

import numpy as np
from numpy.typing import NDArray

from gal_studio.core.errors import StudioError

Map = NDArray[np.float64]
Flags = NDArray[np.bool_]

BAD, UNTOUCHED, GOOD = 0, 128, 255  # what a painting's pixels say


def resize(values: NDArray[np.floating], height: int, width: int) -> Map:
    """Bilinear resampling of (h, w) to (height, width), half-pixel centres, edges repeated (Eq. P6)."""
    return (
        _bilinear(values.shape[0], height) @ values.astype(np.float64) @ _bilinear(values.shape[1], width).T
    )


def shrink(values: NDArray[np.floating], height: int, width: int) -> Map:
    """The mean of (H, W) over each of (height, width) equal cells; cells may cut through pixels."""
    return _area(values.shape[0], height) @ values.astype(np.float64) @ _area(values.shape[1], width).T


def foreground_patches(
    mask: NDArray[np.floating], height: int, width: int, share: float = 0.5, prompt: str = ""
) -> Flags:
    """Which of (height, width) patches lie on the subject: at least `share` of their area.

    `mask` is (H, W) in [0, 1], 1 where the subject is. Refused: a mask of nothing, of everything, or of less
    than one patch; `prompt` names its picture then.
    """
    of = f" of {prompt!r}" if prompt else ""
    if not (mask > 0).any():
        raise StudioError(f"The mask{of} covers nothing: paint the subject, or take the mask away.")
    if (mask >= share).all():
        raise StudioError(
            f"The mask{of} covers everything: leave the background out, or take the mask away so that the "
            "whole picture counts."
        )
    patches: Flags = shrink(mask, height, width) >= share
    if not patches.any():
        raise StudioError(
            f"The subject under the mask{of} is smaller than one patch (1/{height} of the picture's height): "
            "use a picture in which it is larger."
        )
    return patches


def part_patches(mask: NDArray[np.floating], height: int, width: int, share: float = 0.5) -> Flags:
    """Which of (height, width) patches lie on a part that was painted: at least `share` of their area.

    Where none does, those of which most is painted: a part counts however small it is. `mask` is (H, W) in
    [0, 1]; refused where it covers nothing.
    """
    covered = shrink(mask, height, width)
    if not covered.any():
        raise StudioError("The painted part covers nothing: paint what is right, or accept all of it.")
    patches: Flags = covered >= min(share, float(covered.max()))
    return patches


def painted(painting: NDArray[np.integer], height: int, width: int) -> tuple[Map, Map]:
    """How far each of (height, width) patches was painted bad and good: two maps in [0, 1].

    `painting` is (H, W) with values 0 (bad) to 255 (good), 128 untouched; a brush's soft edge counts in part.
    """
    if painting.ndim != 2:
        raise StudioError(
            f"The painting has the shape {painting.shape}: it must be a picture of one channel."
        )
    values = painting.astype(np.float64)
    bad = np.clip((UNTOUCHED - values) / UNTOUCHED, 0.0, 1.0)
    good = np.clip((values - UNTOUCHED) / (GOOD - UNTOUCHED), 0.0, 1.0)
    return shrink(bad, height, width), shrink(good, height, width)


def check_size(what: str, size: tuple[int, int], picture: tuple[int, int]) -> None:
    """Refuse a painted mask (width, height) that is not of its picture's size."""
    if size != picture:
        raise StudioError(
            f"The {what} is {size[0]} x {size[1]} pixels and its picture {picture[0]} x {picture[1]}: paint "
            "on that picture, in its own size."
        )


def _bilinear(before: int, after: int) -> Map:
    centres = np.clip((np.arange(after) + 0.5) * before / after - 0.5, 0, before - 1)
    below = np.minimum(centres.astype(int), max(before - 2, 0))
    part = centres - below
    weights = np.zeros((after, before))
    weights[np.arange(after), below] = 1 - part
    weights[np.arange(after), np.minimum(below + 1, before - 1)] += part
    return weights


def _area(before: int, after: int) -> Map:
    edges = np.arange(after + 1) * before / after
    pixels = np.arange(before)
    overlap = np.minimum(edges[1:, None], pixels + 1) - np.maximum(edges[:-1, None], pixels)
    shares: Map = np.clip(overlap, 0.0, None) * after / before
    return shares
