"""What commands say of the finished project."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from gal_studio.cli import main
from gal_studio.studio import Studio
from tests.features.needed import needs_exports


@needs_exports
def test_a_lora_of_the_bundled_model_is_for_diffusers_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace, out = str(tmp_path / "workspace"), tmp_path / "exported"
    with Studio.open(workspace) as studio:
        studio.open_finished()
    command = ["export", "--workspace", workspace, "--out", str(out), "--format", "kohya"]
    assert main(command) == 2
    refused = "cannot run the bundled model. Only diffusers can"
    assert refused in " ".join(capsys.readouterr().err.split())
    with closing(sqlite3.connect(tmp_path / "workspace" / "studio.db")) as database, database:
        database.execute("UPDATE rounds SET settings = '{' WHERE number = 3")
    assert main([*command, "--round", "1"]) == 2
    assert refused in " ".join(capsys.readouterr().err.split()), "another round is damaged, not this one"
    assert not out.exists()
