"""A database that takes another's place: SIGKILL at any moment leaves one, and the next call goes on."""

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
from gal_studio.state import Store
from gal_studio.state.database.backups import back_up, backups
from gal_studio.state.database.replaced import finish_replacement
from gal_studio.state.files.own_folder import DAMAGED, others
from gal_studio.state.files.unfinished import unfinished_name
from gal_studio.studio.views.everything import show_all
from gal_studio.ui.access.listening import Listening, check_start
from gal_studio.workspace.rescue import rescue, restore
from tests.workspace.filled import fill

PAGE = 4096
EVENTS = frozenset({"os.rename", "os.remove", "os.link", "shutil.copyfile"})
"""What changes which files there are; `os.replace` is an `os.rename` to Python's hooks."""

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="a process is ended at each event")


@pytest.fixture(scope="module")
def damaged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace whose table of losses is damaged, with rows in its log that its file has not."""
    workspace = tmp_path_factory.mktemp("damaged") / "workspace"
    with Store(workspace, reserve=0) as store:
        fill(store, Random(1), replayed=False)
        store.database.rows("PRAGMA wal_checkpoint(TRUNCATE)")
        assert back_up(workspace, store.disk) is not None
        (root,) = store.database.rows("SELECT rootpage FROM sqlite_master WHERE name = 'losses'")[0]
        aside = workspace.with_name("with log")
        store.database.write("UPDATE projects SET name = 'In the log'")
        shutil.copytree(workspace, aside)
    with (aside / "studio.db").open("r+b") as file:
        file.seek((root - 1) * PAGE)
        file.write(Random(3).randbytes(PAGE))
    assert (aside / "studio.db-wal").stat().st_size > 0
    return aside


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


def names_of(workspace: Path) -> set[str]:
    with closing(sqlite3.connect(workspace / "studio.db")) as connection:
        return {name for (name,) in connection.execute("SELECT name FROM projects")}


@pytest.mark.parametrize("way", [pytest.param("rescue", marks=pytest.mark.thorough), "restore"])
def test_a_kill_at_any_moment_leaves_a_database(way: str, damaged: Path, tmp_path: Path) -> None:
    copy = backups(damaged)[0].name
    events = 0
    while True:
        place = tmp_path / str(events)
        shutil.copytree(damaged, place)
        act = (lambda: rescue(place, show_all)) if way == "rescue" else (lambda: restore(place, copy))  # noqa: B023
        if not killed_at(events + 1, act):
            break
        events += 1
        assert (place / "studio.db").is_file(), f"event {events}"
        assert names_of(place) in ({"In the log"}, {"Cat"}), f"event {events}"  # the former one with its log
        act()
        assert names_of(place) == {"Cat"}
        assert check_workspace(place, repair=False)["left"] == []
        assert others(place) == ()
    assert events >= 4
    assert len(list((place / DAMAGED).glob("studio-*.db"))) == 1


@pytest.fixture
def headless(damaged: Path, tmp_path: Path) -> tuple[Path, Path]:
    """What a killed repair of version 0.2 left: no studio.db, a log of it, and the new one as a part."""
    place = tmp_path / "headless"
    with Store(place) as store:
        fill(store, Random(1), replayed=False)
    part = place / unfinished_name(place)
    (place / "studio.db").rename(part)
    for path in place.glob("studio.db*"):
        path.unlink()
    (place / "studio.db-wal").write_bytes((damaged / "studio.db-wal").read_bytes())
    return place, part


def test_the_page_finishes_what_a_killed_repair_began(headless: tuple[Path, Path]) -> None:
    place, part = headless
    check_start(place, Listening(), None)
    assert not part.exists()
    with Store(place) as store:
        assert set(store.projects.names().values()) == {"Cat"}
    assert len(list((place / DAMAGED).glob("studio-*.db-wal"))) == 1


def test_the_doctor_finishes_it_and_says_so(
    headless: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["doctor", "--workspace", str(headless[0])]) == 0
    assert "of a repair that did not end is in its place" in capsys.readouterr().out


def test_nothing_else_is_taken_for_a_database(tmp_path: Path) -> None:
    for name, data in (("a", b""), ("b", b"SQLite format 3\0" + bytes(5000))):
        (tmp_path / unfinished_name(tmp_path, name)).write_bytes(data)
    with closing(sqlite3.connect(tmp_path / unfinished_name(tmp_path, "c"))) as connection:
        connection.execute("CREATE TABLE theirs (id)")
    with Store(tmp_path.with_name("another")) as store:
        store.close()
    (tmp_path.with_name("another") / "studio.db").rename(tmp_path / "studio.db.part")  # without our mark
    assert not finish_replacement(tmp_path)
    assert len(list(tmp_path.iterdir())) == 4
