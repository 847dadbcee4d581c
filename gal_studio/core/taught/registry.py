"""What a project may learn, by stored names: each file of this folder has one."""

import functools

from gal_studio.core.checks import shown
from gal_studio.core.errors import StudioError
from gal_studio.core.registry import Registry
from gal_studio.core.taught import NAMES
from gal_studio.core.taught.taught import Taught

TAUGHT: Registry[Taught] = Registry(
    "gal_studio.core.taught",
    lambda value: isinstance(value, Taught),
    "what a project learns",
    first=NAMES,
)


@functools.cache  # asked for each project of a list, many times
def find_taught(name: str) -> Taught:
    """The one of that name."""
    taught = TAUGHT.find(name)
    if taught is None:
        raise StudioError(f"The kind is {shown(name)}: choose one of {', '.join(TAUGHT.names())}.")
    return taught
