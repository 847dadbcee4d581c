"""Patch quality: which patches of a generated picture are right, and which of a reference were lost.

Features are (h, w, d), one unit row for each patch (Eq. P2); similarities are cosines in [-1, 1].
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gal_studio.core.errors import StudioError
from gal_studio.core.patchdpo.masks import Flags, Map, foreground_patches, painted, resize

__all__ = [
    "Features", "Judged", "Limits", "Map", "appears", "assign_subjects", "foreground_patches", "paint_over",
    "pair_weights", "quality", "quality_by_subject", "reproduction", "rescale", "resize", "smooth",
]  # fmt: skip

Features = NDArray[np.floating]
Judged = tuple[Features, Flags | None]  # a reference's features and its foreground patches (None: all)
SPREAD = 1.25 / 16  # of the smoothing, as a part of the map's side
LEAST_LOST = 0.25  # mean of 1 - r(y) below which a reference counts less than others
APPEARS = 0.25  # smallest mean reproduction, in [0, 1], of a subject that is in the picture


@dataclass(frozen=True)
class Limits:
    """The cosines that become 0 and 1 (Eq. P6), fixed for each vision model.

    `low` is the median best match to another subject, `high` the median true match between two views.
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        """Refuse limits between which nothing lies."""
        if not -1.0 <= self.low < self.high <= 1.0 + 1e-6:
            raise StudioError(
                f"The limits of the patch maps are {self.low:.3f} and {self.high:.3f}: the vision model does "
                "not tell one subject from another; choose another vision model."
            )


def quality(generated: Features, references: Sequence[Judged]) -> Map:
    """Eq. P4: q(x)[i] = max_j F(x)[i] · F(y)[j] over the foreground patches of all references, (h, w)."""
    if not references:
        raise StudioError("There is no reference to compare with: add a reference picture.")
    rows = np.concatenate([_rows(features, mask) for features, mask in references])
    best: Map = _matrix(generated, rows).max(axis=1).reshape(generated.shape[:2])
    return best


def reproduction(
    reference: Features,
    generated: Sequence[Features],
    mask: Flags | None = None,
    paintings: Sequence[NDArray[np.integer] | None] | None = None,
    regions: Sequence[Flags | None] | None = None,
) -> Map:
    """Eq. P5: r(y)[j] = max_i F(y)[j] · F(x)[i], (h, w); over all pictures where there are several.

    Low where the generation lost a detail; 0 outside of the reference's `mask`. Patches of x outside of its
    `regions`, (h, w), None for everywhere, show another subject and reproduce nothing. Nor does a patch of x
    that was painted bad, so what it stands for counts as lost; one that was painted good stands for the
    patches of y that resemble it most, and those count as reproduced (see `masks.painted`).
    """
    if not generated:
        raise StudioError("There is no generated picture to compare with: draw the pairs first.")
    height, width = reference.shape[:2]
    matrix = _matrix(reference, np.concatenate([_rows(features, None) for features in generated]))
    if regions is not None:
        own = [
            np.ones(features.shape[:2], bool) if region is None else region
            for features, region in zip(generated, regions, strict=True)
        ]
        matrix = np.where(np.concatenate([np.ravel(region) for region in own]), matrix, -1.0)
    if paintings is not None:
        matrix = _corrected(matrix, generated, paintings)
    found: Map = matrix.max(axis=1).reshape(height, width)
    return found if mask is None else np.where(mask, found, 0.0)


def _corrected(
    matrix: Map, generated: Sequence[Features], paintings: Sequence[NDArray[np.integer] | None]
) -> Map:
    """The similarities (patches of y, patches of x) after the human's word about the patches of x."""
    said = [
        np.zeros((2, *features.shape[:2])) if painting is None else painted(painting, *features.shape[:2])
        for features, painting in zip(generated, paintings, strict=True)
    ]
    bad, good = (np.concatenate([np.ravel(part[row]) for part in said]) for row in (0, 1))
    believed: Map = matrix * (1 - bad) - bad
    best = matrix.argmax(axis=1)
    rows = np.arange(len(matrix))
    believed[rows, best] += (1 - believed[rows, best]) * good[best]
    return believed


def smooth(values: NDArray[np.floating], inside: Flags | None) -> Map:
    """A map (h, w) whose values inside of a foreground are Gaussian means over the foreground's others.

    Ours, between Eq. P4 and P6: a single patch is noisy, and what goes wrong in a picture is larger than a
    patch. Patches outside never count; without a foreground the map stays as it is.
    """
    if inside is None:
        return values.astype(np.float64)
    rows, columns = (_gaussian(length) for length in values.shape)
    weight = inside.astype(np.float64)
    total = rows @ weight @ columns
    means = rows @ (values * weight) @ columns / np.maximum(total, np.finfo(float).tiny)
    smoothed: Map = np.where(inside, means, values)
    return smoothed


def _gaussian(length: int) -> Map:
    places = np.arange(length)
    kernel: Map = np.exp(-0.5 * ((places[:, None] - places) / (SPREAD * length)) ** 2)
    return kernel


def rescale(values: NDArray[np.floating], limits: Limits) -> Map:
    """Eq. P6: cosines to [0, 1] by fixed limits; a wholly bad picture gets no 1."""
    part: Map = np.clip((values - limits.low) / (limits.high - limits.low), 0.0, 1.0)
    return part


def paint_over(estimated: NDArray[np.floating], painting: NDArray[np.integer] | None) -> Map:
    """A map (h, w) in [0, 1] where the human's word stands over the estimate: bad is 0, good is 1."""
    values = estimated.astype(np.float64)
    if painting is None:
        return values
    bad, good = painted(painting, *values.shape)
    return values * (1 - bad - good) + good


def pair_weights(
    reproduced: NDArray[np.floating],
    judged: NDArray[np.floating],
    reference_mask: NDArray[np.generic] | None,
    generated_foreground: NDArray[np.generic] | None,
    background_weight: float,
    uniform: bool = False,
    painting: NDArray[np.integer] | None = None,
    even: bool = False,
    estimated: NDArray[np.floating] | None = None,
) -> Map:
    """The weights w of Eq. P7 of one pair, (2, h, w), at least 0: the reference y, then the generated x.

    `reproduced` is r(y) and `judged` q(x), both rescaled to [0, 1]; masks are (h, w), None for everything.
    y: 1 - r(y) on its foreground, 0 outside. x: q(x) on its foreground, `background_weight` outside, and the
    painting above both. `uniform` is for comparison: 1 in place of 1 - r(y) and of q(x). With `even` y's
    weights are divided by their mean over its foreground (ours; see `evened`), so that they may exceed 1.

    For a painted pair give an r(y) that knows of the painting (`reproduction(..., paintings=...)`), so that
    what was painted bad in x is learned from y, and as `estimated` the one that does not, whose mean levels:
    paint adds to y's weights where it counts, and takes nothing from them elsewhere.
    """
    lost = np.ones_like(reproduced) if uniform else 1 - reproduced
    right = np.ones_like(judged) if uniform else judged
    inside_reference = None if reference_mask is None else reference_mask.astype(bool)
    if even and not uniform:
        lost = evened(lost, lost if estimated is None else 1 - estimated, inside_reference)
    if inside_reference is not None:
        lost = lost * inside_reference
    if generated_foreground is not None:
        inside = generated_foreground.astype(np.float64)
        right = inside * right + (1 - inside) * background_weight
    return np.stack([lost.astype(np.float64), paint_over(right, None if uniform else painting)])


def evened(lost: NDArray[np.floating], estimated: NDArray[np.floating], inside: Flags | None) -> Map:
    """Weights 1 - r(y), (h, w), by the mean over the foreground of those that were estimated, which counts as
    at least `LEAST_LOST`.

    Ours: a fine-tuned model reproduces most of a reference, so that 1 - r(y) is small almost everywhere and
    the reference would hardly be learned. This keeps where it is learned, and levels how much.
    """
    mean = float((estimated if inside is None else estimated[inside]).mean())
    level: Map = lost.astype(np.float64) / max(mean, LEAST_LOST)
    return level


def quality_by_subject(generated: Features, subjects: Mapping[str, Sequence[Judged]]) -> dict[str, Map]:
    """Eq. P4 for each subject's references alone; the whole picture's q(x) is the largest of them."""
    return {name: quality(generated, references) for name, references in subjects.items()}


def assign_subjects(by_subject: Mapping[str, Map]) -> dict[str, Flags]:
    """For each subject the patches (h, w) that resemble it most; equal ones go to the first subject."""
    winner = np.stack(list(by_subject.values())).argmax(axis=0)
    return {name: winner == place for place, name in enumerate(by_subject)}


def appears(reproduced: NDArray[np.floating]) -> bool:
    """Whether a subject is in a picture, by the mean of the rescaled r(y) over its foreground patches."""
    return bool(reproduced.size) and float(reproduced.mean()) >= APPEARS


def _rows(features: Features, mask: Flags | None) -> NDArray[np.floating]:
    rows = features.reshape(-1, features.shape[-1]) if mask is None else features[mask]
    if not len(rows):
        raise StudioError("A reference has no foreground patch: paint its subject.")
    return rows


def _matrix(features: Features, others: NDArray[np.floating]) -> Map:
    return np.asarray(_rows(features, None) @ others.T, dtype=np.float64)
