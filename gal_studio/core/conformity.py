"""Compare values with the types that a dataclass declares: what is stored may have been written by others."""

import dataclasses
import functools
import types
from collections.abc import Callable, Mapping, Sequence, Set
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from gal_studio.core.checks import shown
from gal_studio.core.errors import StudioError

_PLAIN: Mapping[type, tuple[type, ...]] = {float: (float, int), int: (int,), str: (str,), bool: (bool,)}
_hints: Callable[[Any], dict[str, Any]] = functools.cache(get_type_hints)


def check_declared(value: object) -> None:
    """Refuse a dataclass if a value in it, at any depth, is not of the type that its field declares."""
    if dataclasses.is_dataclass(value):
        hints = _hints(type(value))
        for option in dataclasses.fields(value):
            inside = getattr(value, option.name)
            if not conforms(inside, hints[option.name]):
                raise StudioError(f"{type(value).__name__}.{option.name} is {shown(inside)}.")


def conforms(value: object, hint: Any) -> bool:
    """Whether a value is of a declared type; a dataclass inside of it raises."""
    origin, args = get_origin(hint), get_args(hint)
    if origin is Literal:
        return value in args
    if origin in (Union, types.UnionType):
        return any(conforms(value, one) for one in args)
    if origin is tuple and args[-1] is not ...:
        return isinstance(value, tuple) and len(value) == len(args) and all(map(conforms, value, args))
    if origin is not None and issubclass(origin, Mapping):
        return isinstance(value, Mapping) and all(
            conforms(name, args[0]) and conforms(inside, args[1]) for name, inside in value.items()
        )
    if origin is not None and issubclass(origin, Sequence | Set):
        return isinstance(value, Sequence | Set) and all(conforms(inside, args[0]) for inside in value)
    if hint in _PLAIN:
        return isinstance(value, _PLAIN[hint]) and (hint is bool or not isinstance(value, bool))
    check_declared(value)
    return not isinstance(hint, type) or isinstance(value, hint)
