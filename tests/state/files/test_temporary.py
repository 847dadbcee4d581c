"""Temporary files lie in the workspace, and none of a page that was killed stays."""

import os
import tempfile
import time
from pathlib import Path

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.state.files.temporary import own_temporary_files, temporary_folder
from gal_studio.state.files.unfinished import unfinished_name
from gal_studio.ui.api import uploads


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
    old, young = tmp_path / unfinished_name(tmp_path), tmp_path / unfinished_name(tmp_path)
    file = tmp_path / unfinished_name(tmp_path)
    for folder in (old, young):
        folder.mkdir()
        (folder / "a.png").write_bytes(b"private")
    file.write_bytes(b"private")
    for path in (old, file):
        os.utime(path, (0, time.time() - 7200))
    with own_temporary_files(tmp_path):
        assert not old.exists() and not file.exists()
        assert (young / "a.png").exists()


def test_other_peoples_files_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "_workspace", [])  # further tests of this process have another place
    elsewhere = tmp_path / "elsewhere"
    theirs = [
        tmp_path / "workspace" / "temporary" / "talk" / "slides.key",
        tmp_path / "workspace" / "album.part",
        tmp_path / "workspace" / ".export-of-june.part",
        tmp_path / "workspace" / ".tmpbackup" / "2019" / "thesis.txt",
        tmp_path / "workspace" / ".letter.docx.12345678.tmp",
        tmp_path / "workspace" / f".export-{'0' * 32}.part",
        tmp_path / "workspace" / ".import-abcd1234.part" / "cat.png",
        tmp_path / "workspace" / unfinished_name(elsewhere) / "of another workspace.txt",
        tmp_path / "workspace" / "temporary" / "gal-studio-page" / "slides.key",
        tmp_path / "workspace" / "uploads" / ("a" * 32) / "letter.txt",
        elsewhere / "gal-studio-page" / "letter.txt",
    ]
    for path in theirs:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"theirs")
        for each in (path, *path.parents):
            if each.is_relative_to(tmp_path / "workspace"):
                os.utime(each, (0, 0))
    link = tmp_path / "workspace" / f".upload-{'1' * 32}.part"
    link.symlink_to(elsewhere)
    with own_temporary_files(tmp_path / "workspace"):
        uploads.keep_uploads_in(tmp_path / "workspace")
    assert all(path.read_bytes() == b"theirs" for path in theirs)
    assert all(path.exists() for path in theirs) and link.is_symlink()
    linked = tmp_path / "linked"
    linked.mkdir()
    (linked / "temporary").symlink_to(elsewhere)
    with pytest.raises(StudioError, match="temporary is a link"), own_temporary_files(linked):
        pass
    assert all(path.exists() for path in theirs)
