"""Rounds that form a loop: named, cut where it began, and no hindrance to the repair of anything else."""

from pathlib import Path

import pytest

from gal_studio.commands.doctor import check_workspace
from gal_studio.core.errors import StudioError
from gal_studio.state import Store
from gal_studio.state.database.tables import TABLES
from gal_studio.studio import Studio
from gal_studio.studio.views.everything import show_all
from gal_studio.workspace.archive.project_tables import own_columns
from gal_studio.workspace.archive.reader import import_project
from gal_studio.workspace.archive.writer import export_project
from gal_studio.workspace.check import examine
from gal_studio.workspace.loops import loops_in

LAST = "(SELECT id FROM rounds ORDER BY rowid DESC LIMIT 1)"
FIRST = "(SELECT id FROM rounds ORDER BY rowid LIMIT 1)"
LOOPS = {
    "all after the last": f"UPDATE rounds SET parent_id = {LAST}",
    "after itself": "UPDATE rounds SET parent_id = id",
    "in a ring": f"UPDATE rounds SET parent_id = {LAST} WHERE id = {FIRST}",
    "a copy of itself": "UPDATE rounds SET copy_of = id",
    "copies in a ring": f"UPDATE rounds SET copy_of = IIF(id = {FIRST}, {LAST}, {FIRST})",
    "a copy of what comes after it": f"UPDATE rounds SET copy_of = {LAST} WHERE id = {FIRST}",
}


@pytest.mark.parametrize("sql", LOOPS.values(), ids=LOOPS)
def test_a_loop_is_cut_and_the_rest_is_repaired_too(sql: str, full: Store, tmp_path: Path) -> None:
    lost = full.database.rows("SELECT image FROM candidates LIMIT 1")[0]["image"]
    full.images.path(lost).unlink()
    full.database.write(sql)
    full.close()
    found = check_workspace(full.workspace, repair=False)["found"]
    assert sum("form a loop that begins with" in one and "cuts it there" in one for one in found) == 1
    done = check_workspace(full.workspace, repair=True)
    assert done["left"] == [] and any("cut there" in one for one in done["done"])
    assert any("Generate makes them again" in one for one in done["done"])
    with Store(full.workspace) as store:
        assert examine(store, show=show_all) == () and not store.projects.archived()
        (project,) = store.projects.names()
        export_project(store, project, tmp_path / "cat.zip")
        with Store(tmp_path / "other") as other:
            assert len(other.rounds.of_project(import_project(other, tmp_path / "cat.zip", show_all))) == 3


def test_such_a_project_is_listed_as_broken_and_says_so(full: Store) -> None:
    (project,) = full.projects.names()
    full.database.write(LOOPS["after itself"])
    (listed,) = Studio(full).broken_projects()
    assert "Its rounds form a loop" in listed.problem and "gal-studio doctor" in listed.problem
    with pytest.raises(StudioError, match="form a loop"):
        full.snapshots.project(project)


@pytest.mark.parametrize(
    ("table", "column"), [(table, column) for table in TABLES for column in own_columns(table)],
    ids=lambda one: getattr(one, "name", one),
)  # fmt: skip
def test_each_column_that_names_rows_of_its_table_is_looked_at(
    table: object, column: str, full: Store
) -> None:
    full.database.write(f"UPDATE {table.name} SET {column} = id")  # type: ignore[attr-defined]
    assert len(loops_in(full, table)) == len(full.database.rows(f"SELECT id FROM {table.name}")) > 0  # type: ignore[arg-type, attr-defined]
    full.close()
    assert check_workspace(full.workspace, repair=True)["left"] == []
