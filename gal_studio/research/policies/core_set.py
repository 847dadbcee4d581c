"""Core-set selection: the pictures that are the least like all that is taught or chosen already."""

from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from typing import ClassVar
from weakref import WeakKeyDictionary

import numpy
from numpy.typing import NDArray

from gal_studio.core.gal.policies.policy import Policy
from gal_studio.core.gal.policies.pool import PoolSnapshot
from gal_studio.core.gal.reasons import count_copies, ordinal, quoted
from gal_studio.core.gal.selection import preferred
from gal_studio.core.records.candidate import Candidate
from gal_studio.core.types import AnchorScore

Floats = NDArray[numpy.float64]


@dataclass(frozen=True)
class Pick:
    """A chosen test prompt with its pictures, the least known one first.

    `likeness` is the cosine of the first one's features to the nearest center, which `nearest` names; without
    a center it is unknown and `nearest` empty.
    """

    score: AnchorScore
    pictures: tuple[Candidate, ...]
    likeness: float
    nearest: str


class CoreSet(Policy):
    """k-center greedy over CLIP features (Sener and Savarese, arXiv 1708.00489, Algorithm 1).

    Centers are the references and what was accepted in the rounds above; each step adds the picture whose
    nearest center is the farthest. Unlike in the paper, features are CLIP's and not those of the trained
    model, points are the pictures that Eq. G6 lets pass, at most one of each test prompt is taken, and the
    paper's second algorithm, which leaves out outliers, is not used. What is accepted in this round is no
    center, so that suggestions stay while a person decides. Without a center the first one is that of Eq. G5.
    """

    name: ClassVar[str] = "core-set"
    label: ClassVar[str] = "Least known (core-set)"
    needs_features: ClassVar[bool] = True
    next_words: ClassVar[str] = "the next one that is the least like what is known"

    def order(self, pool: PoolSnapshot) -> Sequence[AnchorScore]:
        """The test prompts in the order in which they were chosen."""
        return [one.score for one in _picks(pool).values()]

    def pictures(self, pool: PoolSnapshot, score: AnchorScore) -> Sequence[Candidate]:
        """The ones that Eq. G6 lets pass, the least known first when the test prompt was chosen."""
        pick = _picks(pool).get(score.anchor.id)
        return pick.pictures if pick else ()

    def reason(self, pool: PoolSnapshot, score: AnchorScore) -> str:
        """Its place, and what its picture is the most like."""
        place, _ = self.place(pool, score)
        pick = _picks(pool)[score.anchor.id]
        start = f"{count_copies(score)}. {ordinal(place)} chosen"
        if not pick.nearest:
            return f"{start}: the first one in the list, with nothing known to compare it with."
        like = f"with a likeness of {pick.likeness:.2f} to {pick.nearest}"
        return f"{start}: the least like what is known, {like}."

    def why(self, pool: PoolSnapshot, score: AnchorScore, picture: Candidate) -> str:
        """That it is the least like what is known."""
        number = len(self.pictures(pool, score))
        if number == 1 or self.left_out(pool, score, picture):
            return super().why(pool, score, picture)
        return f"the least like what is known of {number} good ones."

    def summary(self, pool: PoolSnapshot, available: int) -> str:
        """How many are suggested; that nothing can be compared without features."""
        if not available and not any(one.id in pool.features for one in pool.candidates):
            return "Nothing to suggest: no image has features to compare. Choose another selection strategy."
        return super().summary(pool, available)


_KNOWN: MutableMapping[PoolSnapshot, Mapping[str, Pick]] = WeakKeyDictionary()
"""What was chosen in rounds that are still shown: it is asked for with every test prompt."""


def _picks(pool: PoolSnapshot) -> Mapping[str, Pick]:
    if pool not in _KNOWN:
        _KNOWN[pool] = {one.score.anchor.id: one for one in _k_center(pool)}
    return _KNOWN[pool]


def _k_center(pool: PoolSnapshot) -> list[Pick]:
    """All test prompts with a picture that may be suggested, greedily; ties go by Eq. G5, then by Eq. G6."""
    points = [
        (score, picture)
        for score in pool.ranked
        for picture in preferred(pool.groups[score.anchor.id], pool.standard)
        if picture.id in pool.features
    ]
    features = numpy.array([pool.features[picture.id] for _, picture in points], dtype=numpy.float64)
    names = [""]
    likeness = numpy.full(len(points), -numpy.inf)  # to the nearest center, and which one that is
    nearest = numpy.zeros(len(points), dtype=numpy.int64)

    def add(center: NDArray[numpy.floating], name: str) -> None:
        names.append(name)
        like = numpy.round(features @ center.astype(numpy.float64), 9)
        nearest[like > likeness] = len(names) - 1
        numpy.maximum(likeness, like, out=likeness)

    if points:
        for center, name in _centers(pool):
            add(center, name)
    picks: list[Pick] = []
    left = list(range(len(points)))
    while left:
        first = min(left, key=lambda place: (likeness[place], place))
        score = points[first][0]
        own = [place for place in left if points[place][0] is score]
        own.sort(key=lambda place: (likeness[place], place))
        pictures = tuple(points[place][1] for place in own)
        picks.append(Pick(score, pictures, float(likeness[first]), names[nearest[first]]))
        add(features[first], quoted(pool.scores, score))
        left = [place for place in left if points[place][0] is not score]
    return picks


def _centers(pool: PoolSnapshot) -> list[tuple[NDArray[numpy.float32], str]]:
    """The features of what is taught already, each with its name for a sentence."""
    here = {one.id for one in pool.candidates}
    references = pool.reference_features
    name = "the reference" if len(references) == 1 else "a reference"
    before = sorted({one.id for one in pool.accepted} & pool.features.keys() - here)
    return [
        *((references[one], name) for one in sorted(references)),
        *((pool.features[one], "an image that you accepted") for one in before),
    ]


CORE_SET = CoreSet()
