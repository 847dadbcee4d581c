"""Validate the values of settings. Each error shows the value and says what is accepted."""

import math
from collections.abc import Callable
from dataclasses import field
from typing import Any, get_args

from gal_studio.core.errors import StudioError


def setting(default: Any, check: Callable[..., None], name: str, *limits: Any, **options: Any) -> Any:
    """A setting with this default; `check` refuses other values, by this name."""
    return field(default=default, metadata={"check": lambda value: check(name, value, *limits, **options)})


def whole(name: str, value: object, low: int, high: int) -> None:
    """Accept only a whole number in [low, high]."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise StudioError(f"{name} is {value!r}: choose a whole number from {low} to {high}.")


def real(name: str, value: object, low: float, high: float, exclude_low: bool = False) -> None:
    """Accept only a finite number in [low, high], or in (low, high] with `exclude_low`."""
    numeric = isinstance(value, int | float) and not isinstance(value, bool)
    number = float(value) if numeric else math.nan  # type: ignore[arg-type]
    if math.isfinite(number) and low <= number <= high and not (exclude_low and number == low):
        return
    start = f"above {low:g} and up to" if exclude_low else f"from {low:g} to"
    raise StudioError(f"{name} is {value!r}: choose a number {start} {high:g}.")


def flag(name: str, value: object) -> None:
    """Accept only a boolean."""
    if not isinstance(value, bool):
        raise StudioError(f"{name} is {value!r}: choose true or false.")


def one_of(name: str, value: object, known: object) -> None:
    """Accept only one of the words of a `Literal`."""
    words = get_args(known)
    if value not in words:
        raise StudioError(f"{name} is {value!r}: choose one of {', '.join(words)}.")


def words(name: str, value: object) -> None:
    """Accept only a tuple of different, non-empty texts."""
    texts = value if isinstance(value, tuple) and all(isinstance(each, str) for each in value) else None
    if texts is None or "" in texts or len({each.lower() for each in texts}) < len(texts):
        raise StudioError(f"{name} is {value!r}: choose a list of different texts, such as 'flat, cartoon'.")


def resolution(name: str, value: object) -> None:
    """Accept only sizes that an f8 autoencoder can encode, or None for the model's own size."""
    if value is None:
        return
    whole(name, value, 64, 2048)
    if isinstance(value, int) and value % 8:
        raise StudioError(f"{name} is {value}: choose a multiple of 8, such as {value - value % 8}.")
