"""Rows are written by the names of columns: stored, merged, changed, deleted."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from gal_studio.state.database.connection import Database, record, row_of


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "studio.db")
    yield database
    database.close()


@dataclass(frozen=True)
class Found:
    """What is stored of a picture's foreground, and what is not."""

    mask: str | None
    problem: str
    passing: int = 0


def test_a_dataclass_is_the_row_of_its_columns_and_of_what_is_given() -> None:
    row = row_of("foregrounds", Found("m", "", 7), image="i")
    assert row == {"image": "i", "mask": "m", "problem": ""}
    assert row_of("foregrounds", Found("m", ""), image="i", mask=None)["mask"] is None


def test_what_is_written_is_read_again(database: Database) -> None:
    database.insert("foregrounds", row_of("foregrounds", Found(None, "none"), image="a"))
    (row,) = database.rows("SELECT * FROM foregrounds")
    assert record(Found, row, passing=0) == Found(None, "none")


def test_an_existing_row_refuses_stays_or_gives_way(database: Database) -> None:
    def masks() -> list[str]:
        return [row["mask"] for row in database.rows("SELECT mask FROM foregrounds ORDER BY image")]

    first, second = ({"image": "a", "mask": mask, "problem": ""} for mask in "mn")
    database.insert("foregrounds", first)
    with pytest.raises(sqlite3.IntegrityError):
        database.insert("foregrounds", {"image": "b", "mask": "m", "problem": ""}, second)
    assert masks() == ["m"], "all or nothing"
    database.insert("foregrounds", second, instead="ignore")
    assert masks() == ["m"]
    database.insert("foregrounds", second, instead="replace")
    assert masks() == ["n"]


def test_a_merged_row_keeps_what_is_set_once(database: Database) -> None:
    for mask, problem in (("m", "first"), ("n", "second")):
        database.upsert(
            "foregrounds", {"image": "a", "mask": mask, "problem": problem}, once=("image", "problem")
        )
    (row,) = database.rows("SELECT * FROM foregrounds")
    assert (row["mask"], row["problem"]) == ("n", "first")


def test_rows_are_changed_and_deleted_by_their_values_none_among_them(database: Database) -> None:
    rows = [{"image": name, "mask": mask, "problem": ""} for name, mask in (("a", None), ("b", "m"))]
    database.insert("foregrounds", *rows)
    assert database.update("foregrounds", {"mask": None}, problem="none") == 1
    assert database.delete("foregrounds", mask=None, problem="none") == 1
    assert database.delete("foregrounds", image="c") == 0
    assert [row["image"] for row in database.rows("SELECT image FROM foregrounds")] == ["b"]
