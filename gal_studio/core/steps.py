"""Run a generator step by step, and keep what it returns."""

from collections.abc import Generator
from typing import Generic, TypeVar

Step = TypeVar("Step")
Result = TypeVar("Result")


class Steps(Generic[Step, Result]):
    """What a generator yields; after the last step `result` is what it returned."""

    result: Result

    def __init__(self, steps: Generator[Step, None, Result]) -> None:
        self._steps = steps

    def __iter__(self) -> Generator[Step, None, None]:
        self.result = yield from self._steps
