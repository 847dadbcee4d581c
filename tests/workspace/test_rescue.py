"""A database with damaged pages: a report, what can be read is saved, and a copy can take its place."""

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
from gal_studio.state.files.own_folder import DAMAGED, others
from gal_studio.state.jobs.lock import PageLock
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


@pytest.mark.parametrize("page", range(1, 40, 4))
def test_the_doctor_reports_and_saves_what_can_be_read(page: int, workspace: Path) -> None:
    spoil(workspace, page, Random(page).randbytes(PAGE))
    told = check_workspace(workspace, repair=False)
    if not told["found"]:
        return  # a page without content
    assert any("whole" in line or "No project" in line for line in told["found"]) and told["left"]
    assert any("--restore studio-" in line for line in told["found"])
    try:
        done = check_workspace(workspace, repair=True)["done"]
    except StudioError as refusal:  # the list of tables itself
        assert "put a copy of it in its place" in str(refusal)
    else:
        assert any(f"the damaged one is in {DAMAGED}/studio-" in line for line in done)
        with Store(workspace) as store:
            assert store.database.unchecked_rows("PRAGMA integrity_check")[0][0] == "ok"


def test_every_row_outside_of_the_page_is_saved(workspace: Path) -> None:
    with Store(workspace) as store:
        (root,) = store.database.rows("SELECT rootpage FROM sqlite_master WHERE name = 'losses'")[0]
        before = {
            name: len(store.database.rows(f"SELECT * FROM {name}")) for name in ("candidates", "rounds")
        }
    spoil(workspace, root - 1)
    report = check_workspace(workspace, repair=True)
    assert report["left"] == []
    with Store(workspace) as store:
        assert {name: len(store.database.rows(f"SELECT * FROM {name}")) for name in before} == before
        assert store.database.rows("SELECT * FROM losses") == []
    assert others(workspace) == ()


def rows_of(store: Store) -> dict[str, list[tuple[object, ...]]]:
    return {
        table.name: [tuple(row) for row in store.database.unchecked_rows(f"SELECT * FROM {table.name}")]
        for table in TABLES
    }


@pytest.mark.parametrize("with_copy", [True, False])
@pytest.mark.parametrize("spoiled", ["first page", "a part of the list"])
def test_the_list_of_the_tables_is_found_again(with_copy: bool, spoiled: str, workspace: Path) -> None:
    with Store(workspace) as store:
        before = rows_of(store)
        found = store.database.rows("SELECT pageno FROM dbstat WHERE name = 'sqlite_schema'")
        pages = [row[0] for row in found]
    for page in [0] if spoiled == "first page" else [one - 1 for one in pages[1:]]:
        spoil(workspace, page, Random(page).randbytes(PAGE))
    if not with_copy:
        shutil.rmtree(workspace / "backups")
    done = check_workspace(workspace, repair=True)["done"]
    assert any("found them again" in line for line in done)
    with Store(workspace) as store:
        assert rows_of(store) == before
    assert check_workspace(workspace, repair=False)["left"] == []


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
