"""Numbers and names within a sentence."""

import math
from collections.abc import Sequence


def counted(number: int, one: str, many: str = "") -> str:
    """A number of things, such as "3 pictures"; `many` is the plural where it is not `one` with an s."""
    return f"{number} {one if number == 1 else many or f'{one}s'}"


def listed(names: Sequence[str], last: str = "and") -> str:
    """Names in a row, with this word before the last one: "a", "a and b", "a, b and c"."""
    return f"{', '.join(names[:-1])} {last} {names[-1]}" if len(names) > 1 else "".join(names)


def signed(value: float) -> str:
    """A difference to three digits, with a minus sign as in print: "+0.120", "−0.031"."""
    return f"{value:+.3f}".replace("-", "−")


def percent(share: float) -> str:
    """A share in [0, 1] in whole percent, a half rounded up: "83%"."""
    return f"{math.floor(100 * share + 0.5)}%".replace("-", "−")


def clock(seconds: float) -> str:
    """A time: "0:31", "1:02:05"."""
    minutes, rest = divmod(max(0, math.floor(seconds + 0.5)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def share_words(count: int, judged: int, images: int) -> str:
    """A share with its own denominator: "9 of 11 judged images", and "9 of 18 images" if all are judged."""
    of = "" if judged == images else "judged "
    return f"{count} of {judged} {of}image{'' if judged == 1 else 's'}"
