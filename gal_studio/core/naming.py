"""Unique names of rounds and projects, and of files made of them."""

import re
import unicodedata
from collections.abc import Collection, Iterable

from gal_studio.core import checks
from gal_studio.core.entered import normalized
from gal_studio.core.errors import StudioError
from gal_studio.core.records.round import Round
from gal_studio.core.variants.registry import find_variant

MAX_NAME_LENGTH = 120  # characters
MAX_ROUND_NAME_LENGTH = 40
_RESERVED = re.compile(r"con|prn|aux|nul|(com|lpt)\d")


def round_names(rounds: Iterable[Round]) -> dict[str, str]:
    """The display name of each round of a project, by id: as a person named it, else as it is numbered.

    Where a person gave another round this number as its name, a counter is added.
    """
    rounds = tuple(rounds)
    titles = {round_.id: round_.title for round_ in rounds if round_.title}
    return numbered_names(rounds, titles.values()) | titles


def numbered_names(rounds: Iterable[Round], taken: Iterable[str] = ()) -> dict[str, str]:
    """The name of each round of a project by its number, none of those `taken`: "Round 2", "Round 2 refined".

    Branches can have several rounds of the same number and kind; later ones get a counter: "Round 2 (2)".
    A branch is called by what differs in it, and its rounds after it: "Rank 16", "Round 2 · rank 16".
    Archived rounds count as well, so that no name changes when they are archived or brought back.
    """
    names: dict[str, str] = {}
    used, branches = set(taken), dict[str | None, str]()
    for round_ in rounds:  # a parent stands before its children
        name, branch = f"Round {round_.number} {find_variant(round_.kind).suffix}".rstrip(), ""
        if round_.copy_of is None and (branch := branches.get(round_.parent_id, "")):
            name = f"{name} · {branch}"
        differs = round_.difference
        names[round_.id] = unique_name(f"{differs[:1].upper()}{differs[1:]}" or name, used)
        branches[round_.id] = (round_.title or differs) if round_.copy_of else branch
        used.add(names[round_.id])
    return names


def shortened(name: str, longest: int) -> str:
    """A name without its middle if it is too long: files of one training differ at the end."""
    half = (longest - 1) // 2
    return name if len(name) <= longest else f"{name[:half].rstrip()}…{name[-half:].lstrip()}"


def check_name(name: str, what: str = "project", longest: int = MAX_NAME_LENGTH) -> str:
    """Normalize the name of `what` and its white space; refuse an empty one, and one above `longest`."""
    written = " ".join(normalized(name).split())
    if not written:
        raise StudioError(f"The name of the {what} is empty: enter one.")
    if len(written) > longest:
        raise StudioError(f"The name of the {what} has {len(written)} characters: use at most {longest}.")
    checks.text(f"The name of the {what}", written)
    return written


def unique_name(name: str, taken: Collection[str]) -> str:
    """The name, with a counter if it is taken: "Tea (2)"."""
    number, made = 1, name
    while made in taken:
        number += 1
        made = f"{name} ({number})"
    return made


def file_stem(name: str, identity: str, longest: int = 60) -> str:
    """A name as part of a file name: lower-case letters of ASCII, digits and hyphens; never empty.

    Where letters are lost, as of a name in Japanese, the first digits of the ID keep two names apart; so
    they do where Windows has a device of that name, as `con`.
    """
    bare = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    words = re.sub(r"[^a-z0-9]+", "-", bare.lower()).strip("-")[:longest].strip("-")
    is_whole = words and all(c.isascii() for c in bare if c.isalnum())
    if is_whole and not _RESERVED.fullmatch(words):
        return words
    digits = re.sub(r"[^a-z0-9]", "", identity.lower())[:8]
    return "-".join(filter(None, (words, digits))) or "unnamed"
