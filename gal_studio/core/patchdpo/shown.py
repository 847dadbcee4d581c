"""What a picture itself says about being a copy: the reference's patches, found in it again.

Features are (h, w, d), of unit length along d (Eq. P2); similarities are cosines in [-1, 1].
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from gal_studio.core.patchdpo.masks import Flags, Map
from gal_studio.core.patchdpo.patch_quality import Features, Limits
from gal_studio.core.types import SHOWS_REFERENCE

MOVED = 1 / 16  # how far all patches may have moved together, relative to the side
MOST_SHARED = 0.5  # most that accepted pictures share, from the low (0) to the high (1) limit of Eq. P6
MOST_GROUND = 0.7  # most that the ground shares, which is never a copy
BEYOND = 1 / 8  # how near the subject the ground is not looked at, relative to the side: patches overlap
LEAST_OWN = 1e-4  # how far a patch is at least from the mean of its picture, or it says nothing
SHOWS_FROM = 0.19  # of the likeness (Eq. G12), for vision models without a measured threshold


@dataclass(frozen=True)
class ReferencePatches:
    """A reference's features, the patches of it that are looked for, and the style's share of each (h, w)."""

    features: Features
    patches: Flags
    shared: Map


@dataclass(frozen=True)
class Match:
    """How much of a reference a picture shows, in [0, 1], and which of its patches show it, (h, w) in [0, 1].

    `matches` (m,) are the cosines of the reference's counting patches.
    """

    likeness: float
    map: Map
    matches: NDArray[np.float64]


def find_reference(sought: ReferencePatches, generated: Features, limits: Limits) -> Match:
    """The mean match of the sought patches, each at its own place, from the style's share to 1.

    All of them may have moved together, or be mirrored; the displacement that shows most counts.
    """
    seen = [_displaced(sought, view, limits) for view in (generated, generated[:, ::-1])]
    best = max(range(2), key=lambda number: seen[number].likeness)  # the first one on a tie
    found = seen[best]
    return Match(found.likeness, found.map[:, ::-1], found.matches) if best else found


def show_most(found: Sequence[Match]) -> Match:
    """What a picture shows of several references: the one that it shows most of, and the maps together."""
    most = max(found, key=lambda each: each.likeness)
    return Match(most.likeness, np.max([each.map for each in found], axis=0), most.matches)


def score_shown(likeness: float, shows_from: float) -> float:
    """Eq. G12: a likeness on a scale on which a picture shows the reference from 0.5 on, in [0, 1]."""
    return min(1.0, SHOWS_REFERENCE * likeness / shows_from)


def shared_with(sought: Features, patches: Flags, others: Sequence[Features], limits: Limits) -> Map:
    """What the style shares at each of the patches of a style's reference, (h, w).

    The larger of two: its closest match in the reference's own ground, and the least match with the `others`,
    pictures that were accepted in the style (with fewer than two of them, none). Never below the low limit of
    Eq. P6, nor above 0.7 and 0.5 of the way from there to the high one.
    """
    shared = np.full(sought.shape[:2], limits.low)
    reach = max(1, round(BEYOND * max(patches.shape)))
    around = sliding_window_view(np.pad(patches, reach), (2 * reach + 1, 2 * reach + 1))
    ground = ~around.any(axis=(-2, -1))
    if ground.any():
        closest = (sought[patches] @ sought[ground].T).max(axis=1)
        shared[patches] = _between(closest, limits, MOST_GROUND)
    if len(others) > 1:
        plain = ReferencePatches(sought, patches, np.full_like(shared, limits.low))
        least = np.min([find_reference(plain, other, limits).matches for other in others], axis=0)
        shared[patches] = np.maximum(shared[patches], _between(least, limits, MOST_SHARED))
    return shared


def _between(cosines: NDArray[np.floating], limits: Limits, most: float) -> NDArray[np.float64]:
    return np.clip(cosines.astype(np.float64), limits.low, limits.low + most * (limits.high - limits.low))


def _displaced(sought: ReferencePatches, generated: Features, limits: Limits) -> Match:
    moved = max(1, round(MOVED * max(generated.shape[:2])))
    own, places = sought.features[sought.patches], np.argwhere(sought.patches)
    around = np.pad(generated, ((moved, moved), (moved, moved), (0, 0)))  # outside there is nothing alike
    steps = np.arange(2 * moved + 1)
    shifts = np.stack(np.meshgrid(steps, steps, indexing="ij"), axis=-1).reshape(-1, 2)
    matches = np.array([np.einsum("md,md->m", own, around[tuple((places + at).T)]) for at in shifts])
    low = sought.shared[sought.patches]
    parts = np.clip((matches - low) / (limits.high - low), 0.0, 1.0)
    likeness = parts.mean(axis=1)
    still = abs(shifts - moved).sum(axis=1)
    best = int(np.lexsort((still, -likeness))[0])  # the smallest displacement on a tie
    shown = np.zeros(around.shape[:2])
    shown[tuple((places + shifts[best]).T)] = parts[best]
    inside = shown[moved:-moved, moved:-moved]
    return Match(float(likeness[best]), inside, matches[best].astype(np.float64))


def match(sought: ReferencePatches, generated: Features) -> float:
    """The v of Eq. G16: the mean cosine of the sought patches and those at their places, in [-1, 1].

    Each patch is taken less the mean patch of its picture, which is most of the style (`centred`). As in
    `find_reference` they may all have moved together, or be mirrored; the largest mean counts.
    What the style shares is left in: Eq. G16 sets it against the base model's pictures.
    """
    plain = ReferencePatches(centred(sought.features), sought.patches, np.full(sought.patches.shape, -1.0))
    return 2.0 * find_reference(plain, centred(generated), Limits(-1.0, 1.0)).likeness - 1.0


def centred(features: Features) -> Features:
    """A picture's features less their mean, (h, w, d) of unit length; all 0 where a patch is as the mean.

    What all patches share is how the picture is drawn, what is left is what stands where (known as instance
    normalisation, arXiv 1607.08022).
    """
    own = features - features.mean(axis=(0, 1))
    length = np.linalg.norm(own, axis=-1, keepdims=True)
    return np.where(length > LEAST_OWN, own / np.maximum(length, LEAST_OWN), 0.0).astype(features.dtype)
