"""What raters decide of each image, in their words; shared by benchmarks and `gal-studio rate`."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Flags = NDArray[np.bool_]
QUESTIONS = ("copy", "asked", "like")
"""The labels of an image, in this order."""
RIGHT = "right"
"""What follows from them: no copy, as asked and alike."""
ASKED = """\
- **copy**: it shows the reference's own thing (a style) or its place or empty ground (an object), or a part
  of these that a person can name, instead of what was asked for or mixed into it.
- **asked**: a person who is told what was asked for says that it is shown, at least roughly.
- **like**: it looks made in the reference's style, more so than any ordinary drawing; or it shows that very
  object, by its shape and its own colors.
"""
"""What is asked of each image."""
RULES = f"""# Counting by eye

Each page has references above, and below them numbered images that a model generated; below each stands what
was asked for. The references show one thing in a style, or one object. For every image say 1 or 0:

{ASKED}
Write `count-YOURNAME.json` beside this file: {{"PAGE": {{"1": [copy, asked, like], "2": ...}}, ...}}, where
PAGE is the page's file name without its end. Read nothing else.
"""
Count = Mapping[str, Mapping[str, Any]]
"""What a rater wrote: [copy, asked, like] of each numbered image, by page."""


def success(said: Flags) -> Flags:
    """Which of n images are right, of their labels (n, 3): no copy, as asked and like the reference."""
    good: Flags = ~said[:, 0] & said[:, 1] & said[:, 2]
    return good
