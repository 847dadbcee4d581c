"""One command measures again what the documents print, and goes on where it was stopped."""

import importlib.util
import json
import sys
from pathlib import Path

import pytest

import workshop.benchmarks.__main__ as again
from gal_studio.assets import bundled_version

pytestmark = pytest.mark.thorough


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(again, "MEASUREMENTS", {"tools": "json.tool --help", "broken": "no_such_module"})


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["benchmarks", *words])
    return again.main()


def test_each_is_a_program() -> None:
    assert [
        command
        for command in again.MEASUREMENTS.values()
        if (spec := importlib.util.find_spec(command.split()[0])) is None or spec.origin is None
    ] == []


@pytest.mark.usefixtures("small")
def test_what_is_there_is_kept_and_what_failed_is_run_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "--out", str(tmp_path)) == 1
    assert capsys.readouterr().out.splitlines()[1::2] == ["tools: measured", "broken: not measured"]
    head, _, printed = (tmp_path / "tools.txt").read_text().partition("\n\n")
    assert json.loads(head)["model"] == bundled_version() and "usage" in printed

    assert run(monkeypatch, "--out", str(tmp_path), "--list") == 0
    assert capsys.readouterr().out.splitlines() == ["tools: measured", "broken: not measured"]
    assert run(monkeypatch, "--out", str(tmp_path)) == 1
    assert capsys.readouterr().out.splitlines() == ["tools: measured", "broken …", "broken: not measured"]
