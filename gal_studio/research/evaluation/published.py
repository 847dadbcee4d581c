"""The papers' figures of generated pictures: DINO, CLIP-I and CLIP-T, with intervals."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from gal_studio.core.intervals import Interval, Values, mean_interval


def likeness(pictures: NDArray[np.float64], references: NDArray[np.float64]) -> NDArray[np.float64]:
    """The mean cosine of each of n pictures (n, d) to all references (m, d), unit rows: (n,) in [-1, 1]."""
    return np.asarray((pictures @ references.T).mean(axis=1), dtype=np.float64)


def alignment(pictures: NDArray[np.float64], prompts: NDArray[np.float64]) -> NDArray[np.float64]:
    """The cosine of each of n pictures (n, d) and its own prompt (n, d), unit rows: (n,) in [-1, 1]."""
    return np.asarray((pictures * prompts).sum(axis=1), dtype=np.float64)


def mean_over_subjects(values: Mapping[str, Values]) -> Interval:
    """The mean of the subjects' means, as published, with its 95 % interval over subjects.

    Of a single subject the interval is over its prompts. `pictures` counts all pictures, `prompts` what the
    interval is over.
    """
    if len(values) == 1:
        return mean_interval(next(iter(values.values())))
    means = {
        subject: [float(np.mean([value for row in rows.values() for value in row]))]
        for subject, rows in values.items()
    }
    found = mean_interval(means)
    pictures = sum(len(row) for rows in values.values() for row in rows.values())
    return Interval(found.value, found.low, found.high, pictures, found.prompts)
