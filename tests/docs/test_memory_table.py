"""The table of presets in docs/models.md is what the rule chooses."""

from pathlib import Path

from tools.shapes.table import table

MODELS = Path(__file__).parents[2] / "docs" / "models.md"


def test_the_table_is_that_of_the_rule() -> None:
    assert table() in MODELS.read_text(encoding="utf-8")
