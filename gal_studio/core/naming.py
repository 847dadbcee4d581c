"""What rounds and projects are called: no two alike."""

from collections import Counter
from collections.abc import Collection, Iterable

from gal_studio.core.errors import StudioError
from gal_studio.core.types import Round

LONGEST_NAME = 120  # letters


def round_names(rounds: Iterable[Round]) -> dict[str, str]:
    """What each round of a project is called, by its id: "Round 2", "Round 2 refined".

    A tree of rounds has several of the same number and kind; the later ones are counted: "Round 2 (2)".
    """
    names: dict[str, str] = {}
    seen: Counter[str] = Counter()
    for entry in rounds:
        name = f"Round {entry.number}{' refined' if entry.kind == 'refine' else ''}"
        seen[name] += 1
        names[entry.id] = name if seen[name] == 1 else f"{name} ({seen[name]})"
    return names


def check_name(name: str) -> str:
    """A project's name in one line; StudioError when it is empty or has more than `LONGEST_NAME` letters."""
    written = " ".join(name.split())
    if not written:
        raise StudioError("The name of the project is empty: write one.")
    if len(written) > LONGEST_NAME:
        raise StudioError(
            f"The name of the project has {len(written)} letters: write at most {LONGEST_NAME}."
        )
    return written


def unlike(name: str, others: Collection[str]) -> str:
    """The name, counted where there is one like it: "Tea (2)"."""
    number, made = 1, name
    while made in others:
        number += 1
        made = f"{name} ({number})"
    return made
