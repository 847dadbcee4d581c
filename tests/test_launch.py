"""`launch.py` has the installer make what is missing, and older Pythons read it far enough."""

import ast
import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture
def launch(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The program, in a Python without the packages."""
    spec = importlib.util.spec_from_file_location("launch_here", ROOT / "launch.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(sys, "argv", ["launch.py"])
    return module


@pytest.fixture
def installer(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    import installer

    return installer


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (subprocess.CalledProcessError(1, ["pip"]), 2, "The installation failed; the lines above say why."),
        ("The disk is full: free some space.", 2, "The disk is full: free some space."),
        (KeyboardInterrupt(), 130, "The installation was stopped: run this again to finish it."),
    ],
)
def test_a_failed_installation_is_one_sentence(
    launch: ModuleType, installer: ModuleType, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str], error: BaseException | str, code: int, said: str,
) -> None:  # fmt: skip
    def fail(_extra: str) -> None:
        raise installer.InstallError(error) if isinstance(error, str) else error

    monkeypatch.setattr(installer, "install", fail)
    monkeypatch.setattr(launch, "has_all", lambda modules: False)
    assert launch.main() == code
    printed = capsys.readouterr().err
    assert said in printed and len(printed.splitlines()) == 1


def test_an_update_that_was_cut_off_is_told(
    launch: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A killed `git pull` leaves its lock, and files of both versions, which may not start."""
    monkeypatch.setattr(launch, "ROOT", tmp_path)
    monkeypatch.setattr(launch, "has_all", lambda modules: False)
    monkeypatch.setattr(launch, "is_inside", lambda: False)
    monkeypatch.setattr(launch, "prepare", lambda checking: 5)
    (tmp_path / ".git").mkdir()
    assert (launch.main(), capsys.readouterr().err) == (5, "")
    (tmp_path / ".git" / "index.lock").touch()
    assert launch.main() == 5
    assert "run `git stash -u` and `git pull`" in capsys.readouterr().err


@pytest.mark.parametrize("has_all", [True, False])
def test_a_repair_is_of_the_environment_in_use(
    launch: ModuleType, installer: ModuleType, monkeypatch: pytest.MonkeyPatch, has_all: bool
) -> None:
    """Also that of a person, in which `launch.py` starts at once."""
    repaired: list[str | None] = []
    monkeypatch.setattr(installer, "repair", repaired.append)
    monkeypatch.setattr(launch, "has_all", lambda modules: has_all)
    monkeypatch.setattr(sys, "argv", ["launch.py", "--repair"])
    assert launch.main() == 0
    assert repaired == [sys.executable if has_all else None]


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
