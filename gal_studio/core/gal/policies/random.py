"""The paper's baseline: random anchors."""

from collections.abc import Sequence

import numpy

from gal_studio.core.gal.selection import SuggestionSet
from gal_studio.core.gal.uncertainty import group_by_anchor
from gal_studio.core.types import AnchorScore, Candidate, Suggestion


def random(
    candidates: Sequence[Candidate],
    scores: Sequence[AnchorScore],
    rng: numpy.random.Generator,
    top_k: int,
) -> SuggestionSet:
    """Suggest the first picture of `top_k` anchors drawn at random.

    The published program generates a single picture for each of these anchors, so every H is 0 and, with
    balance, so is every weight. Ours: the weight comes from the whole round's uncertainty (Eq. G8), so that
    a comparison with the uncertainty policy is about selection alone.
    """
    groups = group_by_anchor(candidates)
    pool = sorted(scores, key=lambda score: (score.anchor.order, score.anchor.id))
    drawn = sorted(rng.choice(len(pool), size=min(top_k, len(pool)), replace=False)) if pool else []
    reason = f"Drawn at random, 1 of {len(pool)} test prompts: its first picture, whatever it shows."
    suggestions = tuple(
        Suggestion(pool[place].anchor.id, groups[pool[place].anchor.id][0].id, rank, reason)
        for rank, place in enumerate(drawn, start=1)
    )
    sentence = f"{len(suggestions)} test prompts were drawn at random."
    return SuggestionSet(suggestions, len(suggestions) < top_k, sentence, by="random")
