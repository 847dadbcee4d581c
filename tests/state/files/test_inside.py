"""No stored name whatever leads out of a workspace, and nothing else than its own is removed."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gal_studio.core.errors import StudioError
from gal_studio.core.naming import file_stem
from gal_studio.state.files.errors import GoneError, make_folder
from gal_studio.state.files.inside import folder_of_row, inside, is_id, remove

ID = "0123456789abcdef"
ODD = (
    "",
    ".",
    "..",
    "../../victim",
    "/etc",
    "~",
    ID.upper(),
    f"{ID}/..",
    f"{ID}\n",
    "\0" * 16,
    None,
    7,
)


@pytest.mark.parametrize("name", ODD, ids=repr)
def test_what_is_no_id_names_no_folder(tmp_path: Path, name: object) -> None:
    assert not is_id(name)
    with pytest.raises(StudioError, match="is not an ID of the studio"):
        folder_of_row(tmp_path, "checkpoints", name)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(name=st.one_of(st.text(), st.binary(), st.text(alphabet="./\\~0a", max_size=20)))
def test_any_name_is_refused_or_stays_below_the_workspace(tmp_path: Path, name: str | bytes) -> None:
    stem = file_stem("日本", str(name))
    assert "/" not in stem and "\\" not in stem and stem.strip(".")
    try:
        place = folder_of_row(tmp_path, "exports", name)
    except StudioError:
        return
    assert place.parent == tmp_path / "exports"


def test_only_what_is_below_the_workspace_is_removed(tmp_path: Path) -> None:
    workspace, victim = tmp_path / "workspace", tmp_path / "victim"
    for folder in (workspace / "exports" / ID, victim):
        folder.mkdir(parents=True)
        (folder / "thesis.txt").write_bytes(b"theirs")
    (workspace / "checkpoints").symlink_to(victim)
    (workspace / "exports" / "linked").symlink_to(victim)
    refused = (
        workspace, victim, workspace / ".." / "victim", workspace / "exports" / ".." / ".." / "victim",
        workspace / "checkpoints", workspace / "checkpoints" / "thesis.txt", workspace / "exports" / "linked",
    )  # fmt: skip
    for path in refused:
        with pytest.raises(StudioError, match="outside of the workspace"):
            remove(workspace, path)
    assert (victim / "thesis.txt").exists()
    with pytest.raises(StudioError, match="outside of the workspace"):
        folder_of_row(workspace, "checkpoints", ID)
    remove(workspace, workspace / "exports" / ID)
    assert os.listdir(workspace / "exports") == ["linked"]
    remove(workspace, workspace / "exports" / ID)  # gone already


def test_a_workspace_that_is_reached_by_a_link_is_one(tmp_path: Path) -> None:
    (tmp_path / "true" / "exports").mkdir(parents=True)
    (tmp_path / "linked").symlink_to(tmp_path / "true")
    assert inside(tmp_path / "linked", tmp_path / "linked" / "exports").is_dir()


def test_no_workspace_that_is_gone_is_begun_anew(tmp_path: Path) -> None:
    with pytest.raises(GoneError, match="was moved, deleted or replaced"):
        make_folder(tmp_path / "gone" / "uploads", tmp_path / "gone")
    assert not (tmp_path / "gone").exists()
