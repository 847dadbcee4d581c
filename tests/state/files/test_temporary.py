"""Temporary files lie in the workspace, and none of a page that was killed stays."""

import os
import tempfile
import time
from pathlib import Path

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.state.files.temporary import own_temporary_files, temporary_folder


def test_what_a_killed_page_left_is_deleted(tmp_path: Path) -> None:
    (temporary_folder(tmp_path) / "old").mkdir(parents=True)
    (temporary_folder(tmp_path) / "old" / "private.png").write_bytes(b"private")
    before = tempfile.gettempdir()
    with own_temporary_files(tmp_path) as folder:
        assert list(folder.iterdir()) == []
        with tempfile.NamedTemporaryFile() as made:
            assert Path(made.name).parent == folder
    assert not folder.exists() and tempfile.gettempdir() == before


def test_unfinished_imports_are_deleted_unless_somebody_may_be_at_work(tmp_path: Path) -> None:
    old, young = tmp_path / ".import-old12345.part", tmp_path / ".import-young123.part"
    file = tmp_path / f".export-{'0' * 32}.part"
    for folder in (old, young):
        folder.mkdir()
        (folder / "a.png").write_bytes(b"private")
    file.write_bytes(b"private")
    for path in (old, file):
        os.utime(path, (0, time.time() - 7200))
    with own_temporary_files(tmp_path):
        assert not old.exists() and not file.exists()
        assert (young / "a.png").exists()


def test_other_peoples_files_stay(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    theirs = [
        tmp_path / "workspace" / "temporary" / "talk" / "slides.key",
        tmp_path / "workspace" / "album.part",
        tmp_path / "workspace" / ".export-of-june.part",
        elsewhere / "gal-studio-page" / "letter.txt",
    ]
    for path in theirs:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"theirs")
        os.utime(path, (0, time.time() - 7200))
    link = tmp_path / "workspace" / f".upload-{'1' * 32}.part"
    link.symlink_to(elsewhere)
    with own_temporary_files(tmp_path / "workspace"):
        pass
    assert all(path.exists() for path in theirs) and link.is_symlink()
    linked = tmp_path / "linked"
    linked.mkdir()
    (linked / "temporary").symlink_to(elsewhere)
    with pytest.raises(StudioError, match="temporary is a link"), own_temporary_files(linked):
        pass
    assert all(path.exists() for path in theirs)
