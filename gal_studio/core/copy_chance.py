"""How probable it is that a picture is a copy, by what both detectors say of it (Eq. G16)."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

DOUBT = 1.0  # standard deviation of how far a reference's own threshold is from that of all, in logits
OWN = 0.5  # how much the only picture of a prompt counts beside the mean of all prompts
STEPS = 60  # halvings of the interval in which the shift is looked for
NEVER, ALWAYS = 1e-6, 1.0 - 1e-6


@dataclass(frozen=True)
class Weights:
    """The coefficients of Eq. G16, fitted to pictures that raters (vision-language models) labelled."""

    constant: float
    margin: float
    likeness: float


MEASURED = Weights(constant=-3.68, margin=-4.53, likeness=9.90)
"""Of the bundled vision model and CLIP (docs/algorithms.md); other models use them, too."""


@dataclass(frozen=True)
class Clues:
    """What the two detectors say of a picture x of an anchor a.

    `margin` is s(x, a) - s(x, ref) (Eq. G2) and `usual` half of what the base model's picture of the prompt
    has of it. `likeness` is how much of the reference the vision model finds, from 0 (as expected of the base
    model, whose pictures are no copies) to 1 (the reference itself).
    """

    margin: float
    likeness: float
    usual: float = 0.0


def expected(mean: float, own: float | None) -> float:
    """Eq. G16: what is expected of the base model, between its mean and its only picture of a prompt.

    The mean alone where the prompt has no picture.
    """
    return mean if own is None else mean + OWN * (own - mean)


def copy_chance(clues: Clues, weights: Weights = MEASURED) -> float:
    """Eq. G16: p(copy) of a picture before any marks, in [1e-6, 1 - 1e-6]."""
    above = clues.margin - clues.usual
    value = weights.constant + weights.margin * above + weights.likeness * clues.likeness
    return min(max(_logistic(value), NEVER), ALWAYS)


def moved(chance: float, shift: float) -> float:
    """A probability whose logit moved by `shift`."""
    if shift == 0.0:
        return chance
    inside = min(max(chance, NEVER), ALWAYS)
    odds = inside * math.exp(shift)
    return odds / (odds + 1.0 - inside)


def shift_by_marks(marks: Iterable[tuple[float, bool]]) -> float:
    """The t of Eq. G16, by marks: (p(copy) before any marks, whether the picture is a copy).

    The most probable shift, which is normally distributed around 0 with the standard deviation 1 before
    anything is marked. It grows with every *copy* and falls with every *no copy*; contradicting marks hold
    each other. 0 without marks.
    """
    known = [(_logit(chance), copy) for chance, copy in marks]
    low, high = -50.0, 50.0
    for _ in range(STEPS if known else 0):
        middle = (low + high) / 2
        slope = sum([copy - _logistic(logit + middle) for logit, copy in known]) - middle / DOUBT**2
        low, high = (middle, high) if slope > 0 else (low, middle)
    return (low + high) / 2


def _logistic(value: float) -> float:
    if value >= 0:
        return 1.0 / (1.0 + math.exp(-value))
    return math.exp(value) / (1.0 + math.exp(value))


def _logit(chance: float) -> float:
    inside = min(max(chance, NEVER), ALWAYS)
    return math.log(inside) - math.log1p(-inside)
