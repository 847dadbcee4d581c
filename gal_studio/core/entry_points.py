"""What packages bring by entry points.

Those of the studio itself stand in its pyproject.toml: a checkout is read as it is, since what was installed
of it may be older, or nothing.
"""

import functools
import pkgutil
import re
import threading
import tomllib
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Generic, TypeVar

from gal_studio.core.errors import first_line

T = TypeVar("T")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_OWN = "gal-studio"


def is_name(value: object) -> bool:
    """Whether something can be called so: at most 40 small letters, digits, - and _."""
    return isinstance(value, str) and _NAME.fullmatch(value) is not None


@functools.cache
def _installed() -> Any:  # the type differs between versions of Python
    return entry_points()


@functools.cache
def _of_checkout() -> Mapping[str, Mapping[str, str]] | None:
    """What pyproject.toml names, by group; None if the studio is no checkout."""
    try:
        text = pkgutil.get_data("gal_studio", "../pyproject.toml") or b""
        project = tomllib.loads(text.decode()).get("project", {})
    except (OSError, ValueError):
        return None
    # some packages leave theirs beside the installed ones
    return project.get("entry-points", {}) if project.get("name") == _OWN else None


def brought_to(group: str) -> list[EntryPoint]:
    """The entry points of a group by name; all packages are read once, at the first question."""
    found, own = list(_installed().select(group=group)), _of_checkout()
    if own is not None:
        found = [one for one in found if one.dist is None or one.dist.name != _OWN]
        found += [EntryPoint(name, value, group) for name, value in own.get(group, {}).items()]
    return sorted(found, key=lambda one: one.name)


def package_of(entry: EntryPoint) -> str:
    """The package that brings it; "" for the studio itself."""
    return entry.dist.name if entry.dist and entry.dist.name != _OWN else ""


def cannot_be_used(entry: EntryPoint, error: BaseException) -> str:
    """The sentence about a plug-in that is left out."""
    package = package_of(entry) or _OWN
    return (
        f"The plug-in {entry.name!r} of {package} ({entry.group}) cannot be used "
        f"({type(error).__name__}: {first_line(error)}): update {package} or uninstall it."
    )


class PlugIns(Generic[T]):
    """What other packages bring under the entry points of a group, loaded at the first use.

    `accept` makes a member of what an entry point names, or raises; a class of no arguments may stand for its
    instance. A plug-in that cannot be used is left out, and `problems` has a sentence for each.
    """

    def __init__(self, group: str, accept: Callable[[Any], T], name_of: Callable[[T], str]) -> None:
        self.group, self._accept, self._name_of = group, accept, name_of
        self._lock = threading.RLock()
        self._found: dict[str, T] | None = None
        self._origins: dict[str, str] = {}
        self._problems: list[str] = []

    def load(self, taken: Sequence[str] = ()) -> dict[str, T]:
        """The members by name; one whose name is `taken` is left out."""
        with self._lock:
            if self._found is None:
                self._found = {}  # also for a plug-in that asks for this table while it is imported
                for entry in brought_to(self.group):
                    self._add(entry, self._found, taken)
            return self._found

    @property
    def problems(self) -> tuple[str, ...]:
        """One sentence for each plug-in that cannot be used."""
        self.load()
        return tuple(self._problems)

    @property
    def brought(self) -> tuple[str, ...]:
        """What each plug-in of other packages is that can be used: its name, its group and its package."""
        self.load()
        return tuple(f"{name} ({self.group}), from {package}" for name, package in self._origins.items())

    def origin(self, name: str) -> str:
        """The package that brings a member; "" for one of the studio."""
        return self._origins.get(name, "")

    def _add(self, entry: EntryPoint, found: dict[str, T], taken: Sequence[str]) -> None:
        try:
            member = self._accept(entry.load())
            name = self._name_of(member)
            if not is_name(name):
                raise ValueError(f"the name {name!r} may only have lowercase letters, digits, - and _")
            if name in found or name in taken:
                raise ValueError(f"the name {name!r} is taken")
        except (Exception, SystemExit) as error:  # whatever its import does
            self._problems.append(cannot_be_used(entry, error))
            return
        found[name] = member
        if package := package_of(entry):
            self._origins[name] = package
