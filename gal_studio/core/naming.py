"""Unique names of rounds and projects."""

from collections import Counter
from collections.abc import Collection, Iterable

from gal_studio.core import checks
from gal_studio.core.errors import StudioError
from gal_studio.core.types import Round

MAX_NAME_LENGTH = 120  # characters


def round_names(rounds: Iterable[Round]) -> dict[str, str]:
    """The display name of each round of a project, by id: "Round 2", "Round 2 refined".

    Branches can have several rounds of the same number and kind; later ones get a counter: "Round 2 (2)".
    """
    names: dict[str, str] = {}
    seen: Counter[str] = Counter()
    for round_ in rounds:
        name = f"Round {round_.number}{' refined' if round_.kind == 'refine' else ''}"
        seen[name] += 1
        names[round_.id] = name if seen[name] == 1 else f"{name} ({seen[name]})"
    return names


def check_name(name: str) -> str:
    """Collapse white space in a project's name; refuse an empty name and one above `MAX_NAME_LENGTH`."""
    written = " ".join(name.split())
    if not written:
        raise StudioError("The name of the project is empty: enter one.")
    if len(written) > MAX_NAME_LENGTH:
        raise StudioError(
            f"The name of the project has {len(written)} characters: use at most {MAX_NAME_LENGTH}."
        )
    checks.text("The name of the project", written)
    return written


def unique_name(name: str, taken: Collection[str]) -> str:
    """The name, with a counter if it is taken: "Tea (2)"."""
    number, made = 1, name
    while made in taken:
        number += 1
        made = f"{name} ({number})"
    return made
