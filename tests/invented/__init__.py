"""Things that nobody needs, each as it would be put into a folder of the package.

`tests/additions.py` copies them there.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from gal_studio.core.registry import Registry
from gal_studio.core.settings_fields import setting_fields

T = TypeVar("T")


@contextmanager
def added(registry: Registry[T], member: T) -> Iterator[None]:
    """A member as if its file stood in the folder, in this process."""
    registry.add(member)
    setting_fields.cache_clear()  # its choices are kept
    try:
        yield
    finally:
        registry.remove(member)
        setting_fields.cache_clear()
