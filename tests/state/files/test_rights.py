"""A workspace that another user of the computer has made: one sentence, before anything starts."""

import os
from pathlib import Path

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.state import Store
from gal_studio.state.files.errors import disk_problem
from gal_studio.state.files.own_folder import check_writable
from gal_studio.state.files.rights import closed_to_user


def closed(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this user not write one path: root, who may run the tests, can write all."""
    monkeypatch.setattr(os, "access", lambda asked, _mode: Path(asked) != path)


@pytest.mark.parametrize("name", ["studio.db", "images", "page.lock"])
def test_a_start_names_what_may_not_be_written_and_whose_it_is(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Store(tmp_path).close()
    (tmp_path / "images").mkdir(exist_ok=True)
    (tmp_path / "page.lock").touch()
    check_writable(tmp_path)
    closed(tmp_path / name, monkeypatch)
    with pytest.raises(StudioError) as refused:
        check_writable(tmp_path)
    owner = (tmp_path / name).owner()
    assert str(refused.value) == (
        f"You may not write {tmp_path / name}, which belongs to {owner}: ask for permission, or name a "
        "folder of yours with --workspace FOLDER."
    )


def test_a_command_that_is_refused_names_it_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Store(tmp_path).close()
    refusal = PermissionError(13, "Permission denied")
    assert (
        str(disk_problem(refusal, tmp_path))
        == f"The folder {tmp_path} cannot be written (Permission denied): choose another one."
    )
    closed(tmp_path / "studio.db", monkeypatch)
    assert f"You may not write {tmp_path / 'studio.db'}, which" in str(disk_problem(refusal, tmp_path))


def test_a_link_is_nobody_s_right(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "logs").symlink_to(tmp_path)
    closed(tmp_path / "logs", monkeypatch)
    assert closed_to_user(tmp_path) is None
