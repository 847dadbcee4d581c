"""Patch quality: which patches of a generated picture are good, and which of a reference were lost.

Features are (h, w, d), of unit length along d (Eq. P2); similarities are cosines in [-1, 1].
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log2

import numpy as np
from numpy.typing import NDArray

from gal_studio.core.errors import StudioError
from gal_studio.core.patchdpo.masks import Flags, Map, foreground_patches, painted_shares, resize

__all__ = [
    "Features", "Judged", "Limits", "Map", "appears", "assign_subjects", "foreground_patches", "paint_over",
    "pair_weights", "place", "quality", "quality_by_subject", "reproduction", "rescale", "resize", "smooth",
]  # fmt: skip

Features = NDArray[np.floating]
Judged = tuple[Features, Flags | None]  # a reference's features and its foreground patches (None: all)
SPREAD = 1.25 / 16  # standard deviation of `smooth`, relative to the side of the map
MEAN_LOST_FLOOR = 0.25  # lower limit of the mean of 1 - r(y) in `divide_by_mean`
MIN_REPRODUCTION = 0.25  # lower limit of the mean of r(y), in [0, 1], in `appears`


@dataclass(frozen=True)
class Limits:
    """The cosines that Eq. P6 maps to 0 and 1, fixed for each vision model.

    `low` is the median best match to one picture of another subject, `high` the median true match between
    two views. `lows` are the medians of the best matches to 2, 4, 8, ... pictures of other subjects: among
    more patches there is always a better match.
    """

    low: float
    high: float
    lows: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        """Refuse limits that are not in ascending order."""
        lows = (self.low, *self.lows)
        if not all(-1.0 <= low < self.high <= 1.0 + 1e-6 for low in lows):
            raise StudioError(
                "The vision model cannot tell subjects apart (the scale of the heat maps would go from "
                f"{max(lows):.3f} to {self.high:.3f}): choose another vision model."
            )

    def among(self, references: int) -> "Limits":
        """The limits of the best matches to so many references; beyond the last of `lows`, that one's.

        Between the counts that were measured, the low limit is interpolated over log2 of the count.
        """
        known = (self.low, *self.lows)
        return Limits(float(np.interp(log2(max(references, 1)), range(len(known)), known)), self.high)


def quality(generated: Features, references: Sequence[Judged]) -> Map:
    """Eq. P4: q(x)[i] = max_j F(x)[i] · F(y)[j] over the foreground patches of all references, (h, w)."""
    if not references:
        raise StudioError("There is no reference to compare with: add a reference image.")
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
    """Eq. P5: r(y)[j] = max_i F(y)[j] · F(x)[i], (h, w), over the patches of all generated pictures.

    Low where the generation lost a detail; 0 outside the reference's `mask`. `regions` (h, w), one for each
    generated picture, are the patches of x that show this subject (None: all); other patches match nothing.
    `paintings` override the match: a patch of x painted bad matches nothing, and one painted good matches
    fully those patches of y whose best match it is (see `masks.painted_shares`).
    """
    if not generated:
        raise StudioError("There is no generated image to compare with: make the comparison pairs first.")
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
    """Apply the paintings of x to the similarities (patches of y, patches of x)."""
    shares = [
        np.zeros((2, *features.shape[:2]))
        if painting is None
        else painted_shares(painting, *features.shape[:2])
        for features, painting in zip(generated, paintings, strict=True)
    ]
    bad, good = (np.concatenate([np.ravel(part[row]) for part in shares]) for row in (0, 1))
    corrected: Map = matrix * (1 - bad) - bad
    best = matrix.argmax(axis=1)
    rows = np.arange(len(matrix))
    corrected[rows, best] += (1 - corrected[rows, best]) * good[best]
    return corrected


def smooth(values: NDArray[np.floating], inside: Flags | None) -> Map:
    """Smooth a map (h, w) within a foreground, by a Gaussian over the foreground's patches only.

    Ours, between Eq. P4 and P6: a single patch is noisy, and defects are larger than a patch. Values outside
    the foreground are unchanged, as is the whole map if there is no foreground.
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


def place(values: NDArray[np.floating], limits: Limits) -> Map:
    """Where cosines lie between the limits: 0 at the low one, 1 at the high one, beyond them outside."""
    placed: Map = (values.astype(np.float64) - limits.low) / (limits.high - limits.low)
    return placed


def rescale(values: NDArray[np.floating], limits: Limits) -> Map:
    """Eq. P6: map cosines to [0, 1] by fixed limits, so that a picture without a good patch has no 1."""
    part: Map = np.clip(place(values, limits), 0.0, 1.0)
    return part


def paint_over(estimated: NDArray[np.floating], painting: NDArray[np.integer] | None) -> Map:
    """Override an estimated map (h, w) in [0, 1] where it was painted: bad is 0, good is 1."""
    values = estimated.astype(np.float64)
    if painting is None:
        return values
    bad, good = painted_shares(painting, *values.shape)
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
    """The weights w of Eq. P7 for one pair, (2, h, w), at least 0: the reference y, then the generated x.

    `reproduced` is r(y) and `judged` is q(x), both rescaled to [0, 1]; masks are (h, w), None for everything.
    y: 1 - r(y) on the foreground, 0 outside. x: q(x) on the foreground, `background_weight` outside, both
    overridden by the painting. `uniform`, a baseline, puts 1 in place of 1 - r(y) and q(x). `even` divides
    y's weights by their mean over the foreground (ours; see `divide_by_mean`), so that they may exceed 1.

    For a painted pair, `reproduced` must include the painting (`reproduction(..., paintings=...)`), so that
    what was painted bad in x is learned from y. `estimated` is r(y) without it, whose mean `even` divides by:
    a painting then raises y's weights locally, and does not lower them elsewhere.
    """
    lost = np.ones_like(reproduced) if uniform else 1 - reproduced
    good = np.ones_like(judged) if uniform else judged
    inside_reference = None if reference_mask is None else reference_mask.astype(bool)
    if even and not uniform:
        lost = divide_by_mean(lost, lost if estimated is None else 1 - estimated, inside_reference)
    if inside_reference is not None:
        lost = lost * inside_reference
    if generated_foreground is not None:
        inside = generated_foreground.astype(np.float64)
        good = inside * good + (1 - inside) * background_weight
    return np.stack([lost.astype(np.float64), paint_over(good, None if uniform else painting)])


def divide_by_mean(lost: NDArray[np.floating], estimated: NDArray[np.floating], inside: Flags | None) -> Map:
    """Divide the weights 1 - r(y), (h, w), by the mean of the `estimated` ones over the foreground.

    Ours: a fine-tuned model reproduces most of a reference, so 1 - r(y) is small almost everywhere and the
    reference would hardly be learned. The division keeps the distribution and fixes the mean; the divisor is
    at least `MEAN_LOST_FLOOR`.
    """
    mean = float((estimated if inside is None else estimated[inside]).mean())
    divided: Map = lost.astype(np.float64) / max(mean, MEAN_LOST_FLOOR)
    return divided


def quality_by_subject(generated: Features, subjects: Mapping[str, Sequence[Judged]]) -> dict[str, Map]:
    """Eq. P4 for each subject separately."""
    return {name: quality(generated, references) for name, references in subjects.items()}


def assign_subjects(by_subject: Mapping[str, Map]) -> dict[str, Flags]:
    """Each subject's mask (h, w) of the patches that resemble it most; ties go to the first subject."""
    winner = np.stack(list(by_subject.values())).argmax(axis=0)
    return {name: winner == place for place, name in enumerate(by_subject)}


def appears(reproduced: NDArray[np.floating]) -> bool:
    """Whether a picture shows a subject, judged by the mean of the rescaled r(y) over its foreground."""
    return bool(reproduced.size) and float(reproduced.mean()) >= MIN_REPRODUCTION


def _rows(features: Features, mask: Flags | None) -> NDArray[np.floating]:
    rows = features.reshape(-1, features.shape[-1]) if mask is None else features[mask]
    if not len(rows):
        raise StudioError("No subject was found in a reference: paint its subject.")
    return rows


def _matrix(features: Features, others: NDArray[np.floating]) -> Map:
    return np.asarray(_rows(features, None) @ others.T, dtype=np.float64)
