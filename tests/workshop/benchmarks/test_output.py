"""What benchmarks leave says what made it, and is read back as it was."""

import json
from pathlib import Path

import pytest

from gal_studio.provenance import made_by
from workshop.benchmarks.output import read, told, write

pytestmark = pytest.mark.thorough


def test_figures_are_written_with_what_made_them(tmp_path: Path) -> None:
    path, rows = tmp_path / "figures.json", [{"case": "cat", "gain": 0.25}]
    write(path, rows)
    assert read(path) == rows and [each.name for each in tmp_path.iterdir()] == ["figures.json"]
    made = json.loads(path.read_text())["made_by"]
    assert made_by().items() <= made.items() and made["device"] and made["cores"] >= 1
    assert told(rows) == {"made_by": made, "figures": rows}
