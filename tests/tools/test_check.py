"""The checks name what they skip, and run everything else."""

import shutil

import pytest
from _pytest.mark.expression import Expression

from tools import changed, check


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
    assert commands["tests"][-2:] == commands["races"][-2:] == ["-k", "sampler"]


def test_a_machine_that_has_everything_runs_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    commands = check.commands([])
    assert list(commands) == [
        "types", "page", "imports", "lint", "format", "files", "races", "tests", check.AGAIN,
    ]  # fmt: skip
    assert [runs(commands, marks) for marks in ((), ("races",), ("browser",), ("browser", "races"))] == [
        ["tests"], ["races"], ["tests"], ["tests"],
    ]  # fmt: skip


def test_a_change_runs_the_races_that_it_needs_and_no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    race, *_ = check.with_races()
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(changed, "changed", lambda: [race])
    assert check.commands([check.CHANGED])["races"][-1:] == [race]
    monkeypatch.setattr(changed, "changed", lambda: ["tests/tools/test_check.py"])
    assert "races" not in check.commands([check.CHANGED])


def test_what_is_thorough_is_checked_when_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    assert runs(check.commands([]), ("thorough", "slow")) == []
    commands = check.commands([check.THOROUGH])
    assert runs(commands, ("thorough", "slow")) == ["tests"]
    assert all(check.THOROUGH not in words for words in commands.values())


@pytest.mark.parametrize(
    ("first", "second", "code"), [(0, None, 0), (1, 0, 0), (1, 1, 1), (1, check.NO_TESTS, 1), (2, None, 1)]
)
def test_failed_tests_run_once_more_alone(
    monkeypatch: pytest.MonkeyPatch, first: int, second: int | None, code: int
) -> None:
    """A fault fails twice; a run that was broken off is not made good by a second one."""
    ran: list[str] = []

    def run(name: str, _command: list[str]) -> int:
        ran.append(name)
        return {"tests": first, check.AGAIN: second}.get(name, 0) or 0

    monkeypatch.setattr(check, "run", run)
    monkeypatch.setattr(check, "install_page_tools", lambda: None)  # those that other tests use now
    monkeypatch.setattr(check.sys, "argv", ["check"])
    assert check.main() == code
    assert (check.AGAIN in ran) == (second is not None)
