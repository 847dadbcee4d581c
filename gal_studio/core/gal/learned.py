"""Learn from a person's choices which pictures they prefer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy
from numpy.typing import NDArray

from gal_studio.core.records.candidate import Candidate
from gal_studio.core.types import AnchorScore

Floats = NDArray[numpy.float64]
LEAST_OVERRIDES = 10
"""How many overrides there must be before the sampler offers to learn from them."""
_PENALTY = 1.0  # of the squared weights, for features of unit variance
_STEPS = 50  # of Newton's method; it ends earlier when it stands still


@dataclass(frozen=True)
class JudgedRound:
    """The candidates of a round with the scores of its anchors, and those that a person accepted."""

    candidates: tuple[Candidate, ...]
    scores: tuple[AnchorScore, ...]
    accepted: frozenset[str]

    @property
    def judged(self) -> tuple[Candidate, ...]:
        """The candidates of anchors with an accepted picture: among these the person chose."""
        accepted = {c.anchor_id for c in self.candidates if c.id in self.accepted}
        return tuple(c for c in self.candidates if c.anchor_id in accepted and not c.is_blank)


@dataclass(frozen=True)
class Preference:
    """A fitted logistic regression: the names of the features, their means and scales, and the weights."""

    names: tuple[str, ...]
    mean: Floats
    scale: Floats
    weights: Floats
    bias: float

    def probability(self, candidates: Sequence[Candidate], scores: Sequence[AnchorScore]) -> Floats:
        """How much the person would like each candidate, (n,) in (0, 1).

        Only the order counts: both classes weigh the same in the fit, whatever their sizes.
        """
        rows = (features(candidates, scores, self.names) - self.mean) / self.scale
        logits: Floats = rows @ self.weights + self.bias
        return _sigmoid(logits)


def features(candidates: Sequence[Candidate], scores: Sequence[AnchorScore], names: Sequence[str]) -> Floats:
    """The features of candidates, (n, d): "entropy" of the anchor, "margin", and scores by name."""
    entropy = {score.anchor.id: score.entropy for score in scores}
    rows = [[_feature(candidate, name, entropy) for name in names] for candidate in candidates]
    return numpy.array(rows, dtype=numpy.float64).reshape(len(candidates), len(names))


def _feature(candidate: Candidate, name: str, entropy: Mapping[str, float]) -> float:
    if name == "entropy":
        return entropy.get(candidate.anchor_id, 0.0)
    value = candidate.margin if name == "margin" else candidate.score(name)
    return 0.0 if value is None else value


def feature_names(rounds: Sequence[JudgedRound]) -> tuple[str, ...]:
    """The features that every candidate of these rounds has."""
    found = [set(candidate.more_scores) for one in rounds for candidate in one.candidates]
    shared = sorted(set.intersection(*found)) if found else []
    return ("entropy", "margin", "similarity_anchor", "similarity_reference", *shared)


def fit_preference(rounds: Sequence[JudgedRound], names: Sequence[str]) -> Preference | None:
    """Fit a logistic regression to the choices of these rounds; None if there are no chosen or no others."""
    judged = [(one, one.judged) for one in rounds]
    rows = [features(candidates, one.scores, names) for one, candidates in judged if candidates]
    labels = [candidate.id in one.accepted for one, candidates in judged for candidate in candidates]
    if not any(labels) or all(labels):
        return None
    x, y = numpy.concatenate(rows), numpy.array(labels, dtype=numpy.float64)
    mean, scale = x.mean(axis=0), x.std(axis=0)
    scale[scale == 0] = 1.0
    weights = _newton((x - mean) / scale, y)
    return Preference(tuple(names), mean, scale, weights[:-1], float(weights[-1]))


def _newton(x: Floats, y: Floats) -> Floats:
    """Minimize the class-balanced logistic loss plus half the squared weights; the bias comes last."""
    n, positive = len(y), y.sum()
    balance = numpy.where(y == 1, n / (2 * positive), n / (2 * (n - positive)))
    rows = numpy.column_stack([x, numpy.ones(n)])
    penalty = numpy.diag([_PENALTY] * x.shape[1] + [0.0])
    weights: Floats = numpy.zeros(rows.shape[1])
    for _ in range(_STEPS):
        p = _sigmoid(rows @ weights)
        gradient = rows.T @ (balance * (p - y)) + penalty @ weights
        hessian = (rows * (balance * p * (1 - p))[:, None]).T @ rows + penalty
        step = numpy.linalg.lstsq(hessian, gradient, rcond=None)[0]
        weights = weights - step
        if numpy.abs(step).max() < 1e-10:
            break
    return weights


def _sigmoid(values: Floats) -> Floats:
    return 1 / (1 + numpy.exp(-numpy.clip(values, -500, 500)))
