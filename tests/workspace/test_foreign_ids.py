"""A workspace of somebody else, with IDs that lead elsewhere: nothing outside of it is written or removed."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from random import Random

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.rounds import checkpoints
from gal_studio.state import Store
from gal_studio.state.files.temporary import own_temporary_files
from gal_studio.studio import Studio
from gal_studio.studio.views.everything import show_all
from gal_studio.workspace.check import examine
from gal_studio.workspace.delete import delete_project
from gal_studio.workspace.repair import repair
from tests.workspace.filled import fill

IDS = ("../../victim", "..", "", ".", "{victim}", "0123456789abcdef/../../../victim")


@pytest.fixture
def victim(tmp_path: Path) -> Iterator[Path]:
    """Folders beside the workspace that nobody may touch."""
    folder = tmp_path / "victim"
    (folder / "work").mkdir(parents=True)
    (folder / "work" / "thesis.txt").write_bytes(b"theirs")
    yield folder
    assert [path.name for path in folder.iterdir()] == ["work"]
    assert (folder / "work" / "thesis.txt").read_bytes() == b"theirs"
    assert {path.name for path in tmp_path.iterdir()} == {"victim", "workspace"}


def rename(workspace: Path, table: str, identity: str) -> str:
    """Give the first row of a table, and all that refer to it, another ID; returns that of its project."""
    with closing(sqlite3.connect(workspace / "studio.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        (before,) = connection.execute(f"SELECT id FROM {table} ORDER BY rowid LIMIT 1").fetchone()
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            for column in connection.execute(f"PRAGMA table_info({name})").fetchall():
                sql = f"UPDATE {name} SET {column[1]} = ? WHERE {column[1]} = ?"
                with suppress(sqlite3.IntegrityError):
                    connection.execute(sql, (identity, before))
        of = "id" if table == "projects" else "project_id"
        return str(connection.execute(f"SELECT {of} FROM {table} WHERE id = ?", (identity,)).fetchone()[0])


@pytest.mark.parametrize("identity", IDS)
@pytest.mark.parametrize("table", ["rounds", "projects"])
def test_an_id_that_leads_elsewhere_takes_nothing(
    table: str, identity: str, tmp_path: Path, victim: Path
) -> None:
    workspace = tmp_path / "workspace"
    with Store(workspace) as store:
        fill(store, Random(1))
        whole = fill(store, Random(2), "Dog")
    identity = identity.format(victim=victim)
    project_id = rename(workspace, table, identity)
    with Store(workspace) as store, own_temporary_files(workspace):
        broken = Studio(store).broken_projects()
        assert [one.id for one in broken] == [project_id], "it is listed, and said to be broken"
        assert "doctor" in broken[0].problem
        assert [one.id for one in Studio(store).projects() if one.id == whole.id]
        assert any(finding.problem == "broken" for finding in examine(store, show=show_all))
        if table == "rounds":
            for place in (
                lambda: store.checkpoints(identity),
                lambda: checkpoints.folder(store, identity, "0" * 64),
            ):
                with pytest.raises(StudioError, match="is not an ID of the studio"):
                    place()
        repair(store, examine(store, show=show_all))
        store.projects.set_archived(project_id, True)
        delete_project(store, project_id)
        assert project_id not in store.projects.names()
        assert store.projects.get(whole.id).name == "Dog"
    assert (workspace / "studio.db").exists() and (workspace / "images").is_dir()


@pytest.mark.parametrize("name", ["images", "adapters", "uploads", "logs", "own-adapters", "damaged"])
def test_a_link_in_a_workspace_leads_nowhere(name: str, tmp_path: Path, victim: Path) -> None:
    workspace = tmp_path / "workspace"
    with Store(workspace) as store:
        fill(store, Random(1))
    for path in sorted((workspace / name).rglob("*")) if (workspace / name).is_dir() else ():
        path.unlink()
    if (workspace / name).is_dir():
        (workspace / name).rmdir()
    (workspace / name).symlink_to(victim)
    with suppress(StudioError), Store(workspace) as store:
        repair(store, examine(store, age=0))
