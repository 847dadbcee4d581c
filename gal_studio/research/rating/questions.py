"""What raters decide of each image, in their words; shared by benchmarks and `gal-studio rate`."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gal_studio.assets import assets_folder

Flags = NDArray[np.bool_]
QUESTIONS = ("copy", "asked", "like")
"""The labels of an image, in this order."""
RIGHT = "right"
"""What follows from them: no copy, as asked and alike."""
RULES = (assets_folder() / "rate-rules.txt").read_text(encoding="utf-8")
"""What somebody reads who rates sheets and knows nothing else."""
ASKED = "".join(f"{line}\n" for line in RULES.splitlines() if line.startswith(("- ", "  ")))
"""What is asked of each image, of it."""
Count = Mapping[str, Mapping[str, Any]]
"""What a rater wrote: [copy, asked, like] of each numbered image, by page."""


def success(said: Flags) -> Flags:
    """Which of n images are right, of their labels (n, 3): no copy, as asked and like the reference."""
    good: Flags = ~said[:, 0] & said[:, 1] & said[:, 2]
    return good
