"""The training weight of accepted pictures, and how often each picture is drawn (Eq. G8, G9)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from gal_studio.core.settings import TuneSettings
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


@dataclass(frozen=True)
class DrawPlan:
    """The steps of a training, and the share of references in its draws; None: all pictures share evenly."""

    steps: int
    reference_share: float | None = None


def plan_draws(tune: TuneSettings, has_references: bool, has_accepted: bool) -> DrawPlan:
    """Eq. G9 with matched draws: references are drawn steps x batch size times in every training.

    Accepted pictures come on top, as `accepted_share` of all draws, so that the training gets longer. With
    a share of 0, or with one kind of picture alone, all pictures share steps x batch size evenly.
    """
    if not (tune.accepted_share and has_references and has_accepted):
        return DrawPlan(tune.steps)
    steps = math.ceil(round(tune.steps / (1.0 - tune.accepted_share), 6))
    return DrawPlan(steps, tune.steps / steps)


def endless(
    tune: TuneSettings, has_references: bool, has_accepted: bool
) -> tuple[TuneSettings, float | None]:
    """What each step of a training depends on, whatever their number: its settings, the share of references.

    With matched draws the number of steps can round the share; only those with the same share agree.
    """
    return replace(tune, steps=1), plan_draws(tune, has_references, has_accepted).reference_share


def effective_draws(examples: Sequence[TrainingExample], tune: TuneSettings) -> tuple[EffectiveDraws, ...]:
    """Expected draws of each picture under Eq. G9: uniform, or with a fixed share for the references."""
    references = sum(example.is_reference for example in examples)
    plan = plan_draws(tune, references > 0, references < len(examples))
    total, share = plan.steps * tune.batch_size, plan.reference_share
    result = []
    for example in examples:
        draws = total / len(examples)
        if share is not None and example.is_reference:
            draws = total * share / references
        elif share is not None:
            draws = total * (1.0 - share) / (len(examples) - references)
        result.append(EffectiveDraws(example, draws, draws * example.weight))
    return tuple(result)
