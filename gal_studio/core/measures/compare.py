"""Means of a round on the test set, and paired differences between two rounds, with 95 % intervals."""

from collections.abc import Callable, Mapping

from gal_studio.core.intervals import Difference, Interval, mean_interval, paired_difference, rate_interval
from gal_studio.core.measures.blind import Key
from gal_studio.core.measures.pictures import SHARES, MeasuredPicture, Metric

DrawnByKey = Mapping[Key, MeasuredPicture]
Figure = Callable[[MeasuredPicture], float | None]
Figures = Mapping[Key, float | None]


def images_of(drawn: DrawnByKey) -> dict[Key, str]:
    """The hashes of the images."""
    return {key: one.candidate.image for key, one in drawn.items()}


def mean(drawn: DrawnByKey, metric: Metric) -> Interval | None:
    """The mean of a metric over all pictures that have it; None without any."""
    by_prompt = _by_prompt(_figures(drawn, metric))
    if not by_prompt:
        return None
    return rate_interval(by_prompt) if metric in SHARES else mean_interval(by_prompt)


def change(before: DrawnByKey, after: DrawnByKey, metric: Metric) -> Difference | None:
    """The mean of `after - before` over the prompts and seeds that both have drawn; None without any."""
    return _paired(_figures(before, metric), _figures(after, metric), of_rates=metric in SHARES)


def difference(
    before: DrawnByKey, after: DrawnByKey, figure: Figure, of_rates: bool = False
) -> Difference | None:
    """The mean paired difference of any figure; pairs in which one has no figure are left out."""
    old, new = ({key: figure(drawn[key]) for key in sorted(drawn)} for drawn in (before, after))
    return _paired(old, new, of_rates)


def _paired(before: Figures, after: Figures, of_rates: bool = False) -> Difference | None:
    old, new = _known(before), _known(after)
    common = sorted(old.keys() & new.keys())
    if not common:
        return None
    return paired_difference(
        {key: old[key] for key in common}, {key: new[key] for key in common}, of_rates=of_rates
    )


def gains(before: DrawnByKey, after: DrawnByKey) -> dict[Key, float]:
    """How much more useful (u) each picture is than the other's of the same prompt and seed."""
    return {key: after[key].utility - before[key].utility for key in sorted(before.keys() & after.keys())}


def gain(before: DrawnByKey, after: DrawnByKey) -> Difference | None:
    """The mean of u of one round less that of another, or of the base model's 0, paired by prompt and seed.

    None if they have no pictures of the same prompts and seeds. The best round gains most over the base
    model, and whether it is ahead of another one is what it gains over that.
    """
    return difference(before, after, lambda picture: picture.utility)


def _figures(drawn: DrawnByKey, metric: Metric) -> Figures:
    return {key: drawn[key].figures[metric] for key in sorted(drawn)}


def _known(values: Figures) -> dict[Key, float]:
    return {key: value for key, value in values.items() if value is not None}


def _by_prompt(values: Figures) -> dict[str, list[float]]:
    by_prompt: dict[str, list[float]] = {}
    for (prompt, _), value in _known(values).items():
        by_prompt.setdefault(prompt, []).append(value)
    return by_prompt
