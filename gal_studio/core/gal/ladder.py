"""Which strength schedules a round draws: first all rungs of a ladder, then those that draw best.

Known as successive halving: a first part of the pictures, over which all rungs are spread, says where this
reference turns from what is asked for to a copy, and the rest is drawn there. Each stage is a function of the
stages before it, so that an interrupted round continues as if it had not been interrupted.
"""

import functools
import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from statistics import fmean, median

import numpy

from gal_studio.core.denoising import Denoising
from gal_studio.core.recipe import Recipe
from gal_studio.core.types import PicturePlace

LADDER = (
    Recipe.constant(1.0),
    Recipe.constant(0.85),
    Recipe(0.4, 1.0, 0.3),
    Recipe(0.0, 1.0, 0.3),
    Recipe(0.4, 1.0, 0.5),
    Recipe.constant(0.7),
    Recipe(0.4, 1.0, 0.7),
    Recipe.constant(0.55),
    Recipe.constant(0.4),
)
"""The rungs, from full strength to the weakest mean strength. Candidates store theirs, so that a later
version may have others."""
FIRST = 3  # rungs of each prompt in the first part
ON_A_RUNG = 4  # pictures of all prompts together that say what a rung draws
BEST = 2  # rungs of the largest utility, at which all prompts are drawn
NEIGHBOURS = (1.0, 2.0, 1.0)  # how much a rung and its neighbours say of it
MORE = 2  # further pictures of a prompt without a good one


@dataclass(frozen=True)
class RaceResult:
    """A ladder as it is kept with its round: `shift` is how far marks had moved chances when it began.

    What is marked later does not influence it. Once it `ended`, the round has all its `pictures` of so many
    `prompts`, whatever the settings become.
    """

    shift: float
    ended: bool = False
    pictures: int = 0
    prompts: int = 0


@dataclass(frozen=True)
class Seen:
    """What a drawn candidate says: p(copy) (Eq. G16) and the utility u (Eq. G18), both in [0, 1]."""

    chance: float
    utility: float


SeenPictures = Mapping[str, Mapping[int, Seen | None]]
"""What was drawn, by anchor and index; None where a picture is blank."""


def rung_of(index: int) -> Recipe:
    """The schedule of a candidate: a prompt's candidates go down the ladder, over and over."""
    return LADDER[index % len(LADDER)]


def noise_of(index: int) -> int:
    """Which of a prompt's seeds a candidate has: one for all rungs, which so differ in strength alone."""
    return index // len(LADDER)


@functools.cache  # asked for each prompt of each view
def rungs_drawn(steps: int | Denoising) -> tuple[int, ...]:
    """The rungs that differ with these denoising steps: with a single one, a switch is no schedule."""
    first: dict[tuple[float, ...], int] = {}
    number = steps if isinstance(steps, int) else steps.steps
    for rung, recipe in enumerate(LADDER):
        first.setdefault(tuple(recipe.strength(step, steps) for step in range(number)), rung)
    return tuple(sorted(first.values()))


@dataclass(frozen=True)
class Ladder:
    """How a pool is drawn: `orders` are the places of its prompts in the project's list, by anchor ID.

    A prompt gets `most` pictures at most, `steps` are those of denoising, and one with a picture of the
    utility `good` or more gets none beside those that all get. The `whole` ladder is drawn of each prompt,
    as far as `most` allows, where no chance of a copy is known that could choose rungs.
    """

    orders: Mapping[str, int]
    most: int
    steps: int | Denoising
    whole: bool = False

    @property
    def rungs(self) -> tuple[int, ...]:
        """The rungs that differ."""
        return rungs_drawn(self.steps)

    @property
    def each(self) -> int:
        """How many rungs each prompt is drawn at first: more where few prompts share the rungs."""
        if self.whole:
            return min(len(self.rungs), self.most)
        wanted = math.ceil(ON_A_RUNG * len(self.rungs) / max(1, len(self.orders)))
        return min(max(FIRST, wanted), len(self.rungs), self.most)

    def first(self) -> tuple[PicturePlace, ...]:
        """The first part: each prompt at some rungs, spread from full to weak, and each rung as often."""
        stride = len(self.rungs) / self.each
        return tuple(
            (anchor, self.rungs[(order + int(turn * stride)) % len(self.rungs)])
            for anchor, order in self.orders.items()
            for turn in range(self.each)
        )

    def shared(self, drawn: SeenPictures) -> tuple[int, ...]:
        """The rungs at which all prompts are drawn: the best ones, and the one at which the reference turns.

        The best have the largest mean utility, each rung smoothed with its neighbours; of equal ones the
        strongest. The reference turns where the mean chance of a copy is nearest to one half. Where no
        picture is of any use they are the weakest ones, since then all are copies.
        """
        seen: dict[int, list[Seen]] = {rung: [] for rung in self.rungs}
        for anchor, rung in self.first():
            seen[rung].append(drawn.get(anchor, {}).get(rung) or Seen(0.0, 0.0))
        utilities = [fmean(one.utility for one in each) if each else 0.0 for each in seen.values()]
        copies = [fmean(one.chance for one in each) if each else 1.0 for each in seen.values()]
        if not any(utilities):
            return self.rungs[: -BEST - 2 : -1]
        part = numpy.convolve(numpy.ones(len(utilities)), NEIGHBOURS, "same")
        order = numpy.argsort(-numpy.convolve(utilities, NEIGHBOURS, "same") / part, kind="stable").tolist()
        turn = min(order[BEST:], key=lambda at: (abs(copies[at] - 0.5), at), default=None)
        return tuple(self.rungs[at] for at in (*order[:BEST], *([] if turn is None else [turn])))

    def everywhere(self, drawn: SeenPictures) -> tuple[PicturePlace, ...]:
        """The second part: every prompt at the shared rungs, as far as `most` allows, so that all compare."""
        first, shared = frozenset(self.first()), self.shared(drawn)
        new = {anchor: [rung for rung in shared if (anchor, rung) not in first] for anchor in self.orders}
        return tuple((anchor, rung) for anchor in new for rung in new[anchor][: self.most - self.each])

    def own(self, drawn: SeenPictures) -> tuple[PicturePlace, ...]:
        """The last part: prompts without a picture as good as most prompts' best one, at their own turn."""
        before: dict[str, dict[int, Seen | None]] = {anchor: {} for anchor in self.orders}
        for anchor, index in (*self.first(), *self.everywhere(drawn)):
            before[anchor][index] = drawn.get(anchor, {}).get(index)
        best = {
            anchor: max((seen.utility for seen in pictures.values() if seen), default=0.0)
            for anchor, pictures in before.items()
        }
        enough = median(best.values()) if best else 0.0
        return tuple(
            (anchor, index)
            for anchor, pictures in before.items()
            if best[anchor] < enough or not best[anchor]
            for index in at_turn(pictures, self.rungs, min(MORE, self.most - len(pictures)))
        )

    def next(self, drawn: SeenPictures) -> tuple[PicturePlace, ...]:
        """The part that comes next, without what is there already; empty when all are drawn."""
        return self._part(drawn)[1]

    def at_most(self, drawn: SeenPictures) -> int:
        """How many pictures are left, at most: a part is known when those before it are drawn."""
        at, places = self._part(drawn)
        if self.whole or not places:
            return len(places)
        prompts, first = len(self.orders), Counter(rung for _, rung in self.first())
        room = self.most * prompts - first.total()
        emptiest = sorted(first[rung] for rung in self.rungs)[: BEST + 1]
        everywhere = len(self.everywhere(drawn)) if at else min(room, sum(prompts - n for n in emptiest))
        own = min(MORE * prompts, room - everywhere)
        return len(places) + sum((everywhere, own)[at:])

    def _part(self, drawn: SeenPictures) -> tuple[int, tuple[PicturePlace, ...]]:
        """Which part comes next, from 0, and what is missing of it."""
        parts = (lambda _: self.first(), self.everywhere, self.own)
        for at, part in enumerate(parts[:1] if self.whole else parts):
            left = [place for place in part(drawn) if place[1] not in drawn.get(place[0], {})]
            if left:
                return at, tuple(left)
        return len(parts), ()


def at_turn(
    pictures: Mapping[int, Seen | None], rungs: Sequence[int], number: int, there: Collection[int] = ()
) -> list[int]:
    """Further candidates of a prompt, where a good one is expected: near its own turn, with other seeds.

    That is the strongest rung at which p(copy), interpolated over the mean strength, is below one half, and
    the next weaker one; the two weakest where it is nowhere. Those that are `there` are left out.
    """
    known: dict[float, list[float]] = {}
    for index, seen in pictures.items():
        if seen is not None:
            known.setdefault(rung_of(index).mean, []).append(seen.chance)
    at = sorted(known)
    copies = [fmean(known[strength]) for strength in at]
    clean = [rung for rung in rungs if at and float(numpy.interp(LADDER[rung].mean, at, copies)) < 0.5]
    chosen = (clean or list(rungs[-2:]))[:2]
    turns = range(1, len(there) + max(0, number) + 1)
    free = (rung + len(LADDER) * turn for turn in turns for rung in chosen)
    return list(islice((index for index in free if index not in there), max(0, number)))
