"""`gal-studio import-project --finished` imports the finished project once."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from gal_studio.cli import main
from gal_studio.state import Store
from tests.features.needed import needs_exports


def test_it_is_imported_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["import-project", "--finished", "--workspace", str(tmp_path / "workspace")]
    assert main(command) == 0
    assert "is imported as project" in capsys.readouterr().out
    assert main(command) == 0
    assert "already exists as project" in capsys.readouterr().out
    with Store(tmp_path / "workspace") as store:
        assert len(store.projects.names()) == 1


@pytest.mark.parametrize("given", [[], ["own.zip", "--finished"]])
def test_a_file_or_the_finished_one(
    given: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["import-project", *given, "--workspace", str(tmp_path / "workspace")]) == 2
    assert "Give one of both" in capsys.readouterr().err
    assert not (tmp_path / "workspace").exists()


@needs_exports
def test_a_lora_of_the_bundled_model_is_for_diffusers_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace, out = str(tmp_path / "workspace"), tmp_path / "exported"
    assert main(["import-project", "--finished", "--workspace", workspace]) == 0
    command = ["export", "--workspace", workspace, "--out", str(out), "--format", "kohya"]
    assert main(command) == 2
    refused = "can’t run the bundled model. Only diffusers can"
    assert refused in " ".join(capsys.readouterr().err.split())
    with closing(sqlite3.connect(tmp_path / "workspace" / "studio.db")) as database, database:
        database.execute("UPDATE rounds SET settings = '{' WHERE number = 3")
    assert main([*command, "--round", "1"]) == 2
    assert refused in " ".join(capsys.readouterr().err.split()), "another round is damaged, not this one"
    assert not out.exists()
