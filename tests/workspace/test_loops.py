"""Rounds that form a loop break their project alone: it is named, and put aside like any other."""

import pytest

from gal_studio.commands.doctor import check_workspace
from gal_studio.core.errors import StudioError
from gal_studio.state import Store
from gal_studio.studio import Studio

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
def test_such_a_project_is_put_aside_and_the_rest_is_repaired_too(sql: str, full: Store) -> None:
    (project,) = full.projects.names()
    full.database.write(sql)
    (listed,) = Studio(full).broken_projects()
    assert "Its rounds form a loop" in listed.problem and "gal-studio doctor" in listed.problem
    with pytest.raises(StudioError, match="form a loop"):
        full.snapshots.project(project)
    lost = full.database.rows("SELECT image FROM candidates LIMIT 1")[0]["image"]
    full.images.path(lost).unlink()
    done = check_workspace(full.workspace, repair=True)
    assert done["left"] == [] and full.projects.archived() == {project}
    assert any("form a loop" in one and "Archived" in one for one in done["done"])
    assert any("Generate makes them again" in one for one in done["done"])
