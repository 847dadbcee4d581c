"""The base of all groups of settings: every value is checked, and read from plain dictionaries."""

import dataclasses
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from typing import Any, ClassVar, Self, get_args, get_origin

from gal_studio.core import checks
from gal_studio.core.errors import StudioError


class SettingsGroup:
    """A group of settings, converted from and to plain dictionaries.

    Stored projects and files also hold renamed settings under their former names, and those that are `GONE`,
    which are left out. `FIRST` are the settings of the first version with their defaults of that time, which
    every fingerprint has held ever since. It is complete for good: `distinctive` is what fingerprints say of
    later settings.
    """

    FORMER_NAMES: ClassVar[Mapping[str, str]] = {}
    GONE: ClassVar[frozenset[str]] = frozenset()
    FIRST: ClassVar[Mapping[str, Any]] = {}

    def __post_init__(self) -> None:
        """Check every value: by the check of its setting, or else by its type."""
        for option in self._options().values():
            checks.of_setting(option, getattr(self, option.name))

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Read a dictionary; missing settings keep their defaults, unknown names are refused."""
        options = cls._options()
        return cls(**{name: _read(options[name].type, value) for name, value in cls._named(data).items()})

    @classmethod
    def _named(cls, data: Mapping[str, Any]) -> dict[str, Any]:
        """The values under today's names; what is no table and unknown names are refused."""
        given = ((name, value) for name, value in table_of(data).items() if name not in cls.GONE)
        named = {cls.FORMER_NAMES.get(name, name): value for name, value in given}
        for name in named:
            if name not in cls._options():
                raise StudioError(
                    f"There is no setting {checks.shown(name)}: choose one of {', '.join(cls._options())}."
                )
        return named

    @classmethod
    @cache
    def _options(cls) -> dict[str, "dataclasses.Field[Any]"]:
        return {option.name: option for option in dataclasses.fields(cls)}  # type: ignore[arg-type]

    def to_dict(self) -> dict[str, Any]:
        """Convert to a plain dictionary for JSON or TOML, in which tuples are lists."""
        return dataclasses.asdict(self, dict_factory=_plain)  # type: ignore[call-overload, no-any-return]

    def distinctive(self) -> dict[str, Any]:
        """What fingerprints say of these settings: `FIRST`, and what differs from it or from its default.

        So a new setting changes no stored fingerprint as long as it has its default. That default stays for
        good, since a fingerprint that leaves it out means that value; what new projects begin with is for
        the presets to say.
        """
        options = dataclasses.fields(self)  # type: ignore[arg-type]
        usual = {**{option.name: _default(option) for option in options}, **self.FIRST}
        differing = {option.name for option in options if getattr(self, option.name) != usual[option.name]}
        return {**self.FIRST, **{name: value for name, value in self.to_dict().items() if name in differing}}

    def updated(self, changes: Mapping[str, Any]) -> Self:
        """A copy with some values changed; nested groups may be partial."""
        changed = {name: self._changed(name, value) for name, value in self._named(changes).items()}
        return dataclasses.replace(self, **changed)  # type: ignore[type-var]

    def _changed(self, name: str, value: Any) -> Any:
        """A setting as it is changed: a group in part, another one as a whole."""
        former = getattr(self, name)
        if isinstance(former, SettingsGroup) and isinstance(value, Mapping):
            return former.updated(value)
        return _read(self._options()[name].type, value)


def _default(option: "dataclasses.Field[Any]") -> Any:
    made = option.default_factory
    return option.default if made is dataclasses.MISSING else made()


def _plain(items: list[tuple[str, Any]]) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in items}


def _read(kind: object, value: Any) -> Any:
    if isinstance(kind, type) and issubclass(kind, SettingsGroup):
        return value if isinstance(value, kind) else kind.from_dict(value)
    if get_origin(kind) is tuple:  # a list in JSON and TOML; the page sends what was typed
        value = value.split(",") if isinstance(value, str) else value
        tidied = _number if get_args(kind)[0] is float else _tidied
        return tuple(one for one in map(tidied, value) if one != "") if isinstance(value, list) else value
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        with suppress(OverflowError):  # of a number that is refused later
            return float(value)
    return value


def _tidied(value: Any) -> Any:
    return " ".join(value.split()) if isinstance(value, str) else value


def _number(value: Any) -> Any:
    """A number of a list; text that is none stays, and is refused by its setting."""
    if isinstance(value, str):
        with suppress(ValueError):
            return float(value)
        return value.strip()
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def table_of(data: object) -> Mapping[str, Any]:
    """A table of settings as it is; StudioError if it is none."""
    if not isinstance(data, Mapping):
        raise StudioError(f"The settings are {checks.shown(data)}: they must be a table of names and values.")
    return data


def nested(changes: Mapping[str, Any]) -> dict[str, Any]:
    """`{"tune.rank": 4}` as `{"tune": {"rank": 4}}`."""
    found: dict[str, Any] = {}
    for name, value in changes.items():
        group, _, key = name.partition(".")
        found.setdefault(group, {})[key] = value
    return found
