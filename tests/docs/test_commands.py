"""Modules that the docs start exist; `test_named` asks that of the lab."""

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "README.md",
    ROOT / "assets" / "pocket" / "MODEL_CARD.md",
    *sorted(path for path in (ROOT / "docs").rglob("*.md") if "lab" not in path.parts),
]
SOURCES = [path for folder in ("tools", "benchmarks") for path in sorted((ROOT / folder).rglob("*.py"))]
NAMED = sorted(
    {
        module
        for path in (*PAGES, *SOURCES)
        for module in re.findall(r"python3? -m ([\w.]*\w)", path.read_text(encoding="utf-8"))
    }
)


@pytest.mark.parametrize("module", NAMED)
def test_a_module_that_the_docs_start_exists(module: str) -> None:
    found = importlib.util.find_spec(module)
    assert found is not None
    if found.submodule_search_locations:
        assert importlib.util.find_spec(f"{module}.__main__") is not None
