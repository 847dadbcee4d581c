"""One command measures again what the documents print, and goes on where it was stopped."""

import importlib.util

import pytest

import workshop.benchmarks.__main__ as again

pytestmark = pytest.mark.thorough


def test_each_is_a_program() -> None:
    assert [
        command
        for command in again.MEASUREMENTS.values()
        if (spec := importlib.util.find_spec(command.split()[0])) is None or spec.origin is None
    ] == []
