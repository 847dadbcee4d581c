"""The paper's policy: the most uncertain anchors, each with its best picture (Eq. G5 to G7)."""

from collections.abc import Sequence

import numpy

from gal_studio.core.gal.selection import SuggestionSet, suggest
from gal_studio.core.gal.uncertainty import group_by_anchor
from gal_studio.core.types import AnchorScore, Candidate


def uncertainty(
    candidates: Sequence[Candidate],
    scores: Sequence[AnchorScore],
    rng: numpy.random.Generator,
    top_k: int,
) -> SuggestionSet:
    """Eq. G5 to G7; deterministic, so `rng` is unused."""
    return suggest(scores, group_by_anchor(candidates), top_k)
