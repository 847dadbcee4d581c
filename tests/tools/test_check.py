"""The checks name what they skip, and run everything else."""

import shutil
import subprocess

import pytest

from tools import check


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with no browser, no Node.js, and no apt-get to install them."""
    monkeypatch.setattr(shutil, "which", lambda name: None)


def test_what_is_missing_is_one_sentence_and_its_checks_are_left_out(
    bare: None, capsys: pytest.CaptureFixture[str]
) -> None:
    commands = check.commands(["-k", "sampler"])
    assert capsys.readouterr().err.splitlines() == [
        "Chromium is not installed: the tests in a browser are skipped.",
        "Node.js with npm is not installed: the checks of the page's JavaScript are skipped.",
    ]
    assert "page" not in commands
    assert "not races and not browser" in commands["tests"] and "races and not browser" in commands["races"]
    assert commands["tests"][-2:] == ["-k", "sampler"]


def test_a_machine_that_has_everything_runs_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    commands = check.commands([])
    assert list(commands) == ["lint", "format", "imports", "types", "page", "races", "tests"]
    assert "races" in commands["races"] and "not races" in commands["tests"]


def test_no_races_among_the_chosen_tests_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = subprocess.CompletedProcess([], check.NO_TESTS)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: ended)
    assert check.run("races", []) and not check.run("tests", [])
