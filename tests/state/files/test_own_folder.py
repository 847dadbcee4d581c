"""A workspace is begun only in an empty folder, or in one of its own."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from gal_studio.cli import main
from gal_studio.core.errors import StudioError
from gal_studio.state import Store
from gal_studio.state.files.own_folder import others
from gal_studio.state.files.temporary import temporary_folder
from gal_studio.state.files.unfinished import unfinished_name

OTHERS = [
    "notes.txt", ".profile", "images/cat.png", f"images/{'0' * 64}.png", "exports/2021/a.pdf", "logs/tax.log",
    "temporary/slides.key", "photos/",
]  # fmt: skip


def put(folder: Path, name: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if name.endswith("/"):
        path.mkdir()
    else:
        path.write_bytes(b"theirs")
    return path


@pytest.mark.parametrize("name", OTHERS)
def test_where_other_files_are_none_is_begun(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "home"
    path = put(folder, name)
    before = sorted(folder.rglob("*"))
    (tmp_path / "linked").symlink_to(folder)
    for place in (folder, tmp_path / "linked"):
        with pytest.raises(StudioError, match=r"has other files .* --workspace FOLDER"):
            Store(place)
        assert main(["--workspace", str(place), "--no-browser"]) == 2
        assert len(capsys.readouterr().err.strip().splitlines()) == 1
    assert sorted(folder.rglob("*")) == before and path.exists(), "and nothing is made in it"


def test_a_link_in_a_folder_is_not_its_own(tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "images").symlink_to(tmp_path / "pictures")
    with pytest.raises(StudioError, match="'images'"):
        Store(tmp_path / "new")


def test_what_a_killed_start_left_is_its_own(tmp_path: Path) -> None:
    for name in (
        "page.lock", "worker-2.lock", "logs/page.log", "images/", ".reserve", ".DS_Store", "lost+found/",
        f"temporary/{temporary_folder(tmp_path).name}/", "uploads/", unfinished_name(tmp_path),
    ):  # fmt: skip
        put(tmp_path, name)
    Store(tmp_path).close()
    put(tmp_path, "notes.txt")
    Store(tmp_path).close()
    assert others(tmp_path) == (tmp_path / "notes.txt",), "a workspace may be given other files later"


def test_a_database_of_another_program_stays_as_it_is(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "studio.db")) as connection:
        connection.execute("CREATE TABLE songs (name TEXT)")
    with pytest.raises(StudioError, match="belongs to another program"):
        Store(tmp_path)
    with closing(sqlite3.connect(tmp_path / "studio.db")) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("songs",)]
