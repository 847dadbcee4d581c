"""The interface of an acquisition policy."""

from collections.abc import Sequence
from typing import Protocol

import numpy

from gal_studio.core.gal.selection import SuggestionSet
from gal_studio.core.types import AnchorScore, Candidate


class Policy(Protocol):
    """Suggests pictures of a round, given its candidates and the scores of its pool."""

    def __call__(
        self,
        candidates: Sequence[Candidate],
        scores: Sequence[AnchorScore],
        rng: numpy.random.Generator,
        top_k: int,
    ) -> SuggestionSet:
        """Return at most `top_k` suggestions; they must not depend on the order of candidates and scores."""
