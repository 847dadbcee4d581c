"""The base of all groups of settings: every value is checked, and read from plain dictionaries."""

import dataclasses
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, ClassVar, Self, get_origin

from gal_studio.core import checks
from gal_studio.core.errors import StudioError


class SettingsGroup:
    """A group of settings, converted from and to plain dictionaries.

    Renamed settings are also read under their former names, which stored projects and files hold. `ADDED` are
    settings that earlier versions did not have; their defaults change nothing.
    """

    FORMER_NAMES: ClassVar[Mapping[str, str]] = {}
    ADDED: ClassVar[frozenset[str]] = frozenset()

    def __post_init__(self) -> None:
        """Check every value: by the check of its setting, or else by its type."""
        for option in dataclasses.fields(self):  # type: ignore[arg-type]
            value = getattr(self, option.name)
            if "check" in option.metadata:
                option.metadata["check"](value)
            else:
                checks.of_type(option.name.replace("_", " ").capitalize(), value, option.type)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Read a dictionary; missing settings keep their defaults, unknown names are refused."""
        if not isinstance(data, Mapping):
            raise StudioError(
                f"The settings are {checks.shown(data)}: they must be a table of names and values."
            )
        known = {option.name: option for option in dataclasses.fields(cls)}  # type: ignore[arg-type]
        named = {cls.FORMER_NAMES.get(name, name): value for name, value in data.items()}
        for name in named:
            if name not in known:
                raise StudioError(
                    f"There is no setting {checks.shown(name)}: choose one of {', '.join(known)}."
                )
        return cls(**{name: _read(known[name].type, value) for name, value in named.items()})

    def to_dict(self) -> dict[str, Any]:
        """Convert to a plain dictionary for JSON or TOML, in which tuples are lists."""
        return dataclasses.asdict(self, dict_factory=_plain)  # type: ignore[call-overload, no-any-return]

    def to_former_dict(self) -> dict[str, Any]:
        """Like `to_dict`, with the first version's names: stored fingerprints are hashes of these.

        Settings that were added later are left out where they have their defaults.
        """
        former = {new: old for old, new in self.FORMER_NAMES.items()}
        unused = {
            option.name
            for option in dataclasses.fields(self)  # type: ignore[arg-type]
            if option.name in self.ADDED and getattr(self, option.name) == _default(option)
        }
        return {former.get(name, name): value for name, value in self.to_dict().items() if name not in unused}

    def updated(self, changes: Mapping[str, Any]) -> Self:
        """A copy with some values changed; nested groups may be partial."""
        if not isinstance(changes, Mapping):
            raise StudioError(
                f"The settings are {checks.shown(changes)}: they must be a table of names and values."
            )
        named = {self.FORMER_NAMES.get(name, name): value for name, value in changes.items()}
        return type(self).from_dict(_merged(self.to_dict(), named))


def _default(option: "dataclasses.Field[Any]") -> Any:
    made = option.default_factory
    return option.default if made is dataclasses.MISSING else made()


def _plain(items: list[tuple[str, Any]]) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in items}


def _merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(base)
    for name, value in changes.items():
        inside = result.get(name)
        both = isinstance(inside, Mapping) and isinstance(value, Mapping)
        result[name] = _merged(inside, value) if both else value  # type: ignore[arg-type]
    return result


def _read(kind: object, value: Any) -> Any:
    if isinstance(kind, type) and issubclass(kind, SettingsGroup):
        return value if isinstance(value, kind) else kind.from_dict(value)
    if get_origin(kind) is tuple:  # a list in JSON and TOML; the page sends what was typed
        value = value.split(",") if isinstance(value, str) else value
        return tuple(filter(None, map(_tidied, value))) if isinstance(value, list) else value
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        with suppress(OverflowError):  # of a number that is refused later
            return float(value)
    return value


def _tidied(value: Any) -> Any:
    return " ".join(value.split()) if isinstance(value, str) else value
