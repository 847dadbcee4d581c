"""Where trainings that differ in their seed alone disagree (Eq. G21)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy
from numpy.typing import NDArray

from gal_studio.core.gal.uncertainty import entropy
from gal_studio.core.records.candidate import Candidate
from gal_studio.core.types import AREA_DISAGREEMENT, COPY_DISAGREEMENT

Floats = NDArray[numpy.floating]


@dataclass(frozen=True)
class Disagreement:
    """What trainings make of a test prompt: the mean over so many of its pictures.

    `copies` is in nats, in [0, ln 2]; `areas` in [0, 1], None without a vision model.
    """

    pictures: int
    copies: float
    areas: float | None


def copy_disagreement(chances: Sequence[float]) -> float:
    """Eq. G21 of a picture's p(copy) in each training: H(mean p) - mean H(p) in nats, in [0, ln 2].

    The mutual information of a copy and the training: 0 where all say the same, ln 2 where half of them are
    sure of a copy and half of none.
    """
    if not chances:
        raise ValueError("no training drew this image")
    if min(chances) == max(chances):  # exactly, whatever is rounded
        return 0.0
    within = math.fsum(map(entropy, chances)) / len(chances)
    return max(0.0, entropy(math.fsum(chances) / len(chances)) - within)


def area_disagreement(features: Sequence[Floats]) -> NDArray[numpy.float64]:
    """Eq. G21 of a picture's patch features (h, w, d) in each training, as a map (h, w) in [0, 1].

    One minus the cosine at each place, as half of a squared distance, which is exactly 0 for equal features;
    the mean over all pairs of trainings. Above 1 counts as 1.
    """
    pairs = [
        0.5 * ((one.astype(numpy.float64) - other) ** 2).sum(axis=-1)
        for one, other in combinations(features, 2)
    ]
    if not pairs:
        raise ValueError("one training cannot disagree: compare at least two")
    found: NDArray[numpy.float64] = numpy.mean(pairs, axis=0)
    return found.clip(0.0, 1.0)


def disagreement(candidates: Sequence[Candidate]) -> Disagreement | None:
    """How much trainings disagree about a test prompt, of those of its pictures that were compared."""
    copies = [
        one.more_scores[COPY_DISAGREEMENT] for one in candidates if COPY_DISAGREEMENT in one.more_scores
    ]
    areas = [one.more_scores[AREA_DISAGREEMENT] for one in candidates if AREA_DISAGREEMENT in one.more_scores]
    if not copies:
        return None
    return Disagreement(
        len(copies), math.fsum(copies) / len(copies), math.fsum(areas) / len(areas) if areas else None
    )
