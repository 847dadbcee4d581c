"""A database with damaged pages: a report, and a copy takes its place, by `--repair` or by name."""

import shutil
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
from gal_studio.state.files.own_folder import DAMAGED
from gal_studio.state.jobs.lock import PageLock
from gal_studio.workspace.archive.reader import import_project
from gal_studio.workspace.rescue import restore
from tests.workspace.filled import fill

PAGE = 4096


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    workspace = tmp_path_factory.mktemp("filled") / "workspace"
    with Store(workspace, reserve=0) as store:
        fill(store, Random(1))
        fill(store, Random(2), "Dog")
        store.database.rows("PRAGMA wal_checkpoint(TRUNCATE)")
        assert back_up(workspace, store.disk) is not None
    return workspace


@pytest.fixture
def workspace(filled: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(filled, tmp_path / "workspace"))


def spoil(workspace: Path, page: int, data: bytes = bytes(PAGE)) -> None:
    with (workspace / "studio.db").open("r+b") as file:
        file.seek(page * PAGE)
        file.write(data)


@pytest.mark.parametrize("name", ["sqlite_schema", "projects", "losses"])
def test_the_doctor_reports_and_puts_the_newest_whole_copy_in_its_place(name: str, workspace: Path) -> None:
    with Store(workspace) as store:
        (page,) = store.database.rows("SELECT MIN(pageno) FROM dbstat WHERE name = ?", (name,))[0]
    copy = backups(workspace)[0]
    copy.with_name("studio-99990101-000000.db").write_bytes(bytes(PAGE))  # damaged itself
    spoil(workspace, page - 1, Random(page).randbytes(PAGE))
    with pytest.raises(StudioError, match=r"is damaged: .*--repair puts its copy of \d{4}-"):
        for table in TABLES:
            Store(workspace).database.rows(f"SELECT * FROM {table.name}")
    told = check_workspace(workspace, repair=False)
    assert any("whole" in line or "No project" in line for line in told["found"]) and told["left"]
    restores = [line for line in told["found"] if "--restore" in line]
    assert len(restores) == 1 and f"--restore {copy.name}" in restores[0]
    done = check_workspace(workspace, repair=True)["done"]
    said = f"studio.db is the copy of {time_of(copy)}; the one before it is in {DAMAGED}/studio-"
    assert any(line.startswith(said) for line in done)
    assert check_workspace(workspace, repair=False)["left"] == []
    with Store(workspace) as store:
        assert set(store.projects.names().values()) == {"Cat", "Dog"}
    assert not list((workspace / DAMAGED).glob("*.zip")), "nothing changed since the copy"


def test_a_project_that_is_whole_and_newer_than_the_copy_is_kept_as_an_archive(
    workspace: Path, tmp_path: Path
) -> None:
    with Store(workspace) as store:
        names = {name: identity for identity, name in store.projects.names().items()}
        store.projects.rename(names["Dog"], "Wolf")
        cat = store.rounds.of_project(names["Cat"])[0].id
        store.database.write("UPDATE rounds SET title = ? WHERE id = ?", ("x" * 15_000, cat))
        store.database.rows("PRAGMA wal_checkpoint(TRUNCATE)")
        sql = "SELECT MIN(pageno) FROM dbstat WHERE name = 'rounds' AND pagetype = 'overflow'"
        (page,) = store.database.rows(sql)[0]
    spoil(workspace, page - 1)
    done = check_workspace(workspace, repair=True)["done"]
    (kept,) = (workspace / DAMAGED).glob("project-*.zip")
    assert f"The project 'Wolf' is newer than the copy: all of it is in {DAMAGED}/{kept.name}." in done
    with Store(tmp_path / "elsewhere", reserve=0) as store:
        import_project(store, kept)
        assert set(store.projects.names().values()) == {"Wolf"}


def test_without_a_whole_copy_the_damaged_database_stays_and_the_way_is_said(workspace: Path) -> None:
    shutil.rmtree(workspace / "backups")
    spoil(workspace, 0)
    before = (workspace / "studio.db").read_bytes()
    with pytest.raises(StudioError, match=r"none of its copies is whole: .* by `gal-studio export-project`"):
        check_workspace(workspace, repair=True)
    assert (workspace / "studio.db").read_bytes() == before


def test_what_sqlite_says_of_a_name_may_be_no_text(workspace: Path) -> None:
    path = workspace / "studio.db"
    data = path.read_bytes()
    at = data.index(b"CREATE TABLE losses") + 7
    path.write_bytes(data[:at] + b"\xed\xff" * 4 + data[at + 8 :])
    with pytest.raises(StudioError, match="is damaged"):
        Store(workspace)
    assert "list of tables" in check_workspace(workspace, repair=False)["found"][0]
    assert check_workspace(workspace, repair=True)["left"] == []


def test_a_copy_takes_the_place_of_what_cannot_be_read(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spoil(workspace, 0)
    copy = backups(workspace)[0].name
    assert main(["doctor", "--workspace", str(workspace)]) == 1
    assert f"--restore {copy}" in capsys.readouterr().out
    with PageLock(workspace) as lock:
        assert lock.acquire()
        with pytest.raises(StudioError, match="end it, then try again"):
            restore(workspace, copy)
    assert main(["doctor", "--workspace", str(workspace), "--restore", copy]) == 0
    with Store(workspace) as store:
        assert set(store.projects.names().values()) == {"Cat", "Dog"} or len(store.projects.names()) >= 2
    with pytest.raises(StudioError, match="does not exist: choose from"):
        restore(workspace, "../studio.db")
