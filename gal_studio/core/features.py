"""The folders of features: each place of the studio that takes something looks for its file in all of them.

What a file of that name holds adds itself where it is defined, so that the order of imports does not matter.
A package that an entry point of the group `gal_studio.features` names is such a folder as well, and so is
each in a folder `features` of that package.
"""

import functools
import importlib
import pkgutil
from collections.abc import Iterable, Mapping
from importlib.metadata import EntryPoint
from importlib.util import find_spec
from types import ModuleType

from gal_studio.core.entry_points import brought_to, cannot_be_used, package_of

FOLDER = "gal_studio.features"
_problems: dict[str, str] = {}


@functools.cache
def names() -> tuple[str, ...]:
    """The packages of all features: the studio's by name, then those of entry points."""
    folder = importlib.import_module(FOLDER)
    own = (one.name for one in pkgutil.iter_modules(folder.__path__, f"{FOLDER}.") if one.ispkg)
    return (*own, *_brought())


def packages() -> tuple[ModuleType, ...]:
    """The features themselves, whose packages have the words of their jobs."""
    return _loaded(names())


@functools.cache
def modules(file: str) -> tuple[ModuleType, ...]:
    """The file of that name, or folder, of each feature that has one."""
    return _loaded(f"{name}.{file}" for name in names() if find_spec(f"{name}.{file}"))


def problems() -> tuple[str, ...]:
    """One sentence for each file of an entry point's feature that cannot be used, and was left out."""
    packages()
    return tuple(_problems.values())


def brought() -> tuple[str, ...]:
    """What each feature of another package is: its own package, and who brings it."""
    return tuple(
        f"{name} ({FOLDER}), from {package_of(one)}" for name, one in _brought().items() if package_of(one)
    )


@functools.cache
def _brought() -> Mapping[str, EntryPoint]:
    """The entry points by their packages, none of which is imported yet: it may ask for features."""
    found: dict[str, EntryPoint] = {}
    for entry in brought_to(FOLDER):
        try:
            spec = find_spec(entry.value)
            if spec is None and not package_of(entry):
                continue  # this part of the studio was left out of the installation
            if spec is None or spec.submodule_search_locations is None:
                raise ImportError(f"there is no package {entry.value!r}")
            inside = [f"{place}/features" for place in spec.submodule_search_locations]
            own = [one.name for one in pkgutil.iter_modules(inside, f"{entry.value}.features.") if one.ispkg]
            found |= dict.fromkeys([entry.value, *own], entry)
        except Exception as error:  # whatever an import of what it is in does
            _problems[entry.value] = cannot_be_used(entry, error)
    return found


def _loaded(files: Iterable[str]) -> tuple[ModuleType, ...]:
    """The modules of these names, but for those of other packages that cannot be imported."""
    found = []
    for name in files:
        try:
            found.append(importlib.import_module(name))
        except Exception as error:
            entry = next((one for own, one in _brought().items() if f"{name}.".startswith(f"{own}.")), None)
            if entry is None or not package_of(entry):
                raise
            _problems[name] = cannot_be_used(entry, error)
    return tuple(found)
