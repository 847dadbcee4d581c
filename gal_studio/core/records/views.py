"""What the page gets of records."""

import functools
from dataclasses import fields
from typing import Any, TypeVar

View = TypeVar("View")


def version(image: str) -> str:
    """A prefix of the hash of a picture."""
    return image[:8]


def view_of(kind: type[View], shown: Any, **given: Any) -> View:
    """The view whose fields are given, or else what is shown has under the same names."""
    names = _names(kind)  # type: ignore[arg-type]
    return kind(**given, **{name: getattr(shown, name) for name in names if name not in given})


@functools.cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))
