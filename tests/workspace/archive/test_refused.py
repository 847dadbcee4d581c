"""Archives that are refused, and what they leave behind: nothing."""

import shutil
from pathlib import Path

import pytest

from gal_studio.commands.doctor import check_workspace
from gal_studio.core.errors import StudioError
from gal_studio.state import Store
from gal_studio.studio.views.everything import show_all
from gal_studio.workspace.archive import format, rows
from gal_studio.workspace.archive.reader import import_project
from gal_studio.workspace.archive.writer import export_project
from tests.workspace.archive.hostile_archives import HOSTILE
from tests.workspace.archive.rezip import Archive
from tests.workspace.filled import snapshot

OF_ROWS = ("contradict", "form a loop", "contents are inconsistent", "cannot be read")
"""Not of rows that belong to no project: no view and no export has them."""


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_archive_is_refused_and_leaves_nothing_behind(
    words: str, archive: Archive, target: Store
) -> None:
    HOSTILE[words](archive)
    before = snapshot(target.workspace)
    with pytest.raises(StudioError) as refusal:
        import_project(target, archive.write(), show_all)
    assert words.strip() in str(refusal.value)
    assert str(refusal.value).count(". ") == 0
    assert snapshot(target.workspace) == before
    assert not list(target.workspace.parent.glob("evil*"))


@pytest.mark.parametrize("words", [words for words in HOSTILE if words.strip().endswith(OF_ROWS)])
def test_the_doctor_finds_in_a_workspace_what_an_archive_is_refused_for(
    words: str, archive: Archive, made: tuple[Path, str], tmp_path: Path
) -> None:
    shutil.copytree(made[0] / "workspace", tmp_path / "workspace")
    HOSTILE[words](archive)
    if archive.put_into(tmp_path / "workspace"):
        assert check_workspace(tmp_path / "workspace", repair=False)["left"] != []


@pytest.mark.parametrize(
    ("limit", "most"),
    [
        ("MOST_DIRECTORY", 500), ("MOST_MANIFEST", 500), ("MOST_IN_ALL", 3000),
        *(("MOST", {**format.MOST, folder: 100}) for folder in format.MOST),
    ],
)  # fmt: skip
def test_each_limit_is_counted_while_reading(
    limit: str, most: object, archive: Archive, target: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = snapshot(target.workspace)
    monkeypatch.setattr(format, limit, most)
    with pytest.raises(StudioError, match=r"too large|too long|not a valid zip"):
        import_project(target, archive.write())
    assert snapshot(target.workspace) == before


def test_a_long_row_is_refused(archive: Archive, target: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "MOST_ROW", 40)
    with pytest.raises(StudioError, match="a row that is too long"):
        import_project(target, archive.write())


def test_missing_file_and_folder_are_named(target: Store, tmp_path: Path) -> None:
    with pytest.raises(StudioError, match=r"no file 'gone\.zip'"):
        import_project(target, tmp_path / "gone.zip")
    with pytest.raises(StudioError, match="is a folder: zip it"):
        import_project(target, tmp_path)
    (tmp_path / "words.zip").write_text("words")
    with pytest.raises(StudioError, match="not a valid zip"):
        import_project(target, tmp_path / "words.zip")


def test_export_of_a_damaged_project_is_refused(made: tuple[Path, str], tmp_path: Path) -> None:
    shutil.copytree(made[0] / "workspace", tmp_path / "workspace")
    with Store(tmp_path / "workspace") as store:
        first = store.projects.references(made[1])[0]
        path = store.images.path(first.image)
        path.write_bytes(path.read_bytes()[:-1] + b"?")
        for _ in range(2):  # altered, then missing
            with pytest.raises(StudioError, match="gal-studio doctor"):
                export_project(store, made[1], tmp_path / "out.zip")
            path.unlink(missing_ok=True)
        assert [path.name for path in tmp_path.iterdir()] == ["workspace"]
        with pytest.raises(StudioError, match="is a folder"):
            export_project(store, made[1], tmp_path)
