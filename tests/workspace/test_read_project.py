"""Rows that belong to another project are found wherever one may refer to them, and hide no other project."""

from pathlib import Path
from random import Random

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.state import Store
from gal_studio.state.database.tables import TABLES, Column, Table
from gal_studio.studio import Studio
from gal_studio.studio.views.broken import what_is_damaged
from gal_studio.studio.views.everything import show_all
from gal_studio.workspace.archive.project_tables import OF_A_PROJECT
from gal_studio.workspace.check import examine
from gal_studio.workspace.read_project import damaged_values, read_project
from tests.workspace.filled import fill

REFERRING = [
    (table, column)
    for table in TABLES
    for column in table.columns
    if column.target in {one.name for one in OF_A_PROJECT} and column.name not in table.owner[:1]
]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("two-projects") / "workspace"
    with Store(folder) as store:
        fill(store, Random(1))
        fill(store, Random(2), "Dog")
    return folder


@pytest.mark.parametrize(
    ("table", "column"), REFERRING, ids=[f"{table.name}.{column.name}" for table, column in REFERRING]
)
def test_a_row_that_refers_to_another_project_is_found(table: Table, column: Column, workspace: Path) -> None:
    with Store(workspace) as store:
        cat, dog = store.projects.names()
        damaged = False
        with pytest.raises(ZeroDivisionError), store.database.transaction() as writer:
            writer.execute("PRAGMA defer_foreign_keys = ON")
            others = writer.execute(f"SELECT id FROM {column.target} ORDER BY rowid DESC").fetchone()
            first = f"WHERE rowid = (SELECT MIN(rowid) FROM {table.name})"
            sql = f"UPDATE {table.name} SET {column.name} = ? {first}"
            damaged = bool(others) and writer.execute(sql, (others[0],)).rowcount > 0
            found = {each: list(damaged_values(store, each)) for each in (cat, dog)}
            raise ZeroDivisionError  # undone
        if damaged:
            words = f"A row of {table.name} refers by {column.name} to another project."
            assert words in found[cat] + found[dog]
        assert not [*damaged_values(store, cat), *damaged_values(store, dog)]


def test_such_a_project_is_listed_as_broken_and_the_other_is_whole(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        cat, dog = fill(store, Random(1)).id, fill(store, Random(2), "Dog").id
        last = store.database.rows("SELECT MAX(id) AS last FROM decision_batches")[0]["last"]
        store.database.write(
            "UPDATE decision_batches SET undoes = ? WHERE id = (SELECT MIN(id) FROM decision_batches)",
            (last,),
        )
        with pytest.raises(StudioError, match="refers by undoes to another project"):
            read_project(store, cat)
        read_project(store, dog)
        assert "refers by undoes" in what_is_damaged(store)
        assert [one.names for one in examine(store, show=show_all) if one.problem == "broken"] == [(cat,)]
        assert {one.id for one in Studio(store).projects()} == {cat, dog}, "what is shown of it is whole"
