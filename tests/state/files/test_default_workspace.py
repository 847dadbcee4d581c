"""The workspace that is opened if none is named: a folder that no clone can be, or the one of before."""

import os
from pathlib import Path

import pytest

from gal_studio.cli import main
from gal_studio.core.errors import StudioError
from gal_studio.state import Store
from gal_studio.state.files import default_workspace as module
from gal_studio.state.files.default_workspace import default_workspace


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    return tmp_path


def test_it_is_no_clone(home: Path) -> None:
    (home / "gal-studio").mkdir()
    (home / "gal-studio" / "launch.py").touch()
    assert default_workspace() == home / "GAL Studio"


def test_one_of_before_is_opened_unless_there_is_a_new_one(home: Path) -> None:
    Store(home / "gal-studio").close()
    assert default_workspace() == home / "gal-studio"
    Store(home / "GAL Studio").close()
    assert default_workspace() == home / "GAL Studio"


def test_a_command_works_on_the_page_s_own(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["jobs"]) == 2
    said = capsys.readouterr().err
    assert f"There is no workspace in {home / 'GAL Studio'}: name yours with --workspace" in said
    assert not (home / "GAL Studio").exists()
    Store(home / "GAL Studio").close()
    assert main(["jobs", "--json"]) == 0 and "Traceback" not in capsys.readouterr().err


def test_a_user_without_a_home_names_a_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "home_folder", lambda: None)
    with pytest.raises(StudioError, match="no home folder: name a folder with --workspace"):
        default_workspace()


def test_a_place_that_cannot_be_written_names_the_option(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "file").touch()
    assert main(["--workspace", str(home / "file" / "inside")]) == 2
    assert f"{home / 'file'} is not a folder: name another one with --workspace" in capsys.readouterr().err
    monkeypatch.setattr(os, "access", lambda folder, _mode: folder != home)  # root may write anywhere
    assert main([]) == 2
    said = capsys.readouterr().err.strip()
    assert said == (
        f"You may not write in {home}, so {home / 'GAL Studio'} cannot be made: name a folder of yours "
        "with --workspace FOLDER."
    )
