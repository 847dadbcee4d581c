"""The tables of memory in the documents are those of the rule; no plan is below what was measured."""

from pathlib import Path

import pytest

from gal_studio.core.memory.room import GIGABYTE
from tools.shapes.measured import ON_A_CPU, ON_A_GPU, Measured
from tools.shapes.table import measured_table, table

DOCS = Path(__file__).parents[2] / "docs"


def test_the_tables_are_those_of_the_rule() -> None:
    assert table() in (DOCS / "models.md").read_text(encoding="utf-8")
    assert measured_table() in (DOCS / "results.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("one", [*ON_A_GPU, *ON_A_CPU], ids=lambda one: f"{one.preset}-{one.part}-{one.peak}")
def test_no_plan_is_below_what_was_measured(one: Measured) -> None:
    assert one.peak <= one.planned / GIGABYTE <= 1.4 * one.peak
