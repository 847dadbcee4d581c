"""JSON that every reader reads alike: finite numbers, encodable texts, bounded size and depth."""

import json
import re
from contextlib import suppress
from typing import Any, NoReturn

from gal_studio.core.errors import StudioError


class InvalidError(StudioError):
    """A text that is not strict JSON, or too large or deep."""


DEEPEST = 64  # lists and objects inside of each other
MOST = 300_000
"""Values in a text; they are counted before it is parsed, since nothing else runs while that happens."""
_TEXT = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)  # the last may not be closed


def dumps(value: Any) -> str:
    """A value as JSON; refused if a number is not finite or a text cannot be encoded."""
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
        text.encode()
    except (ValueError, TypeError, RecursionError, OverflowError) as error:
        raise StudioError("A value cannot be written as JSON: use finite numbers and plain text.") from error
    return text


def loads(data: bytes | str, finite: bool = True) -> Any:
    """The value of a JSON text in UTF-8; refused if it is not strict JSON, or too large or deep.

    It has at most `MOST` values, nested to at most `DEEPEST`. Unless all numbers must be `finite`, -Infinity
    and the like are read as Python writes them.
    """
    try:
        text = data.decode() if isinstance(data, bytes) else data
        if _values(text) > MOST and _values(_TEXT.sub("", text)) > MOST:
            raise StudioError("too many values")
        constant, number = (_refuse, _finite) if finite else (None, None)
        value = json.loads(text, parse_constant=constant, parse_float=number)
        if "\\ud" in text.lower():
            json.dumps(value, ensure_ascii=False).encode()  # half of a pair of surrogates cannot be encoded
    except (ValueError, RecursionError, StudioError) as error:
        raise InvalidError("The request is not valid JSON: reload the page.") from error
    if _is_deeper(value, DEEPEST):
        raise InvalidError("The request is nested too deeply: reload the page.")
    return value


def numbers(value: Any) -> dict[str, float]:
    """Numbers by name, such as scores, in a stored value; refused like `stored`."""
    match value:
        case dict() as found if {*map(type, found.values())} <= {int, float}:
            with suppress(OverflowError):
                return {name: float(number) for name, number in found.items()}
    raise _damaged()


def stored_texts(text: Any) -> tuple[str, ...]:
    """The texts of a JSON list in the database; refused like `stored`."""
    found = stored(text)
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise _damaged()
    return tuple(found)


def stored_object(text: Any) -> dict[str, Any]:
    """The object of a JSON text in the database."""
    found = stored(text)
    if not isinstance(found, dict):
        raise _damaged()
    return found


def stored(text: Any) -> Any:
    """The value of a JSON text in the database; refused in words that fit there if it is damaged."""
    try:
        return loads(text if isinstance(text, bytes | str) else b"")
    except StudioError as error:
        raise _damaged() from error


def _damaged() -> StudioError:
    return StudioError("A stored value is damaged: run gal-studio doctor on this workspace.")


def _values(text: str) -> int:
    """About how many values a JSON text has; commas and brackets in its texts count too."""
    return text.count(",") + text.count("[") + text.count("{")


def _refuse(name: str) -> NoReturn:
    raise ValueError(name)


def _finite(digits: str) -> float:
    number = float(digits)
    if number - number != 0:
        raise ValueError("a number is too large")
    return number


def _is_deeper(value: Any, levels: int) -> bool:
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return levels == 0 or any(_is_deeper(one, levels - 1) for one in inside if isinstance(one, dict | list))
