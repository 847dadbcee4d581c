"""A workspace of somebody else, with links, pipes and journals: nothing elsewhere changes, nothing waits."""

import os
import sqlite3
import struct
from contextlib import closing
from pathlib import Path

import pytest

from gal_studio.commands.doctor import check_workspace
from gal_studio.core.errors import StudioError
from gal_studio.rounds import checkpoints
from gal_studio.state import Store
from gal_studio.state.database.own_files import ENDINGS, check_files
from gal_studio.state.files.content_store import log_file
from gal_studio.state.files.inside import own_file
from gal_studio.state.jobs.lock import WorkerLock, holders
from workshop.benchmarks.faults.links import try_links


@pytest.fixture
def thesis(tmp_path: Path) -> Path:
    path = tmp_path / "thesis.txt"
    path.write_bytes(b"theirs")
    return path


def test_some_things_of_a_workspace_are_links_pipes_and_other_names(tmp_path: Path) -> None:
    outcome = try_links(tmp_path, every=61, first=3)
    assert outcome.wrong == []
    assert outcome.fates["done"] and outcome.fates["refused"]


def test_a_lock_that_is_a_link_is_not_signed(workspace: Path, thesis: Path) -> None:
    for link in (Path.symlink_to, Path.hardlink_to):
        lock = WorkerLock(workspace)
        (workspace / "worker.lock").unlink(missing_ok=True)
        link(workspace / "worker.lock", thesis)
        with pytest.raises(StudioError, match=r"remove it|a copy of itself"):
            lock.acquire()
        assert thesis.read_bytes() == b"theirs"
    (workspace / "worker.lock").unlink()
    (workspace / "worker.lock").symlink_to(thesis.with_name("nothing"))
    with pytest.raises(StudioError, match="is a link"):
        WorkerLock(workspace).acquire()
    assert not thesis.with_name("nothing").exists()
    os.mkfifo(workspace / "worker-b.lock")
    assert holders(workspace) == frozenset()


def test_a_log_that_is_a_link_is_moved_beside(workspace: Path, thesis: Path) -> None:
    (workspace / "logs").mkdir(exist_ok=True)
    (workspace / "logs" / "page.log").symlink_to(thesis)
    log_file(workspace, "page.log").write_bytes(b"a line")
    assert thesis.read_bytes() == b"theirs"
    (moved,) = (path for path in (workspace / "logs").iterdir() if path.is_symlink())
    assert moved.name.startswith("page.log ")


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_database_with_a_link_in_its_files_is_not_opened(
    ending: str, workspace: Path, thesis: Path
) -> None:
    path = workspace / f"studio.db{ending}"
    if path.exists():
        path.rename(thesis)
    before = thesis.read_bytes()
    for link in (Path.symlink_to, Path.hardlink_to):
        path.unlink(missing_ok=True)
        link(path, thesis)
        for opened in (Store, check_workspace_only):
            with pytest.raises(StudioError, match=r"studio\.db.*(remove it|a copy of itself)"):
                opened(workspace)
        assert thesis.read_bytes() == before


def check_workspace_only(workspace: Path) -> None:
    check_workspace(workspace, repair=True)


def test_no_file_is_deleted_that_a_journal_names(workspace: Path, thesis: Path) -> None:
    """SQLite plays such a journal back, and then deletes the file that it names as its super-journal."""
    name, magic = str(thesis).encode(), bytes.fromhex("d9d505f920a163d7")
    pages = (workspace / "studio.db").stat().st_size // 4096
    header = (magic + struct.pack(">IIIII", 0, 1, pages, 512, 4096)).ljust(512, b"\0")
    checksum = sum(name)
    end = struct.pack(">I", 0x40000000 // 4096 + 1) + name + struct.pack(">II", len(name), checksum) + magic
    (workspace / "studio.db-journal").write_bytes(header + end)
    for opened in (Store, check_workspace_only):
        with pytest.raises(StudioError, match="names a file of another database"):
            opened(workspace)
    assert thesis.read_bytes() == b"theirs"
    with closing(sqlite3.connect(workspace / "studio.db")) as connection:
        connection.execute("SELECT COUNT(*) FROM projects").fetchone()
    assert not thesis.exists(), "this is what SQLite does with it by itself"


def test_a_journal_of_its_own_is_no_hindrance(workspace: Path) -> None:
    (workspace / "studio.db-journal").write_bytes(b"")
    check_files(workspace / "studio.db")
    Store(workspace).close()


def test_a_journal_that_is_deleted_meanwhile_is_no_hindrance(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process that makes the database deletes its journal at any time."""
    journal, there = workspace / "studio.db-journal", Path.exists
    monkeypatch.setattr(Path, "exists", lambda path: path == journal or there(path))
    check_files(workspace / "studio.db")


def test_no_checkpoint_is_written_behind_a_link(workspace: Path, tmp_path: Path) -> None:
    (tmp_path / "victim").mkdir()
    with Store(workspace) as store:
        round_id = store.database.rows("SELECT id FROM rounds")[0]["id"]
        (store.checkpoints(round_id) / ("0" * 16)).symlink_to(tmp_path / "victim")
        with pytest.raises(StudioError, match="behind a link"):
            checkpoints.folder(store, round_id, "0" * 64)


def test_a_stored_file_that_is_a_link_or_a_pipe_is_none(workspace: Path, thesis: Path) -> None:
    with Store(workspace) as store:
        first, second = sorted(store.images.folder.glob("*.png"))[:2]
        thesis.write_bytes(first.read_bytes())
        first.unlink()
        first.symlink_to(thesis)
        second.unlink()
        os.mkfifo(second)
        for path in (first, second):
            assert not store.images.has(path.stem) and not store.images.intact(path.stem)
            with pytest.raises(StudioError, match="is a link or not a plain file"):
                store.images.read(path.stem)


def test_what_is_not_there_may_be_written(tmp_path: Path) -> None:
    assert own_file(tmp_path / "new") == tmp_path / "new"
