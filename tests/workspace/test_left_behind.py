"""What a killed call left is swept by the next one that may; races and short limits end in sentences."""

import subprocess
import sys
import threading
from pathlib import Path
from random import Random
from unittest.mock import Mock

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.patience import killed_after
from gal_studio.state import Store
from gal_studio.state.files.unfinished import unfinished_name
from gal_studio.workspace.archive.reader import _ImportLock, import_project
from gal_studio.workspace.archive.writer import export_project
from gal_studio.workspace.delete import delete_project
from tests.workspace.filled import fill, old


def test_the_next_export_removes_the_part_of_a_killed_one(store: Store, tmp_path: Path) -> None:
    project = fill(store, Random(1), replayed=False).id
    out = tmp_path / "out"
    out.mkdir()
    left, fresh, theirs = (out / unfinished_name(out, name) for name in ("left", "fresh", "theirs"))
    for path in (left, fresh):
        path.write_bytes(b"PK\x03\x04 and so on")
    theirs.write_bytes(b"a thesis")
    old(left), old(theirs)
    export_project(store, project, out / "cat.zip")
    assert {path.name for path in out.iterdir()} == {"cat.zip", fresh.name, theirs.name}


def test_the_next_import_removes_the_folder_of_a_killed_one_alone(store: Store, tmp_path: Path) -> None:
    export_project(store, fill(store, Random(1), replayed=False).id, tmp_path / "cat.zip")
    killed, at_work, theirs = (store.workspace / unfinished_name(store.workspace) for _ in range(3))
    for folder in (killed, at_work):
        (folder / "tables").mkdir(parents=True)
    theirs.mkdir()
    with _ImportLock(at_work) as lock:
        assert lock.acquire()
        import_project(store, tmp_path / "cat.zip")
    assert [path.exists() for path in (killed, at_work, theirs)] == [False, True, True]


def test_archiving_what_was_deleted_is_refused_in_a_sentence(store: Store) -> None:
    project = fill(store, Random(1), replayed=False).id
    store.database.write("DELETE FROM jobs")
    store.projects.set_archived(project, True)
    delete_project(store, project)
    with pytest.raises(StudioError, match="deleted in the meantime"):
        store.projects.set_archived(project, True)


def test_no_thread_can_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    with subprocess.Popen([sys.executable, "-c", "pass"]) as process:
        monkeypatch.setattr(
            threading.Thread, "start", Mock(side_effect=RuntimeError("can't start new thread"))
        )
        with pytest.raises(StudioError, match="No thread could be started"), killed_after(process, 1):
            pass
