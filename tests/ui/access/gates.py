"""Functions that wait until a test opens a gate."""

import threading
from collections.abc import Callable
from typing import Any

from gal_studio.core.errors import StudioError

FULL = "The disk is full: make room and try again."


class Gate:
    """Wraps a function; open at first."""

    def __init__(self, act: Callable[..., Any]) -> None:
        self._act = act
        self._open = threading.Event()
        self._open.set()
        self.reached = threading.Event()

    def __call__(self, *given: Any, **named: Any) -> Any:
        """Wait until the gate is open, then act."""
        self.reached.set()
        assert self._open.wait(120)
        return self._act(*given, **named)

    def close(self) -> None:
        """Let callers wait from now on; `reached` is set when one waits."""
        self._open.clear()
        self.reached.clear()

    def open(self) -> None:
        """Let all callers continue."""
        self._open.set()


def refuse(*_: Any, **__: Any) -> Any:
    """Raise what a full disk raises."""
    raise StudioError(FULL)


def refused_once(act: Callable[..., Any]) -> Callable[..., Any]:
    """The function, which fails the first time."""
    left = [refuse]
    return lambda *given, **named: (left.pop() if left else act)(*given, **named)
