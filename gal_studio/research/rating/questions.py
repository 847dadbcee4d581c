"""What raters decide of each image, in their words; shared by benchmarks and `gal-studio rate`."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gal_studio.assets import assets_folder

Flags = NDArray[np.bool_]
Answers = NDArray[np.int64]
QUESTIONS = ("copy", "asked", "like")
"""The labels of an image, in this order."""
GRADES = (2, 2, 3)
"""So many answers each has, from 0 on: a style is kept fully (2), partly or not."""
RIGHT, WHOLE = "right", "whole"
"""What follows from them: no copy, as asked and alike at least in part, or fully."""
RULES = (assets_folder() / "rate-rules.txt").read_text(encoding="utf-8")
"""What somebody reads who rates sheets and knows nothing else."""
ASKED = "".join(f"{line}\n" for line in RULES.splitlines() if line.startswith(("- ", "  ")))
"""What is asked of each image, of it."""
Count = Mapping[str, Mapping[str, Any]]
"""What a rater wrote: [copy, asked, like] of each numbered image, by page."""


def success(said: Answers | Flags, least: int = 1) -> Flags:
    """Which of n images are no copy, as asked and so much like the reference, of their labels (n, 3)."""
    good: Flags = (said[:, 0] == 0) & (said[:, 1] == 1) & (said[:, 2] >= least)
    return good


def are_labels(said: Sequence[object]) -> bool:
    """Whether these are the labels of an image."""
    return len(said) == len(GRADES) and all(
        label in range(grades) for label, grades in zip(said, GRADES, strict=True)
    )
