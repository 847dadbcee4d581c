"""The steps of a generator, and what it returns."""

from collections.abc import Generator

import pytest

from gal_studio.core.steps import Steps


def counted(to: int, seen: list[str]) -> Generator[int, None, str]:
    try:
        yield from range(to)
        return f"{to} done"
    finally:
        seen.append("closed")


def test_the_result_is_there_after_the_last_step() -> None:
    running = Steps(counted(3, []))
    assert list(running) == [0, 1, 2]
    assert running.result == "3 done"


def test_who_stops_early_closes_the_generator_and_gets_no_result() -> None:
    seen = list[str]()
    running = Steps(counted(3, seen))
    steps = iter(running)
    next(steps)
    steps.close()
    assert seen == ["closed"]
    with pytest.raises(AttributeError, match="result"):
        running.result  # noqa: B018
