"""The checks name what they skip, and run everything else."""

import os
import shutil
import subprocess
import types

import psutil
import pytest
from _pytest.mark.expression import Expression

from tools import check


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with no browser, no Node.js, and no apt-get to install them."""
    monkeypatch.setattr(shutil, "which", lambda name: None)


def runs(commands: dict[str, list[str]], marks: tuple[str, ...]) -> list[str]:
    """The checks in which a test with these marks runs."""
    chosen = {name: commands[name][commands[name].index("-m", 3) + 1] for name in ("races", "tests")}
    return [
        name
        for name, words in chosen.items()
        if Expression.compile(words).evaluate(lambda mark, **_: mark in marks)
    ]


def test_what_is_missing_is_one_sentence_and_its_checks_are_left_out(
    bare: None, capsys: pytest.CaptureFixture[str]
) -> None:
    commands = check.commands(["-k", "sampler"])
    assert capsys.readouterr().err.splitlines() == [
        "Chromium is not installed: the tests in a browser are skipped.",
        "Node.js with npm is not installed: the checks of the page's JavaScript are skipped.",
    ]
    assert "page" not in commands
    assert [runs(commands, marks) for marks in ((), ("races",), ("browser",), ("browser", "races"))] == [
        ["tests"], ["races"], [], [],
    ]  # fmt: skip
    assert commands["tests"][-2:] == ["-k", "sampler"]


def test_a_machine_that_has_everything_runs_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    commands = check.commands([])
    assert list(commands) == ["lint", "format", "imports", "types", "page", "races", "tests"]
    assert [runs(commands, marks) for marks in ((), ("races",), ("browser",), ("browser", "races"))] == [
        ["tests"], ["races"], ["tests"], ["tests"],
    ]  # fmt: skip


def test_no_races_among_the_chosen_tests_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = subprocess.CompletedProcess([], check.NO_TESTS)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: ended)
    assert check.run("races", []) and not check.run("tests", [])


def test_side_by_side_runs_one_more_test_than_there_are_cores_where_the_memory_allows_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    for gigabytes, wanted in ((2, 1), (8, 2), (24, 3), (512, 3)):
        memory = types.SimpleNamespace(total=gigabytes << 30)
        monkeypatch.setattr(psutil, "virtual_memory", lambda memory=memory: memory)
        assert check.at_a_time() == wanted
