"""Means of a round on the test set, and paired differences between two rounds, with 95 % intervals."""

from collections.abc import Callable, Mapping

import numpy

from gal_studio.core.intervals import Interval, bootstrap_interval, paired_difference
from gal_studio.core.measures.pictures import MeasuredPicture, Metric

Key = tuple[str, int]
"""A prompt and the number of a seed, which are the same in every round."""
Drawn = Mapping[Key, MeasuredPicture]
Figure = Callable[[MeasuredPicture], float | None]
Rng = Callable[[str], numpy.random.Generator]
"""Makes the random generator of the bootstrap for a name, so that the same figures give the same interval."""


def mean(drawn: Drawn, metric: Metric, rng: Rng) -> Interval | None:
    """The mean of a metric over all pictures; None without any."""
    by_prompt: dict[str, list[float]] = {}
    for (prompt, _), value in _values(drawn, lambda picture: picture.figure(metric)).items():
        by_prompt.setdefault(prompt, []).append(value)
    return bootstrap_interval(by_prompt, rng(metric)) if by_prompt else None


def change(before: Drawn, after: Drawn, metric: Metric, rng: Rng) -> Interval | None:
    """The mean of `after - before` over the prompts and seeds that both have drawn; None without any."""
    return difference(before, after, lambda picture: picture.figure(metric), rng(metric))


def difference(before: Drawn, after: Drawn, figure: Figure, rng: numpy.random.Generator) -> Interval | None:
    """The mean paired difference of any figure; pairs in which one has no figure are left out."""
    old, new = _values(before, figure), _values(after, figure)
    common = sorted(old.keys() & new.keys())
    if not common:
        return None
    return paired_difference({key: old[key] for key in common}, {key: new[key] for key in common}, rng)


def gains(base: Drawn, drawn: Drawn) -> dict[Key, float]:
    """The gain of each picture over the base model's picture of the same prompt and seed.

    It is how much closer to the references it comes (CLIP-I), and 0 for a picture that is not as asked: it
    has gained nothing. Where nobody knows what is recognised, only copies and blank pictures count as 0.
    """
    found = {}
    for key in drawn.keys() & base.keys():
        if drawn[key].as_asked is False or not drawn[key].no_copy:
            found[key] = 0.0
        elif not base[key].is_blank:
            found[key] = drawn[key].likeness - base[key].likeness
    return found


def mean_gain(base: Drawn, drawn: Drawn, rng: numpy.random.Generator) -> Interval | None:
    """The mean gain over the base model; None if they have no pictures of the same prompts and seeds."""
    by_prompt: dict[str, list[float]] = {}
    for (prompt, _), value in sorted(gains(base, drawn).items()):
        by_prompt.setdefault(prompt, []).append(value)
    return bootstrap_interval(by_prompt, rng) if by_prompt else None


def lead(drawn: tuple[Drawn, Drawn, Drawn], rng: numpy.random.Generator) -> Interval | None:
    """How much more one round has gained than another, paired by prompt and seed.

    `drawn` are the pictures of the base model, of the round, and of the other round.
    """
    base, first, second = drawn
    ahead, behind = gains(base, first), gains(base, second)
    common = sorted(ahead.keys() & behind.keys())
    if not common:
        return None
    return paired_difference({key: behind[key] for key in common}, {key: ahead[key] for key in common}, rng)


def _values(drawn: Drawn, figure: Figure) -> dict[Key, float]:
    values = {key: figure(drawn[key]) for key in sorted(drawn)}
    return {key: value for key, value in values.items() if value is not None}
