"""Options have the same meaning before and after the command."""

import subprocess
import sys
from pathlib import Path

import pytest
import typer

from gal_studio.cli import app, main
from gal_studio.commands.running import unattended
from gal_studio.version import __version__
from tests.commands.running import REFERENCE, write_project
from tests.features.needed import REFINES

ROOT = Path(__file__).parents[2]
STORED = (*[["refine"]][:REFINES], ["export-project", "x.zip"], ["doctor"], ["jobs"])
UNATTENDED = ["demo", "run"]
COMMANDS = sorted(typer.main.get_command(app).commands)


@pytest.mark.parametrize("command", STORED, ids=lambda words: str(words[0]))
def test_the_workspace_may_stand_before_the_command_or_after_it(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    for words in (["--workspace", "W", *command], [*command, "--workspace", "W"]):
        assert main(words) == 2
        assert capsys.readouterr().err == "There is no workspace in W: check the path.\n"


@pytest.mark.parametrize("command", UNATTENDED)
def test_the_workspace_of_a_new_project(
    command: str, folder: Path, names: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    plans: list[unattended.RunPlan] = []
    monkeypatch.setattr(unattended, "carry_out", plans.append)
    project = [str(write_project(folder, names, REFERENCE))] if command == "run" else []
    words = [command, *project, "--out", str(folder / "out"), "--steps", "7"]
    assert main(words) == main(["--workspace", "W", *words]) == main([*words, "--workspace", "W"]) == 0
    assert [plan.workspace for plan in plans] == [folder / "out" / "workspace", Path("W"), Path("W")]
    policy = "random" if command == "run" else "uncertainty"  # of the project file, and the preset's
    assert {(plan.rounds, plan.policy) for plan in plans} == {(2, policy)}
    assert all(plan.draft.changes["tune"]["steps"] == 7 for plan in plans)


@pytest.mark.parametrize("command", [*["refine"][:REFINES], "jobs", "worker"])
def test_a_command_without_any_workspace_says_so(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert main([command]) == 2
    folder = tmp_path / "GAL Studio"
    assert (
        capsys.readouterr().err == f"There is no workspace in {folder}: name yours with --workspace FOLDER.\n"
    )


@pytest.mark.parametrize(
    "words",
    [["paint"], ["--colour"], ["demo"], ["jobs", "--steps", "3"], ["demo", "--out", "o", "--seed", "x"]],
)
def test_bad_usage_ends_with_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    assert "Usage: gal-studio" in capsys.readouterr().err


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_documented(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    assert any(f"gal-studio {command}" in page.read_text(encoding="utf-8") for page in pages)
    assert main([command, "--help"]) == 0
    assert f"Usage: gal-studio {command}" in capsys.readouterr().out


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"gal-studio {__version__}\n"


def test_the_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; from gal_studio.cli import main; main(['--help'])\n"
        "heavy = {'torch', 'gradio', 'diffusers', 'transformers', 'sklearn'} & set(sys.modules)\n"
        "sys.exit(f'loaded: {heavy}' if heavy else 0)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
