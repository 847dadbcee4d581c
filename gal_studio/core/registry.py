"""What is added without a list: the files of a folder, and what other packages bring by entry points."""

import importlib
import pkgutil
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar, overload

from gal_studio.core import features
from gal_studio.core.entry_points import PlugIns, brought_to, is_name
from gal_studio.core.errors import StudioError

T = TypeVar("T")


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
            raise StudioError(
                f"{name!r} cannot be {self.what}: a name has lowercase letters, digits, - and _."
            )
        if name in self._all():
            raise StudioError(f"There is already {self.what} {name!r}: choose another name.")
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
        if self._plug_ins is None or not brought_to(self._plug_ins.group):
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
                        f"{file.__name__}: there is already {self.what} {self._name_of(value)!r}"
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
