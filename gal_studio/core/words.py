"""Numbers and names within a sentence."""

from collections.abc import Sequence


def counted(number: int, one: str, many: str = "") -> str:
    """A number of things, such as "3 pictures"; `many` is the plural where it is not `one` with an s."""
    return f"{number} {one if number == 1 else many or f'{one}s'}"


def listed(names: Sequence[str]) -> str:
    """Names in a row: "a", "a and b", "a, b and c"."""
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)
