"""What an accepted picture weighs in training, and how often it is drawn (Eq. G8, G9)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from gal_studio.core.types import AnchorScore, TrainingExample


def openness(scores: Sequence[AnchorScore]) -> float:
    """The mean entropy over all anchors of a round's pool, chosen or not, in [0, ln 2]; 0 without any."""
    return math.fsum(score.entropy for score in scores) / len(scores) if scores else 0.0


def example_weight(balance: bool, balance_lambda: float, openness: float) -> float:
    """Eq. G8: `w_r = lambda * openness`, kept by the round's new examples for good; 1 without balance."""
    return balance_lambda * openness if balance else 1.0


@dataclass(frozen=True)
class EffectiveDraws:
    """How often a training draws one picture, and what that amounts to after its weight."""

    example: TrainingExample
    draws: float
    weighted: float


def effective_draws(
    examples: Sequence[TrainingExample], steps: int, batch_size: int
) -> tuple[EffectiveDraws, ...]:
    """The expected draws of each picture under Eq. G9, which draws uniformly over all of them."""
    if not examples:
        return ()
    draws = steps * batch_size / len(examples)
    return tuple(EffectiveDraws(example, draws, draws * example.weight) for example in examples)
