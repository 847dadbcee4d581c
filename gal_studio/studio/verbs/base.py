"""The base of all verbs: the store, and a way to wake the worker."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from gal_studio.state import Store

Asked = TypeVar("Asked")


class Verbs:
    """Verbs on one store. `wake` is called with the workspace whenever work was queued."""

    def __init__(self, store: Store, wake: Callable[[Path], object] | None = None) -> None:
        self.store = store
        self._wake = wake

    def _woken(self, asked: Asked) -> Asked:
        if self._wake is not None:
            self._wake(self.store.workspace)
        return asked
