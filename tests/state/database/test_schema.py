"""A database of somebody else: what is not the studio's in its schema neither runs nor stays unnamed."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from gal_studio.commands.doctor import check_workspace
from gal_studio.core.errors import StudioError
from gal_studio.state import Store
from gal_studio.state.database import connection as connections
from gal_studio.state.database.upgrades import VERSION
from tests.workspace.filled import fill

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"
STRANGE = {
    "trigger": "CREATE TRIGGER theirs AFTER INSERT ON decision_batches BEGIN DELETE FROM decisions; END",
    "odd name": "CREATE TRIGGER \"a b;drop\" AFTER INSERT ON jobs BEGIN SELECT load_extension('x'); END",
    "view": f"CREATE VIEW theirs AS {ENDLESS}",
    "virtual": 'CREATE VIRTUAL TABLE "their""s" USING dbstat',
    "of ours": "DROP TRIGGER rounds_update; CREATE TRIGGER rounds_update AFTER UPDATE ON rounds "
    "BEGIN DELETE FROM decisions; END",
    "index": "CREATE UNIQUE INDEX theirs ON candidates (id, round_id)",
}


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    with Store(tmp_path / "workspace") as store:
        fill(store, Random(1), replayed=False)
    return tmp_path / "workspace"


def change(workspace: Path, *statements: str) -> None:
    with closing(sqlite3.connect(workspace / "studio.db")) as connection:
        for one in statements:
            connection.executescript(one)
        connection.commit()


def names(workspace: Path) -> list[str]:
    with Store(workspace) as store:
        return list(store.projects.names().values())


@pytest.mark.parametrize("kind", STRANGE)
def test_it_is_refused_by_name(kind: str, workspace: Path) -> None:
    change(workspace, STRANGE[kind])
    name = {"odd name": "a b;drop", "virtual": 'their"s', "of ours": "rounds_update"}.get(kind, "theirs")
    with pytest.raises(StudioError, match=r"not made by the studio.*doctor --repair") as refusal:
        Store(workspace)
    (left,) = check_workspace(workspace, repair=True)["left"]
    assert name in str(refusal.value) and "not made by the studio" in left and name in left


def test_a_view_in_the_place_of_a_table_holds_up_nobody(workspace: Path) -> None:
    change(workspace, "PRAGMA foreign_keys = OFF; DROP TABLE projects", f"CREATE VIEW projects AS {ENDLESS}")
    with pytest.raises(StudioError, match="the view 'projects'"):
        Store(workspace)
    assert check_workspace(workspace, repair=True)["left"]


@pytest.mark.parametrize("kind", ["odd name", "virtual", "view"])
def test_odd_names_in_an_older_workspace(kind: str, workspace: Path) -> None:
    change(workspace, STRANGE[kind], f"PRAGMA user_version = {VERSION - 1}")
    if kind != "odd name":  # all triggers of an older version are made anew
        with pytest.raises(StudioError, match="not made by the studio"):
            Store(workspace)
    else:
        assert names(workspace) == ["Cat"]


def test_plain_tables_and_indexes_of_others_stay(workspace: Path) -> None:
    change(workspace, "CREATE TABLE notes (text); CREATE INDEX mine ON jobs (kind); ANALYZE")
    assert names(workspace) == ["Cat"]


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(connections, "LONGEST", 0.2)
    yield


def test_a_query_that_takes_too_long_ends(workspace: Path, soon: None) -> None:
    with Store(workspace) as store:
        with pytest.raises(StudioError, match="took too long"):
            store.database.rows(f"SELECT COUNT(*) FROM ({ENDLESS})")
        assert len(store.projects.names()) == 1


def test_a_name_that_is_no_text_is_called_damaged(workspace: Path) -> None:
    change(
        workspace,
        "CREATE TABLE odd (a); PRAGMA writable_schema = ON; "
        "UPDATE sqlite_master SET sql = CAST(X'435245415445205441424C45206F64642028FF29' AS TEXT) "
        "WHERE name = 'odd'; PRAGMA writable_schema = RESET",
    )
    with pytest.raises(StudioError, match="is damaged"):
        Store(workspace)
