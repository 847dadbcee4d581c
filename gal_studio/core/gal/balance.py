"""The training weight of accepted pictures, and how often each picture is drawn (Eq. G8, G9)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from gal_studio.core.types import AnchorScore, TrainingExample


def mean_entropy(scores: Sequence[AnchorScore]) -> float:
    """Mean entropy of all anchors of a round, suggested or not, in [0, ln 2]; 0 if there are none."""
    return math.fsum(score.entropy for score in scores) / len(scores) if scores else 0.0


def example_weight(balance: bool, balance_lambda: float, entropy: float) -> float:
    """Eq. G8: `w_r = lambda * entropy`, the weight of a round's accepted pictures; 1 without balance."""
    return balance_lambda * entropy if balance else 1.0


@dataclass(frozen=True)
class EffectiveDraws:
    """Expected number of draws of one picture in a training, and that number times its weight."""

    example: TrainingExample
    draws: float
    weighted: float


def effective_draws(
    examples: Sequence[TrainingExample], steps: int, batch_size: int
) -> tuple[EffectiveDraws, ...]:
    """Expected draws of each picture under Eq. G9, which draws uniformly."""
    if not examples:
        return ()
    draws = steps * batch_size / len(examples)
    return tuple(EffectiveDraws(example, draws, draws * example.weight) for example in examples)
