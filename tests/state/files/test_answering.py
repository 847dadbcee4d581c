"""Paths that users name are looked at by a process of its own, with patience."""

from pathlib import Path

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.state.files import answering, answering_process
from gal_studio.state.files.answering import Answering, check_answers


def test_what_is_there_or_not_answers(tmp_path: Path) -> None:
    asked = Answering()
    try:
        for path in (tmp_path, tmp_path / "nothing", Path("/\udc80")):
            assert asked.answers(path)
    finally:
        asked.close()


def test_a_disk_that_hangs_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = tmp_path / "sitecustomize.py"
    slow.write_text(
        "import os, time\nplain = os.stat\n"
        "def slow(path, **how):\n    'silent-drive' in str(path) and time.sleep(600)\n"
        "    return plain(path, **how)\nos.stat = slow\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    asked = Answering(patience=60.0)
    monkeypatch.setattr(answering, "_answering", asked)
    try:
        assert asked.answers(tmp_path)
        process = asked._process
        asked._patience = 0.5  # the drive will not answer however long one waits
        with pytest.raises(StudioError, match="does not answer: check the disk or the network drive"):
            check_answers(tmp_path / "silent-drive")
        assert not asked.answers(tmp_path / "silent-drive")
        assert asked._process is None, "and is not asked again"
        asked._patience = 60.0
        assert process is not None and process.poll() is not None
        assert asked.answers(tmp_path / "another"), "others are asked by a new process"
    finally:
        asked.close()


def test_a_look_asks_for_the_names_too(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    answering_process.look(str(tmp_path))
    answering_process.look(str(tmp_path / "a"))
