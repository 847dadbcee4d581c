"""A damaged database is kept, and its newest whole copy takes its place, by `--repair` or by name."""

import os
import shutil
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from gal_studio.cli import main
from gal_studio.commands.doctor import check_workspace
from gal_studio.core.errors import StudioError
from gal_studio.state import Store
from gal_studio.state.database.backups import back_up, backups
from gal_studio.state.database.tables import TABLES
from gal_studio.state.files.errors import time_of
from gal_studio.state.files.own_folder import DAMAGED, others
from gal_studio.state.jobs.lock import PageLock
from gal_studio.workspace.restore import restore
from tests.workspace.filled import fill

PAGE = 4096
EVENTS = frozenset({"os.rename", "os.remove", "os.link", "shutil.copyfile"})
"""What changes which files there are; `os.replace` is an `os.rename` to Python's hooks."""


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a copy of its database, and rows in its log that its file has not."""
    workspace = tmp_path_factory.mktemp("filled") / "workspace"
    with Store(workspace, reserve=0) as store:
        fill(store, Random(1), replayed=False)
        store.database.rows("PRAGMA wal_checkpoint(TRUNCATE)")
        assert back_up(workspace, store.disk) is not None
        aside = workspace.with_name("with log")
        store.database.write("UPDATE projects SET name = 'In the log'")
        shutil.copytree(workspace, aside)
    assert (aside / "studio.db-wal").stat().st_size > 0
    return aside


@pytest.fixture
def workspace(filled: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(filled, tmp_path / "workspace"))


def spoil(workspace: Path, page: int, data: bytes = bytes(PAGE)) -> None:
    with (workspace / "studio.db").open("r+b") as file:
        file.seek(page * PAGE)
        file.write(data)


def names_of(workspace: Path) -> set[str]:
    with closing(sqlite3.connect(workspace / "studio.db")) as connection:
        return {name for (name,) in connection.execute("SELECT name FROM projects")}


@pytest.mark.parametrize("name", ["sqlite_schema", "projects", "losses"])
def test_the_doctor_reports_and_puts_the_newest_whole_copy_in_its_place(name: str, workspace: Path) -> None:
    with Store(workspace) as store:
        store.database.rows("PRAGMA wal_checkpoint(TRUNCATE)")
        (page,) = store.database.rows("SELECT MIN(pageno) FROM dbstat WHERE name = ?", (name,))[0]
    copy = backups(workspace)[0]
    copy.with_name("studio-99990101-000000.db").write_bytes(bytes(PAGE))  # damaged itself
    spoil(workspace, page - 1, Random(page).randbytes(PAGE))
    former = (workspace / "studio.db").read_bytes()
    with pytest.raises(StudioError, match=r"is damaged: .*--repair puts its copy of \d{4}-"):
        for table in TABLES:
            Store(workspace).database.rows(f"SELECT * FROM {table.name}")
    (told,) = check_workspace(workspace, repair=False)["left"]
    assert f"--repair puts its copy of {time_of(copy)} in its place" in told
    done = check_workspace(workspace, repair=True)
    said = f"studio.db is now the copy of {time_of(copy)}; the previous one, with newer changes, is in"
    assert f"{said} {DAMAGED}/" in done["done"][0] and done["left"] == []
    assert names_of(workspace) == {"Cat"} and check_workspace(workspace, repair=False)["found"] == []
    (kept,) = (workspace / DAMAGED).glob("studio-*.db")
    assert kept.read_bytes() == former


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("DROP TABLE measurements", "The table measurements is missing"),
        ("DROP INDEX pairs_of_round", "The index pairs_of_round is missing"),
        ("ALTER TABLE rounds DROP COLUMN unet_forwards", "The column unet_forwards of the table rounds"),
        ("CREATE VIEW theirs AS SELECT 1", "studio.db has the view 'theirs', not made by the studio"),
        ("DELETE FROM anchors", "refer to missing rows"),
    ],
)
def test_so_it_does_with_tables_that_are_not_the_studios(change: str, found: str, workspace: Path) -> None:
    with closing(sqlite3.connect(workspace / "studio.db")) as connection:
        connection.execute(change)
        connection.commit()
    assert found in check_workspace(workspace, repair=False)["left"][0]
    report = check_workspace(workspace, repair=True)
    assert found in report["done"][0] and report["left"] == [] and names_of(workspace) == {"Cat"}


def test_without_a_whole_copy_the_damaged_database_stays_and_the_way_is_said(workspace: Path) -> None:
    shutil.rmtree(workspace / "backups")
    spoil(workspace, 0)
    before = (workspace / "studio.db").read_bytes()
    (left,) = check_workspace(workspace, repair=True)["left"]
    assert "none of its copies is whole: save what can be read by `gal-studio export-project`" in left
    assert (workspace / "studio.db").read_bytes() == before


def test_what_sqlite_says_of_a_name_may_be_no_text(workspace: Path) -> None:
    path = workspace / "studio.db"
    path.with_name("studio.db-wal").unlink()
    data = path.read_bytes()
    at = data.index(b"CREATE TABLE losses") + 7
    path.write_bytes(data[:at] + b"\xed\xff" * 4 + data[at + 8 :])
    with pytest.raises(StudioError, match="is damaged"):
        Store(workspace)
    assert "list of tables" in check_workspace(workspace, repair=False)["found"][0]
    assert check_workspace(workspace, repair=True)["left"] == []


def test_a_copy_is_put_back_by_name_unless_a_page_is_open(workspace: Path) -> None:
    copy = backups(workspace)[0].name
    with PageLock(workspace) as lock:
        assert lock.acquire()
        with pytest.raises(StudioError, match="end it, then try again"):
            restore(workspace, copy)
    assert main(["doctor", "--workspace", str(workspace), "--restore", copy]) == 0
    assert names_of(workspace) == {"Cat"}
    with pytest.raises(StudioError, match="does not exist: choose from"):
        restore(workspace, "../studio.db")
    with pytest.raises(StudioError, match="does not exist: the workspace has none"):
        restore(workspace / "backups", copy)


def killed_at(event: int, act: Callable[[], object]) -> bool:
    """Run in a process that ends without a word before its event of this number; whether it came so far."""
    child = os.fork()
    if child == 0:
        left = event

        def hook(name: str, _: object) -> None:
            nonlocal left
            if name in EVENTS:
                left -= 1
                if left == 0:
                    os._exit(9)

        sys.addaudithook(hook)
        try:
            act()
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a process is ended at each event")
def test_a_kill_at_any_moment_leaves_a_database(filled: Path, tmp_path: Path) -> None:
    copy = backups(filled)[0].name
    events = 0
    while True:
        place = tmp_path / str(events)
        shutil.copytree(filled, place)
        if not killed_at(events + 1, lambda: restore(place, copy)):  # noqa: B023
            break
        events += 1
        assert names_of(place) in ({"In the log"}, {"Cat"}), f"event {events}"  # the former one with its log
        restore(place, copy)
        assert names_of(place) == {"Cat"}
        assert check_workspace(place, repair=False)["left"] == []
        assert others(place) == ()
    assert events >= 4
    assert len(list((place / DAMAGED).glob("studio-*.db"))) == 1
