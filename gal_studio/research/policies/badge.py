"""BADGE: test prompts whose images are uncertain in different ways, drawn at random by k-means++."""

from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from typing import ClassVar
from weakref import WeakKeyDictionary

import numpy
from numpy.typing import NDArray

from gal_studio.core.gal.policies.policy import Policy
from gal_studio.core.gal.policies.pool import PoolSnapshot
from gal_studio.core.gal.reasons import count_copies, ordinal
from gal_studio.core.records.candidate import Candidate
from gal_studio.core.types import AnchorScore

Floats = NDArray[numpy.float64]


@dataclass(frozen=True)
class DrawnPrompt:
    """A test prompt with the picture for which it was drawn.

    `is_alike`: its gradients are those of pictures before it, so that it was not drawn but comes last.
    """

    score: AnchorScore
    picture: Candidate
    is_alike: bool


class Badge(Policy):
    """k-means++ over gradient embeddings (Ash et al., arXiv 1906.03671).

    What stands for the gradient of a picture is `((p - y_p) f, (a - y_a) f)`: `f` are its CLIP features, `p`
    its copy risk (Eq. G16), `a` its prompt match (Eq. G14; left out where it is unknown), and each `y` the
    likelier answer, 1 from 1/2 on. So the gradient of the log loss of two logistic models of `f`, at the
    answers that are expected, is long where an answer is uncertain. Unlike in the paper it is not that of the
    last layer of the trained model, since a denoiser has no classes; and `p` and `a` are not linear in `f`.
    Points are all pictures of the test prompts that have one to suggest. A drawn picture stands for its test
    prompt, of which Eq. G6 picks the picture, and the others of that prompt are drawn no more. As in the
    authors' program the longest comes first; each further one is drawn with a chance proportional to its
    squared distance to the nearest before it.
    """

    name: ClassVar[str] = "badge"
    label: ClassVar[str] = "Uncertain and varied (BADGE)"
    needs_features: ClassVar[bool] = True
    next_words: ClassVar[str] = "the next one chosen at random"

    def order(self, pool: PoolSnapshot) -> Sequence[AnchorScore]:
        """The test prompts in the order in which they were drawn; none where no answer is uncertain."""
        return [one.score for one in self._drawn(pool).values()]

    def reason(self, pool: PoolSnapshot, score: AnchorScore) -> str:
        """Its place, which picture was drawn and how uncertain it is, and that chance decided."""
        place, _ = self.place(pool, score)
        drawn = self._drawn(pool)[score.anchor.id]
        asked = "" if drawn.picture.asked is None else f", prompt match {drawn.picture.asked:.0%}"
        how = "at random among uncertain and different images"
        if place == 1:
            how = "the most uncertain of all"
        elif drawn.is_alike:
            how = "as uncertain as one chosen before"
        return (
            f"{count_copies(score)}. {ordinal(place)} chosen, for image {drawn.picture.number}, {how}: "
            f"copy risk {drawn.picture.chance:.0%}{asked}."
        )

    def summary(self, pool: PoolSnapshot, available: int) -> str:
        """How many are suggested; that there is nothing to draw from without features or uncertainty."""
        if available:
            return super().summary(pool, available)
        if not any(one.id in pool.features for one in pool.candidates):
            return "Nothing to suggest: no image has features to compare. Choose another selection strategy."
        return (
            "Nothing to suggest: copy risk and prompt match leave no test prompt with a good image uncertain."
        )

    def _drawn(self, pool: PoolSnapshot) -> Mapping[str, DrawnPrompt]:
        if pool not in _KNOWN:
            usable = [score for score in pool.ranked if self.pictures(pool, score)]
            points = [
                (score, picture)
                for score in usable
                for picture in pool.groups[score.anchor.id]
                if picture.id in pool.features
            ]
            made = draw(points, pool.features, pool.rng(self.name)) if points else []
            _KNOWN[pool] = {one.score.anchor.id: one for one in made}
        return _KNOWN[pool]


_KNOWN: MutableMapping[PoolSnapshot, Mapping[str, DrawnPrompt]] = WeakKeyDictionary()
"""What was drawn in rounds that are still shown: it is asked for with every test prompt."""


def gradients(features: Floats, chances: Sequence[float], asked: Sequence[float | None]) -> Floats:
    """The gradient embeddings (n, 2 d) of n pictures with features (n, d), at the likelier answers."""
    known = [(chance, 1.0 if match is None else match) for chance, match in zip(chances, asked, strict=True)]
    answers = numpy.array(known, dtype=numpy.float64).reshape(-1, 2)
    residuals = answers - (answers >= 0.5)
    return numpy.concatenate([residuals[:, :1] * features, residuals[:, 1:] * features], axis=1)


def draw(
    points: Sequence[tuple[AnchorScore, Candidate]],
    features: Mapping[str, NDArray[numpy.float32]],
    rng: numpy.random.Generator,
) -> list[DrawnPrompt]:
    """k-means++ until all test prompts are drawn; those at a distance of 0 follow in the order of points."""
    pictures = [picture for _, picture in points]
    rows = numpy.array([features[one.id] for one in pictures], dtype=numpy.float64)
    embedded = gradients(rows, [one.chance for one in pictures], [one.asked for one in pictures])
    distance = _squared(embedded)  # to the nearest one drawn; before the first to 0
    if not distance.any():
        return []
    made: list[DrawnPrompt] = []
    prompts = numpy.array([score.anchor.id for score, _ in points])
    left = numpy.ones(len(points), dtype=bool)
    while left.any():
        weights = numpy.where(left, distance, 0.0)
        is_alike = not weights.any()
        if is_alike:
            place = int(left.argmax())
        elif not made:
            place = int(weights.argmax())
        else:
            place = int(rng.choice(len(points), p=weights / weights.sum()))
        score, picture = points[place]
        made.append(DrawnPrompt(score, picture, is_alike))
        left &= prompts != prompts[place]
        nearer = _squared(embedded - embedded[place])
        distance = nearer if len(made) == 1 else numpy.minimum(distance, nearer)
    return made


def _squared(rows: Floats) -> Floats:
    """The squared lengths of rows (n, d), rounded so that equal ones tie."""
    lengths: Floats = numpy.round((rows**2).sum(axis=1), 12)
    return lengths


BADGE = Badge()
