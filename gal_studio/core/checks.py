"""Validate the values of settings. Each error shows the value and says what is accepted."""

import math
import reprlib
from collections.abc import Callable, Mapping
from dataclasses import Field, field
from typing import Any, Literal, get_args, get_origin

from gal_studio.core.errors import StudioError, is_hidden

LONGEST_TEXT = 500  # characters of a setting
LARGEST_SEED = 2**63 - 1  # the largest number of SQLite
_shown = reprlib.Repr()
_shown.maxstring = _shown.maxother = _shown.maxlong = 120


KIND, DRAWS = "kind", "draws"
"""Beside settings, what decides whether a setting does nothing: the kind of a project, and whether its base
model comes with an image adapter of its own."""


def setting(
    default: Any,
    name: str,
    *limits: float,
    check: Callable[[str, object], None] | None = None,
    note: str,
    words: Mapping[Any, str] | Callable[[], Mapping[Any, str]] | None = None,
    idle: tuple[Mapping[str, Any], ...] = (),
    **options: Any,
) -> Any:
    """A setting with this default; the check of its type, or `check`, refuses other values (`of_setting`).

    `name` is what the page shows. `note` is one or two sentences: what the setting does, and what one sees if
    it is larger; `words` are those of the values that can be chosen, or a function that looks them up. `idle`
    says with which values of other settings, by their dotted names, this one does nothing: with all of any of
    these mappings, which may also name `KIND` and `DRAWS`. Its note begins with "Only with".
    """
    about = {"label": name, "limits": limits, "options": options, "check": check, "note": note}
    return field(default=default, metadata={**about, "words": words or {}, "idle": idle})


def of_setting(option: "Field[Any]", value: object) -> None:
    """Accept only a value that a setting can have."""
    about = option.metadata
    name = about.get("label") or option.name.replace("_", " ").capitalize()
    if check := about.get("check"):
        check(name, value)
    else:
        of_type(name, value, option.type, *about.get("limits", ()), **about.get("options", {}))


def shown(value: object) -> str:
    """A value as an error message quotes it, shortened if it is long."""
    try:
        return _shown.repr(value)
    except Exception:  # such as a number with more digits than Python converts
        return f"a value of the type {type(value).__name__}"


def of_type(name: str, value: object, kind: Any, *limits: Any, **options: Any) -> None:
    """Accept only a value of the declared type, a number only within its limits."""
    origin = get_origin(kind) or kind
    if origin is Literal:
        one_of(name, value, kind)
    elif origin in _CHECKS:
        _CHECKS[origin](name, value, *limits, **options)
    elif not (isinstance(kind, type) and isinstance(value, kind)):
        raise StudioError(f"{name} is {shown(value)}: choose a value of the type {kind}.")


def text(name: str, value: object, longest: int = LONGEST_TEXT) -> None:
    """Accept only a text of at most `longest` characters that can be stored, shown and printed."""
    if not isinstance(value, str):
        raise StudioError(f"{name} is {shown(value)}: enter text.")
    if len(value) > longest:
        raise StudioError(f"{name} has {len(value)} characters: use at most {longest}.")
    hidden = next((letter for letter in value if is_hidden(letter) and letter not in "\n\t"), None)
    if hidden is not None:
        raise StudioError(f"{name} contains the invisible character {hidden!a}: leave it out.")


def whole(name: str, value: object, low: int, high: int) -> None:
    """Accept only a whole number in [low, high]."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise StudioError(f"{name} is {shown(value)}: choose a whole number from {low} to {high}.")


def seed(name: str, value: object) -> None:
    """Accept only a whole number from 0 to the largest seed that can be stored."""
    whole(name, value, 0, LARGEST_SEED)


def typed_seed(value: object) -> object:
    """A seed as a number if its digits were sent as text, because a page's numbers have fewer."""
    is_digits = isinstance(value, str) and value.strip().isascii() and value.strip().isdecimal()
    return int(str(value).strip()[:40]) if is_digits else value


def real(name: str, value: object, low: float, high: float, exclude_low: bool = False) -> None:
    """Accept only a finite number in [low, high], or in (low, high] with `exclude_low`."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        above = low < value if exclude_low else low <= value  # false for NaN
        if above and value <= high and math.isfinite(value):
            return
    start = f"above {low:g} and up to" if exclude_low else f"from {low:g} to"
    raise StudioError(f"{name} is {shown(value)}: choose a number {start} {high:g}.")


def flag(name: str, value: object) -> None:
    """Accept only a boolean."""
    if not isinstance(value, bool):
        raise StudioError(f"{name} is {shown(value)}: choose true or false.")


def one_of(name: str, value: object, known: object) -> None:
    """Accept only one of the words of a `Literal`."""
    words = get_args(known)
    if value not in words:
        raise StudioError(f"{name} is {shown(value)}: choose one of {', '.join(words)}.")


def words(name: str, value: object) -> None:
    """Accept only a tuple of different, non-empty texts."""
    texts = value if isinstance(value, tuple) and all(isinstance(each, str) for each in value) else None
    if texts is None or "" in texts or len({each.lower() for each in texts}) < len(texts) or len(texts) > 100:
        raise StudioError(
            f"{name} is {shown(value)}: choose a list of different texts, such as 'flat, cartoon'."
        )
    for each in texts:
        text(name, each)


_CHECKS: Mapping[Any, Callable[..., None]] = {bool: flag, int: whole, float: real, str: text, tuple: words}
"""By the type of a setting."""


def resolution(name: str, value: object) -> None:
    """Accept only sizes that an f8 autoencoder can encode, or None for the model's own size."""
    if value is None:
        return
    whole(name, value, 64, 2048)
    if isinstance(value, int) and value % 8:
        raise StudioError(f"{name} is {value}: choose a multiple of 8, such as {value - value % 8}.")


def storable(value: object) -> None:
    """Refuse a value with a text, at any depth, that can be no row or path: NUL, half a character."""
    if isinstance(value, dict):
        for name, inside in value.items():
            storable(name)
            storable(inside)
    elif isinstance(value, list | tuple):
        for inside in value:
            storable(inside)
    elif isinstance(value, str) and (
        "\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value)
    ):
        raise StudioError("A text has a character that cannot be stored: type it again, or paste plain text.")
