"""A project is not put aside for rows that the studio makes again: the fewest of them are left out."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from gal_studio.state import Store
from gal_studio.studio.views.everything import show_all
from gal_studio.workspace import spare_rows
from gal_studio.workspace.check import examine
from gal_studio.workspace.repair import repair
from tests.workspace.filled import fill

FIRST = "WHERE rowid = (SELECT MIN(rowid) FROM {0})"
LAST = "WHERE rowid = (SELECT MAX(rowid) FROM {0})"


@pytest.fixture
def full(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "workspace") as store:
        fill(store, Random(5))
        fill(store, Random(6), "Dog")
        yield store


def damage(store: Store, table: str, column: str, value: object, which: str = FIRST) -> None:
    with store.database.transaction() as writer:
        writer.execute("PRAGMA ignore_check_constraints = ON")
        writer.execute(f"UPDATE {table} SET {column} = ? {which.format(table)}", (value,))
        writer.execute("PRAGMA ignore_check_constraints = OFF")


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("exports", "measured", "7"),
        ("exports", "measured", '["good", 7]'),
        ("exports", "measured", "half of a [list"),
        ("test_pictures", "scores", '{"clip": "high"}'),
        ("trials", "scores", "[1, 2]"),
        ("candidates", "remark", "unknown word"),
        ("test_pictures", "remark", "unknown word"),
        ("candidates", "switch", 7.5),
        ("patch_maps", "map_values", b"\x01"),
        ("patch_maps", "map_values", b""),
        ("patch_maps", "height", -1),
        ("patch_maps", "width", 2**40),
        ("trials", "feature", b"\x01"),
        ("candidates", "feature", b"\x01"),
    ],
)
def test_a_project_stays_on_the_list(full: Store, table: str, column: str, value: object) -> None:
    rows = len(full.database.rows(f"SELECT 1 FROM {table}"))
    damage(full, table, column, value)
    found = examine(full, show=show_all)
    assert [finding.problem for finding in found] == ["broken"]
    (said,) = repair(full, found, show_all)
    assert "Repaired: 1 " in said
    assert examine(full, show=show_all) == ()
    assert not full.projects.archived()
    assert rows - len(full.database.rows(f"SELECT 1 FROM {table}")) <= 1, "the others are kept"


def test_the_fewest_rows_of_several_tables_are_left_out(full: Store) -> None:
    project_id = full.projects.names().popitem()[0]
    before = {name: len(full.database.rows(f"SELECT 1 FROM {name}")) for name in ("exports", "test_pictures")}
    for which in (FIRST, LAST):  # one in each project
        damage(full, "exports", "measured", "{}", which)
        damage(full, "test_pictures", "scores", "[]", which)
    assert len(repair(full, examine(full, show=show_all), show_all)) == 2
    assert examine(full, show=show_all) == () and not full.projects.archived()
    after = {name: len(full.database.rows(f"SELECT 1 FROM {name}")) for name in before}
    assert {name: before[name] - after[name] for name in before} == {"exports": 2, "test_pictures": 2}
    assert spare_rows.mends(full, project_id, lambda *_: None) == (), "a whole one needs none"


def test_beyond_a_number_of_tries_whole_tables_are_left_out(
    full: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spare_rows, "MOST_TRIES", 1)
    damage(full, "test_pictures", "scores", "[]")
    (said,) = repair(full, examine(full, show=show_all), show_all)
    assert "rows of test_pictures left out; Measure generates and measures them again." in said
    assert examine(full, show=show_all) == () and not full.projects.archived()


def test_what_a_person_did_is_never_left_out(full: Store) -> None:
    damage(full, "rounds", "settings", "[]")
    (said,) = repair(full, examine(full, show=show_all), show_all)
    assert "Put aside" in said and len(full.projects.archived()) == 1
