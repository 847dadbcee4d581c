"""Paths that users name are looked at by a thread of their own, with patience."""

import _thread
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.state.files import answering
from gal_studio.state.files.answering import answers, check_answers


def test_what_is_there_or_not_answers(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    for path in (tmp_path, tmp_path / "a", tmp_path / "nothing", Path("/\udc80"), Path("/\0")):
        assert answers(path)


def test_a_disk_that_hangs_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ends, plain, asked = threading.Event(), os.stat, list[str]()

    def slow(path: Any, **how: Any) -> os.stat_result:
        if "silent-drive" in str(path):
            asked.append(str(path))
            ends.wait(60)
        return plain(path, **how)

    monkeypatch.setattr(os, "stat", slow)
    monkeypatch.setattr(answering, "TIMEOUT", 0.2)
    with pytest.raises(StudioError, match="does not answer: check the disk or the network drive"):
        check_answers(tmp_path / "silent-drive")
    assert not answers(tmp_path / "silent-drive") and len(asked) == 1, "it is not asked again"
    monkeypatch.setattr(answering, "TIMEOUT", 60.0)
    assert answers(tmp_path / "another")
    ends.set()


def test_a_thread_without_memory_to_begin_is_not_waited_for_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_thread, "start_new_thread", lambda *_: 0)
    monkeypatch.setattr(answering, "TIMEOUT", 0.1)
    assert answers(tmp_path), "nothing is known against the disk"
