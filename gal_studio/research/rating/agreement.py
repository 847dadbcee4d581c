"""How far raters agree: Cohen's kappa with intervals."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from gal_studio.core.errors import StudioError
from gal_studio.core.gal.agreement import cohen_kappa
from gal_studio.core.intervals import CONFIDENCE, FEWEST
from gal_studio.core.seeds import generator
from gal_studio.research.rating.labels import Rater
from gal_studio.research.rating.questions import QUESTIONS, RIGHT, WHOLE, Flags, success

DRAWS = 2000


@dataclass(frozen=True)
class Kappa:
    """Two raters on one question: kappa in [-1, 1] with its interval over `units`, and what each said.

    None where it is not defined, because both say the same of all images.
    """

    raters: tuple[str, str]
    question: str
    value: float | None
    low: float | None
    high: float | None
    images: int
    units: str
    shares: tuple[float, float]


def kappa_of(one: Flags, other: Flags) -> float | None:
    """Cohen's kappa of two raters' answers (n,); None where both say the same of all."""
    return cohen_kappa(len(one), np.flatnonzero(one).tolist(), np.flatnonzero(other).tolist())


def agreement(raters: Sequence[Rater]) -> Iterator[Kappa]:
    """Each pair of raters on each question (like: at least partly), on what is right, and what is wholly so.

    The interval is that of 2,000 bootstrap draws of references, where there are six or more, or of prompts,
    or else of images: what is alike is drawn together.
    """
    shared = frozenset.intersection(*(rater.columns for rater in raters))
    told = [rater.by(shared) for rater in raters]
    for (one, first), (other, second) in combinations(zip(raters, told, strict=True), 2):
        both = sorted(first.keys() & second.keys(), key=sorted)
        if not both:
            raise StudioError(
                f"{one.name} and {other.name} rated no image in common: give tables of the same images."
            )
        said = np.array([[first[key], second[key]] for key in both]).transpose(1, 0, 2)
        units, group = _units([dict(key) for key in both])
        for place, question in enumerate((*QUESTIONS, RIGHT, WHOLE)):
            least = place - len(QUESTIONS) + 1  # of being alike
            pair = [each[:, place] > 0 if least < 1 else success(each, least) for each in said]
            low, high = _interval(pair[0], pair[1], group)
            shares = (float(pair[0].mean()), float(pair[1].mean()))
            yield Kappa(
                (one.name, other.name), question, kappa_of(*pair), low, high, len(both), units, shares
            )  # fmt: skip


def _units(rows: Sequence[dict[str, str]]) -> tuple[str, NDArray[np.int64]]:
    """What is drawn again (references or prompts, if there are enough, or images); the unit of each row."""
    for column in ("reference", "prompt"):
        values = [row.get(column, "") for row in rows]
        if len(set(values)) >= FEWEST:
            return f"{column}s", np.unique(values, return_inverse=True)[1].astype(np.int64)
    return "images", np.arange(len(rows))


def _interval(one: Flags, other: Flags, group: NDArray[np.int64]) -> tuple[float | None, float | None]:
    """The ends of the middle 95 % of the draws in which kappa is defined; None if fewer than half are."""
    both = np.stack([one & other, one & ~other, ~one & other, ~one & ~other], axis=1).astype(np.float64)
    units = np.stack([np.bincount(group, each, group.max() + 1) for each in both.T], axis=1)
    chance = generator(0, "kappa")
    counts = chance.multinomial(len(units), np.full(len(units), 1 / len(units)), DRAWS) @ units
    shares = counts / counts.sum(axis=1, keepdims=True)
    yes, no, first, second = shares[:, 0], shares[:, 3], shares[:, :2].sum(1), shares[:, 0] + shares[:, 2]
    expected = first * second + (1 - first) * (1 - second)
    known = expected < 1 - 1e-12
    if known.mean() < 0.5:
        return None, None
    kappas = (yes + no - expected)[known] / (1 - expected)[known]
    low, high = np.quantile(kappas, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return float(low), float(high)
