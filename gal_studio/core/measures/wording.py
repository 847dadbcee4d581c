"""A share in words: what the headline, a card and the terminal say alike.

The page words the same shares by `assets/ui/measures/words.js`; a test holds both to the same numbers.
"""

import math


def percent(share: float) -> str:
    """A share in [0, 1] in whole percent, a half rounded up: "83%"."""
    return f"{math.floor(100 * share + 0.5)}%".replace("-", "−")


def share_words(count: int, judged: int, images: int) -> str:
    """A share with its own denominator: "9 of 11 judged images", and "9 of 18 images" if all are judged."""
    of = "" if judged == images else "judged "
    return f"{count} of {judged} {of}image{'' if judged == 1 else 's'}"
