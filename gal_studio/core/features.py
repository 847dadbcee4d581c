"""The folders of features: each place of the studio that takes something looks for its file in all of them.

What a file of that name holds adds itself where it is defined, so that the order of imports does not matter.
"""

import functools
import importlib
import pkgutil
from importlib.util import find_spec
from types import ModuleType

FOLDER = "gal_studio.features"


@functools.cache
def names() -> tuple[str, ...]:
    """The packages of all features, by name."""
    folder = importlib.import_module(FOLDER)
    return tuple(one.name for one in pkgutil.iter_modules(folder.__path__, f"{FOLDER}.") if one.ispkg)


def packages() -> tuple[ModuleType, ...]:
    """The features themselves, whose packages have the words of their jobs."""
    return tuple(map(importlib.import_module, names()))


@functools.cache
def modules(file: str) -> tuple[ModuleType, ...]:
    """The file of that name, or folder, of each feature that has one."""
    found = (f"{name}.{file}" for name in names() if find_spec(f"{name}.{file}"))
    return tuple(map(importlib.import_module, found))
