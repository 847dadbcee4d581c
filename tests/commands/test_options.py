"""What is written on the command line is what is meant, wherever it stands."""

from pathlib import Path

import pytest

from gal_studio.cli import main
from gal_studio.commands.options import build_parser

COMMANDS = (
    ["demo", "--out", "o"], ["run", "p.toml", "--out", "o"], ["refine"], ["export-project", "x.zip"],
    ["import-project", "x.zip"], ["doctor"], ["jobs"], ["worker"],
)  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS, ids=lambda words: str(words[0]))
def test_the_workspace_may_stand_before_the_command_or_after_it(command: list[str]) -> None:
    parse = build_parser().parse_args
    assert parse(["--workspace", "W", *command]).workspace == Path("W")
    assert parse([*command, "--workspace", "W"]).workspace == Path("W")
    assert parse(command).workspace is None


@pytest.mark.parametrize("command", ["refine", "jobs", "worker"])
def test_a_command_that_needs_a_workspace_says_so(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command])
    assert ended.value.code == 2
    assert f"{command} needs --workspace FOLDER" in capsys.readouterr().err
