"""Temporary files lie in the workspace, and none of a page that was killed stays."""

import os
import tempfile
import time
from pathlib import Path

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
    old, young = tmp_path / ".import-old.part", tmp_path / ".import-young.part"
    file = tmp_path / ".export-old.part"
    for folder in (old, young):
        folder.mkdir()
        (folder / "a.png").write_bytes(b"private")
    file.write_bytes(b"private")
    for path in (old, file):
        os.utime(path, (0, time.time() - 7200))
    with own_temporary_files(tmp_path):
        assert not old.exists() and not file.exists()
        assert (young / "a.png").exists()
