"""Learn from a person's choices which pictures they prefer, and order suggestions by it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy
from numpy.typing import NDArray

from gal_studio.core.gal.reasons import explain_pool
from gal_studio.core.gal.selection import SuggestionSet, informative
from gal_studio.core.gal.uncertainty import group_by_anchor
from gal_studio.core.types import AnchorScore, Candidate, Suggestion

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
        answered = {c.anchor_id for c in self.candidates if c.id in self.accepted}
        return tuple(c for c in self.candidates if c.anchor_id in answered and not c.is_blank)


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


def suggest_learned(
    preference: Preference, candidates: Sequence[Candidate], scores: Sequence[AnchorScore], top_k: int
) -> SuggestionSet:
    """The `top_k` anchors with H > 0 whose best picture the person would accept first.

    Of each, the picture is the likeliest one that is not a copy; ties go to the first in the pool.
    """
    best: list[tuple[float, AnchorScore, Candidate]] = []
    groups = group_by_anchor(candidates)
    for score in scores:
        good = [one for one in groups.get(score.anchor.id, ()) if not one.overfit]
        if informative(score) and good:
            likely = preference.probability(good, scores)
            place = int(likely.argmax())
            best.append((float(likely[place]), score, good[place]))
    best.sort(key=lambda one: (-one[0], one[1].anchor.order, one[1].anchor.id))
    made = tuple(
        Suggestion(score.anchor.id, candidate.id, rank, _reason(score))
        for rank, (_, score, candidate) in enumerate(best[:top_k], start=1)
    )
    if len(made) < top_k:
        sentence = explain_pool(len(made), top_k, len(scores))
    elif len(made) == 1:
        sentence = "This is the first one in the order learned from your choices."
    else:
        sentence = f"These {len(made)} are in the order learned from your choices."
    return SuggestionSet(made, len(best) < top_k, sentence, by="learned")


def _reason(score: AnchorScore) -> str:
    return (
        f"{score.overfit} of {score.candidates} look like the reference. Learned from your choices: this "
        "picture is the most like those that you accepted."
    )


@dataclass(frozen=True)
class LearnedAgreement:
    """Of `choices` accepted pictures, how many each sampler suggests in rounds that it had not seen."""

    choices: int
    learned: int
    plain: int


def leave_one_round_out(
    rounds: Sequence[JudgedRound], plain: Sequence[SuggestionSet], top_k: Sequence[int]
) -> LearnedAgreement | None:
    """Fit on all rounds but one and suggest in that one; None with fewer than two rounds to learn from.

    `plain` holds what the plain sampler suggests in each round, `top_k` at most how many. Only pictures that
    can be suggested count.
    """
    names = feature_names(rounds)
    choices = learned_hits = plain_hits = 0
    for place, (left_out, usual, most) in enumerate(zip(rounds, plain, top_k, strict=True)):
        preference = fit_preference([*rounds[:place], *rounds[place + 1 :]], names)
        accepted = left_out.accepted & {one.id for one in left_out.candidates}
        if preference is None or not accepted:
            continue
        made = suggest_learned(preference, left_out.candidates, left_out.scores, most)
        choices += len(accepted)
        learned_hits += len(accepted & {one.candidate_id for one in made.suggestions})
        plain_hits += len(accepted & {one.candidate_id for one in usual.suggestions})
    return LearnedAgreement(choices, learned_hits, plain_hits) if choices else None
