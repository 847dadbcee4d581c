"""The papers' figures of generated pictures: DINO, CLIP-I and CLIP-T, with intervals."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from gal_studio.core.intervals import Interval, bootstrap_interval
from gal_studio.core.seeds import generator

Values = Mapping[str, Sequence[float]]  # of each picture, by its prompt


def likeness(pictures: NDArray[np.float64], references: NDArray[np.float64]) -> NDArray[np.float64]:
    """The mean cosine of each of n pictures (n, d) to all references (m, d), unit rows: (n,) in [-1, 1]."""
    return np.asarray((pictures @ references.T).mean(axis=1), dtype=np.float64)


def alignment(pictures: NDArray[np.float64], prompts: NDArray[np.float64]) -> NDArray[np.float64]:
    """The cosine of each of n pictures (n, d) and its own prompt (n, d), unit rows: (n,) in [-1, 1]."""
    return np.asarray((pictures * prompts).sum(axis=1), dtype=np.float64)


def mean_over_prompts(values: Values, name: str) -> Interval:
    """The mean over all pictures, with its 95 % interval from a bootstrap over prompts."""
    return bootstrap_interval(values, generator(0, "evaluation", name))


def mean_over_subjects(values: Mapping[str, Values], name: str) -> Interval:
    """The mean of the subjects' means, as published, with a 95 % interval from a bootstrap over subjects.

    Of a single subject the interval is over its prompts. `pictures` counts all pictures, `prompts` what was
    resampled.
    """
    if len(values) == 1:
        return mean_over_prompts(next(iter(values.values())), name)
    means = {
        subject: [float(np.mean([value for row in rows.values() for value in row]))]
        for subject, rows in values.items()
    }
    found = bootstrap_interval(means, generator(0, "evaluation", name))
    pictures = sum(len(row) for rows in values.values() for row in rows.values())
    return Interval(found.value, found.low, found.high, pictures, found.prompts)
