"""What is added without a list: the files of a folder, and what other packages bring by entry points."""

import functools
import importlib
import pkgutil
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import EntryPoint, EntryPoints, entry_points
from typing import Any, Generic, TypeVar, overload

from gal_studio.core import features
from gal_studio.core.errors import StudioError, first_line

T = TypeVar("T")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


def is_name(value: object) -> bool:
    """Whether something can be called so: at most 40 small letters, digits, - and _."""
    return isinstance(value, str) and _NAME.fullmatch(value) is not None


@functools.cache
def _all_entry_points() -> Any:  # the type differs between versions of Python
    return entry_points()


def _installed(group: str) -> EntryPoints:
    """The entry points of a group; all packages are read once, at the first question."""
    return _all_entry_points().select(group=group)  # type: ignore[no-any-return]


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
                for entry in sorted(_installed(self.group), key=lambda one: one.name):
                    self._add(entry, self._found, taken)
            return self._found

    @property
    def problems(self) -> tuple[str, ...]:
        """One sentence for each plug-in that cannot be used."""
        self.load()
        return tuple(self._problems)

    @property
    def brought(self) -> tuple[str, ...]:
        """What each plug-in is that can be used: its name, its group and its package."""
        self.load()
        return tuple(f"{name} ({self.group}), from {package}" for name, package in self._origins.items())

    def origin(self, name: str) -> str:
        """The package that brings a member; "" for one of the studio."""
        return self._origins.get(name, "")

    def _add(self, entry: EntryPoint, found: dict[str, T], taken: Sequence[str]) -> None:
        package = entry.dist.name if entry.dist else entry.value
        try:
            member = self._accept(entry.load())
            name = self._name_of(member)
            if not is_name(name):
                raise ValueError(f"the name {name!r} is not of small letters, digits, - and _")
            if name in found or name in taken:
                raise ValueError(f"the name {name!r} is taken")
        except (Exception, SystemExit) as error:  # whatever its import does
            self._problems.append(
                f"The plug-in {entry.name!r} of {package} ({self.group}) cannot be used "
                f"({type(error).__name__}: {first_line(error)}): update {package} or uninstall it."
            )
            return
        found[name] = member
        self._origins[name] = package


class Registry(Sequence[T]):
    """All members of one kind by name: those in the files of a folder, of features, then those of plug-ins.

    `folder` is a package. Its modules are imported at the first use, so that they may import whatever needs
    this table; each value in them that `is_member` accepts is a member. The names `first` come first, in this
    order, and the others by name. `group` names the entry points of plug-ins; None takes none.
    `of_features` is the file of each feature in which members may be as well.
    """

    def __init__(
        self,
        folder: str,
        is_member: Callable[[Any], bool],
        what: str,
        *,
        first: Sequence[str] = (),
        group: str | None = None,
        of_features: str = "",
        name_of: Callable[[T], str] = lambda member: str(member.name),  # type: ignore[attr-defined]
    ) -> None:
        self.folder, self.first, self.what = folder, tuple(first), what
        self._of_features = of_features
        self._is_member, self._name_of = is_member, name_of
        self._plug_ins = PlugIns[T](group, self._accept, name_of) if group else None
        self._lock = threading.RLock()
        self._found: dict[str, T] = {}
        self._added: dict[str, T] = {}
        self._known: dict[str, T] | None = None
        self._reading = False

    def find(self, name: str) -> T | None:
        """The member of that name."""
        return self._all().get(name)

    def names(self) -> tuple[str, ...]:
        """The names of all members."""
        return tuple(self._all())

    def add(self, member: T) -> T:
        """Add a member for this process alone; refused if its name is taken or is none."""
        member = self._accept(member)
        name = self._name_of(member)
        if not is_name(name):
            raise StudioError(f"{name!r} cannot be {self.what}: a name has small letters, digits, - and _.")
        if name in self._all():
            raise StudioError(f"There is {self.what} {name!r} already: choose another name.")
        self._added[name] = member
        self._known = {**self._found, **self._added}
        return member

    def remove(self, member: T) -> None:
        """Take out what `add` added."""
        del self._added[self._name_of(member)]
        self._known = {**self._found, **self._added}

    @property
    def problems(self) -> tuple[str, ...]:
        """One sentence for each plug-in that cannot be used."""
        if self._plug_ins is None or not _installed(self._plug_ins.group):
            return ()
        self._all()
        return self._plug_ins.problems

    @property
    def brought(self) -> tuple[str, ...]:
        """What each plug-in is that can be used."""
        self._all()
        return self._plug_ins.brought if self._plug_ins else ()

    def origin(self, name: str) -> str:
        """The package whose plug-in a member is; "" for one of the studio."""
        return self._plug_ins.origin(name) if self._plug_ins else ""

    def _accept(self, value: Any) -> T:
        """A member as it is; of a class its instance, unless classes are members."""
        member = value() if isinstance(value, type) and not self._is_member(value) else value
        if not self._is_member(member):
            raise TypeError(f"{value!r} is not {self.what}")
        return member  # type: ignore[no-any-return]

    def _all(self) -> dict[str, T]:
        """All members, which are read once."""
        return self._known if self._known is not None else self._read_once()

    def _read_once(self) -> dict[str, T]:
        with self._lock:
            if self._known is None and not self._reading:
                self._reading = True
                try:
                    self._found = self._read()
                    if self._plug_ins:
                        self._found = self._found | self._plug_ins.load(tuple(self._found))
                    self._known = {**self._found, **self._added}
                finally:
                    self._reading = False
            if self._known is None:  # a file or a plug-in asks for this table while it is imported
                return {**self._found, **self._added}
            return self._known

    def _read(self) -> dict[str, T]:
        found: dict[str, T] = {}
        package = importlib.import_module(self.folder)
        names = [one.name for one in pkgutil.iter_modules(package.__path__, f"{self.folder}.")]
        of_features = features.modules(self._of_features) if self._of_features else ()
        for file in (*map(importlib.import_module, names), *of_features):
            for value in vars(file).values():
                if self._is_member(value) and found.setdefault(self._name_of(value), value) is not value:
                    raise ValueError(
                        f"{file.__name__}: there is {self.what} {self._name_of(value)!r} already"
                    )
        if lost := [name for name in self.first if name not in found]:
            raise ValueError(f"{self.folder} has no file with {self.what} {lost[0]!r}")
        rest = sorted(name for name in found if name not in self.first)
        return {name: found[name] for name in (*self.first, *rest)}

    def __iter__(self) -> Iterator[T]:
        """All members, in their order."""
        return iter(self._all().values())

    def __len__(self) -> int:
        """How many there are."""
        return len(self._all())

    @overload
    def __getitem__(self, place: int) -> T: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[T]: ...
    def __getitem__(self, place: int | slice) -> T | Sequence[T]:
        """The member at a place of the order, or several."""
        return list(self._all().values())[place]
