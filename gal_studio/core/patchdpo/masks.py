"""Resample masks and brush paintings from pixels to the grid of patches or latents."""

import numpy as np
from numpy.typing import NDArray

from gal_studio.core.errors import StudioError

Map = NDArray[np.float64]
Flags = NDArray[np.bool_]

BAD, UNTOUCHED, GOOD = 0, 128, 255  # pixel values of a painting


def resize(values: NDArray[np.floating], height: int, width: int) -> Map:
    """Bilinear resampling of (h, w) to (height, width): half-pixel centres, repeated edges (Eq. P6)."""
    return (
        _bilinear(values.shape[0], height) @ values.astype(np.float64) @ _bilinear(values.shape[1], width).T
    )


def shrink(values: NDArray[np.floating], height: int, width: int) -> Map:
    """Area resampling of (H, W): means over (height, width) equal cells, which may split pixels."""
    return _area(values.shape[0], height) @ values.astype(np.float64) @ _area(values.shape[1], width).T


def foreground_patches(
    mask: NDArray[np.floating], height: int, width: int, share: float = 0.5, prompt: str = ""
) -> Flags:
    """The patches, (height, width), of which at least `share` of the area is on the subject.

    `mask` is (H, W) in [0, 1], 1 on the subject. Refused if it covers nothing, everything, or less than one
    patch; the error names the picture by its `prompt`.
    """
    of = f" of {prompt!r}" if prompt else ""
    if not (mask > 0).any():
        raise StudioError(f"The mask{of} covers nothing: paint the subject, or remove the mask.")
    if (mask >= share).all():
        raise StudioError(
            f"The mask{of} covers everything: leave out the background, or remove the mask so that the "
            "whole image counts."
        )
    patches: Flags = shrink(mask, height, width) >= share
    if not patches.any():
        raise StudioError(
            f"The subject under the mask{of} is too small to judge (below 1/{height} of the image's "
            "height): use an image in which it is larger."
        )
    return patches


def part_patches(mask: NDArray[np.floating], height: int, width: int) -> Flags:
    """The patches, (height, width), of which at least half of the area is painted.

    If there are none, the patches with the largest painted area, so that even a small part counts. `mask` is
    (H, W) in [0, 1]; refused if it covers nothing.
    """
    covered = shrink(mask, height, width)
    if not covered.any():
        raise StudioError("The painted part covers nothing: paint the good area, or accept the whole image.")
    patches: Flags = covered >= min(0.5, float(covered.max()))
    return patches


def painted_shares(painting: NDArray[np.integer], height: int, width: int) -> tuple[Map, Map]:
    """How much of each of (height, width) patches was painted bad, and how much good: two maps in [0, 1].

    `painting` is (H, W) from 0 (bad) over 128 (untouched) to 255 (good); soft brush edges count partially.
    """
    if painting.ndim != 2:
        raise StudioError(f"The painting has the shape {painting.shape}: it must have one channel.")
    values = painting.astype(np.float64)
    bad = np.clip((UNTOUCHED - values) / UNTOUCHED, 0.0, 1.0)
    good = np.clip((values - UNTOUCHED) / (GOOD - UNTOUCHED), 0.0, 1.0)
    return shrink(bad, height, width), shrink(good, height, width)


def check_size(what: str, size: tuple[int, int], picture: tuple[int, int]) -> None:
    """Refuse a painted mask whose size (width, height) differs from its picture's."""
    if size != picture:
        raise StudioError(
            f"The {what} is {size[0]} x {size[1]} pixels and its image {picture[0]} x {picture[1]}: use "
            "one of the same size."
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
