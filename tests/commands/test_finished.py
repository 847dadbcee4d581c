"""`gal-studio import-project --finished` imports the finished project once."""

from pathlib import Path

import pytest

from gal_studio.cli import main
from gal_studio.state import Store


def test_it_is_imported_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["import-project", "--finished", "--workspace", str(tmp_path / "workspace")]
    assert main(command) == 0
    assert "is imported as project" in capsys.readouterr().out
    assert main(command) == 0
    assert "is there already as project" in capsys.readouterr().out
    with Store(tmp_path / "workspace") as store:
        assert len(store.projects.names()) == 1


@pytest.mark.parametrize("given", [[], ["own.zip", "--finished"]])
def test_a_file_or_the_finished_one(
    given: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["import-project", *given, "--workspace", str(tmp_path / "workspace")]) == 2
    assert "Give one of both" in capsys.readouterr().err
    assert not (tmp_path / "workspace").exists()
