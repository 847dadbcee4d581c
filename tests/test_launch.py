"""`launch.py` installs into `.venv`, and gets over one that is left half made."""

import ast
import importlib.util
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture
def launch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The program with a `.venv` elsewhere; `done` has the commands that it ran."""
    spec = importlib.util.spec_from_file_location("launch_here", ROOT / "launch.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.ENVIRONMENT = tmp_path / ".venv"
    module.PYTHON = module.ENVIRONMENT / "bin" / "python"
    module.done = []

    def run(command: Sequence[str], check: bool) -> None:
        assert check
        module.done.append(list(command[1:3]))
        if "venv" in command:
            python(module, works=True)

    monkeypatch.setattr(module.subprocess, "run", run)
    return module


def python(launch: ModuleType, works: bool) -> None:
    """A Python in `.venv`, with or without pip."""
    launch.PYTHON.parent.mkdir(parents=True, exist_ok=True)
    launch.PYTHON.write_text(f"#!/bin/sh\nexit {0 if works else 1}\n")
    launch.PYTHON.chmod(0o755)


def test_it_installs_once(launch: ModuleType) -> None:
    launch.install("")
    launch.install("")
    assert launch.done == [["-m", "venv"], ["-m", "pip"]]
    launch.install("[test]")
    assert launch.done[2:] == [["-m", "pip"]]


def test_an_environment_without_pip_is_made_again(launch: ModuleType) -> None:
    python(launch, works=False)
    launch.install("")
    assert launch.done == [["-m", "venv"], ["-m", "pip"]]


def test_packages_that_got_lost_are_installed_again(
    launch: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    launch.install("")
    monkeypatch.setattr(sys, "prefix", str(launch.ENVIRONMENT))
    launch.install("")
    assert launch.done[2:] == [["-m", "pip"]]


def test_a_failed_installation_is_one_sentence(
    launch: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(command: Sequence[str], check: bool) -> None:
        raise subprocess.CalledProcessError(1, command)

    monkeypatch.setattr(launch.subprocess, "run", fail)
    monkeypatch.setattr(launch, "has_all", lambda modules: False)
    assert launch.main() == 2
    assert "The installation failed" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("requirement", "met"),
    [
        ("pytest>=8", True),
        ("pytest>=8,<9000", True),
        ("pytest>=9000", False),
        ("pytest>=1,<2", False),
        ("no-such-package>=1", False),
    ],
)
def test_packages_of_another_version_will_not_do(launch: ModuleType, requirement: str, met: bool) -> None:
    assert launch.is_met(requirement) is met


def test_every_requirement_is_understood(launch: ModuleType) -> None:
    assert launch.is_new_enough()


def test_an_older_python_reads_the_program_and_gets_the_sentence(
    launch: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (ROOT / "launch.py").read_text()
    tree = ast.parse(text, feature_version=(3, 8))
    future = tree.body[1]
    assert isinstance(future, ast.ImportFrom) and future.module == "__future__"
    assert [name.name for name in future.names] == ["annotations"], "so that none is evaluated"
    known = {"tuple", "list", "dict", "set", "frozenset", "type"}
    annotations = {
        id(inside)
        for node in ast.walk(tree)
        for part in (getattr(node, "annotation", None), getattr(node, "returns", None))
        if part is not None
        for inside in ast.walk(part)
    }
    evaluated = [
        node.value.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Subscript)
        and isinstance(node.value, ast.Name)
        and id(node) not in annotations
    ]
    assert not known & set(evaluated), "3.8 cannot subscribe them"
    monkeypatch.setattr(launch.sys, "version_info", (3, 8, 20))
    monkeypatch.setattr(launch.sys, "argv", ["launch.py"])
    assert launch.main() == 2
    assert "needs Python 3.11 or newer" in capsys.readouterr().err
