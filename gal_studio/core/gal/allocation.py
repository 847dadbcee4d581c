"""Which candidates to draw next (Eq. G20): a few of each prompt, then more where a decision is still open.

Two questions are open: which prompts of the pool are the k most undecided (Eq. G5), and whether each of them
has a clean picture to accept. A prompt for which both are settled gets no further pictures. Each stage is a
function of the stages before it, so an interrupted round continues as if it had not been interrupted.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy
from numpy.typing import NDArray

from gal_studio.core.gal.turning import entropies

Floats = NDArray[numpy.float64]
Place = tuple[str, int]  # an anchor's ID and a candidate's index

CLEAN = 0.5  # a picture below is clean
DRAWS = 400  # of the posterior
AT_ONCE = 2  # pictures of one prompt in a stage after the first
SPREAD = 0.12  # standard deviation of p(copy) among the pictures of a prompt at one strength
PRIOR = 6.0  # pictures that this is worth
GUESSED = 0.12  # of the mean at a strength that is interpolated between others


@dataclass(frozen=True)
class Race:
    """Eq. G20: how candidates are allocated: `first` of each prompt, then stages, `budget` in all.

    The race ends when, with `confidence`, the chosen k prompts have on average at most `tolerance` nats less
    entropy than the k best, and each has `clean` pictures to accept. Pictures of one strength are drawn
    `rows` at a time: a stage fills these batches, since a row that is left empty costs as much as a picture.
    """

    top_k: int
    budget: int
    first: int = 3
    stage: int = 18
    confidence: float = 0.9
    tolerance: float = 0.03
    clean: int = 2
    rows: int = 1

    def __post_init__(self) -> None:
        if min(self.top_k, self.first, self.stage, self.budget, self.rows) < 1:
            raise ValueError(f"a race needs at least one picture and one suggestion, not {self!r}")
        if not 0.0 < self.confidence < 1.0 or self.tolerance < 0.0:
            raise ValueError(f"no confidence or tolerance: {self!r}")


@dataclass(frozen=True)
class Course:
    """A race as it is kept with its round.

    `shift` is how far the project's marks moved chances when it began (Eq. G16): what is marked later does
    not influence it. The other values are those of its end: how many pictures were drawn, how many of
    `prompts` are settled, and whether that `decided` it, or the budget.
    """

    shift: float
    ended: bool = False
    pictures: int = 0
    prompts: int = 0
    settled: int = 0
    decided: bool = False


@dataclass(frozen=True)
class Standing:
    """Where a race stands: which pictures come next, none when it is over.

    `settled` are the prompts that are certainly among the k most undecided, or certainly not; `confidence` is
    the probability that the chosen k are good enough, `decided` whether that ended the race.
    """

    next: tuple[Place, ...]
    drawn: int
    settled: frozenset[str]
    confidence: float
    decided: bool


def stand(
    anchors: Sequence[str],
    drawn: Mapping[str, Mapping[int, float | None]],
    strengths: Sequence[float],
    race: Race,
    seed: int,
) -> Standing:
    """Eq. G20: where the race of a pool stands, given p(copy) of the pictures drawn so far (None: blank).

    `strengths[i]` is the strength of candidate `i`; their number is the most that a prompt gets. Pictures
    that a person asked for on top do not influence it.
    """
    seen: dict[str, dict[int, float | None]] = {anchor: {} for anchor in anchors}
    first = min(race.first, len(strengths), max(1, race.budget // max(1, len(anchors))))
    order = first_indices(strengths, first)
    stage: Sequence[Place] = [(anchor, index) for anchor in anchors for index in order]
    count = 0
    while stage:
        left = tuple((anchor, index) for anchor, index in stage if index not in drawn.get(anchor, {}))
        if left:
            return Standing(left, count, frozenset(), 0.0, False)
        for anchor, index in stage:
            seen[anchor][index] = drawn[anchor][index]
        count += len(stage)
        stage, standing = _next_stage(seen, strengths, race, count, numpy.random.default_rng([seed, count]))
    return standing if anchors else Standing((), 0, frozenset(), 1.0, True)


def first_indices(strengths: Sequence[float], number: int) -> tuple[int, ...]:
    """The candidates to begin with: spread over the strengths, the first of each, or all of few."""
    number = min(number, len(strengths))
    levels = sorted(set(strengths), reverse=True)
    places = numpy.linspace(0, len(levels) - 1, number) if number > 1 else [(len(levels) - 1) / 2]
    spread = [levels[round(float(place))] for place in places]
    chosen: list[int] = []
    for level in spread:
        free = [index for index, strength in enumerate(strengths) if index not in chosen]
        chosen.append(min(free, key=lambda index: (abs(strengths[index] - level), index)))
    return tuple(sorted(chosen))


def _next_stage(
    seen: Mapping[str, Mapping[int, float | None]],
    strengths: Sequence[float],
    race: Race,
    count: int,
    rng: numpy.random.Generator,
) -> tuple[Sequence[Place], Standing]:
    names = list(seen)
    spread = _spread([levels_of(seen[name], strengths) for name in names])
    rates = [rate_of(seen[name], strengths, spread) for name in names]
    drawn = numpy.array([rng.normal(mean, error, DRAWS) for mean, error in rates]).clip(0.0, 1.0)
    entropy = entropies(drawn)  # (a, DRAWS): H of each prompt, as it may be
    k = min(race.top_k, len(names))
    chosen = set(numpy.argsort(-entropy.mean(axis=1), kind="stable")[:k].tolist())
    best = -numpy.sort(-entropy, axis=0)[:k].mean(axis=0)
    confidence = float((best - entropy[sorted(chosen)].mean(axis=0) <= race.tolerance).mean())
    lowest = numpy.sort(entropy, axis=0)[-k]
    among = (entropy >= lowest - race.tolerance).mean(axis=1)  # P(prompt is one of the k, or as good)
    doubt = among * (1.0 - among)
    settled = frozenset(name for name, value in zip(names, among, strict=True) if not 0.1 < value < 0.9)
    unclean = {place for place in chosen if _clean(seen[names[place]]) < race.clean}
    unclean = {place for place in unclean if len(seen[names[place]]) < len(strengths)}
    decided = confidence >= race.confidence and not unclean
    room = min(race.stage, race.budget - count)
    over = Standing((), count, settled, confidence, decided)
    if decided or room <= 0:
        return (), over
    ranked = sorted(range(len(names)), key=lambda place: (place not in unclean, -doubt[place], place))
    stage: list[Place] = []
    for place in ranked:
        if len(stage) >= room or (place not in unclean and doubt[place] < 0.02):
            break
        free = [index for index in range(len(strengths)) if index not in seen[names[place]]]
        wanted = useful(seen[names[place]], strengths, free, place in unclean)
        stage += [(names[place], index) for index in wanted[: min(AT_ONCE, room - len(stage))]]
    rest = [(names[place], index) for place in ranked for index in range(len(strengths))]
    rest = [place for place in rest if place[1] not in seen[place[0]] and place not in stage]
    return (*stage, *_filling(stage, rest, strengths, race.rows, race.budget - count - len(stage))), over


def _filling(
    stage: Sequence[Place], rest: Sequence[Place], strengths: Sequence[float], rows: int, room: int
) -> list[Place]:
    """Further places, the first ones first, that fill the batches of each strength of a stage."""
    lacking = {level: -count % rows for level, count in Counter(strengths[i] for _, i in stage).items()}
    added: list[Place] = []
    for anchor, index in rest:
        if len(added) < room and lacking.get(strengths[index], 0) > 0:
            lacking[strengths[index]] -= 1
            added.append((anchor, index))
    return added


def levels_of(pictures: Mapping[int, float | None], strengths: Sequence[float]) -> dict[float, list[float]]:
    """p(copy) of the pictures at each strength that was drawn; blank ones say nothing."""
    found: dict[float, list[float]] = {}
    for index, copy in sorted(pictures.items()):
        if copy is not None:
            found.setdefault(strengths[index], []).append(copy)
    return found


def _spread(pool: Sequence[Mapping[float, Sequence[float]]]) -> float:
    """The standard deviation of p(copy) among pictures of a prompt at one strength, as seen in a pool."""
    groups = [copies for known in pool for copies in known.values() if len(copies) > 1]
    squares = sum(float(numpy.var(copies)) * len(copies) for copies in groups)
    free = sum(len(copies) - 1 for copies in groups)
    return float(numpy.sqrt((PRIOR * SPREAD**2 + squares) / (PRIOR + free)))


def rate_of(
    pictures: Mapping[int, float | None], strengths: Sequence[float], spread: float = SPREAD
) -> tuple[float, float]:
    """Eq. G20: the mean p(copy) of a prompt over all strengths, each as much, and its standard error.

    At a strength without pictures it is interpolated between its neighbours. (0.5, 0.5) where nothing is
    known.
    """
    return even_rate(levels_of(pictures, strengths), strengths, spread)


def even_rate(
    known: Mapping[float, Sequence[float]], strengths: Sequence[float], spread: float = SPREAD
) -> tuple[float, float]:
    """Eq. G20: the same of p(copy) by strength."""
    if not known:
        return 0.5, 0.5
    at = sorted(known)
    levels = sorted(set(strengths))
    means = [numpy.mean(known[level]) for level in at]
    # how much each strength that was drawn counts: itself, and the part of those that lean on it
    parts = numpy.array([numpy.interp(levels, at, numpy.eye(len(at))[row]) for row in range(len(at))])
    weights = parts.mean(axis=1)
    variance = sum(w**2 * spread**2 / len(known[level]) for w, level in zip(weights, at, strict=True))
    variance += len(set(levels) - set(at)) * GUESSED**2 / len(levels) ** 2
    return float(weights @ means), float(numpy.sqrt(variance))


def _clean(pictures: Mapping[int, float | None]) -> int:
    return sum(copy is not None and copy < CLEAN for copy in pictures.values())


def useful(
    pictures: Mapping[int, float | None], strengths: Sequence[float], free: Sequence[int], clean: bool
) -> list[int]:
    """The free candidates, the most useful first: at the strengths of which fewest are drawn, or where one is
    expected to be clean, the greatest such strength first.
    """
    known = levels_of(pictures, strengths)
    at = sorted(known)
    used = {level: len(copies) for level, copies in known.items()}
    left, picked = list(free), list[int]()

    def order(index: int) -> tuple[float, ...]:
        level = strengths[index]
        if not clean:
            return used.get(level, 0), index
        expected = numpy.interp(level, at, [numpy.mean(known[one]) for one in at]) if at else 0.5
        if expected >= CLEAN:
            return 1.0, level, index
        return 0.0, used.get(level, 0), -level, index

    while left:
        index = min(left, key=order)
        used[strengths[index]] = used.get(strengths[index], 0) + 1
        left.remove(index)
        picked.append(index)
    return picked
