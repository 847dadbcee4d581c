"""Which files the packages have: a source package everything, a wheel what runs."""

from functools import cache
from pathlib import Path

import pytest
from hatchling.builders.sdist import SdistBuilder
from hatchling.builders.wheel import WheelBuilder

ROOT = Path(__file__).parents[2]
FOLDERS = ("assets", "tests", "tools", "workshop", "docs", "gal_studio", "starters", ".github")
PASSING = {"node_modules", "__pycache__", ".types", "work"}
"""Folders that work leaves, and Git ignores."""


@cache
def packed(builder: type[SdistBuilder] | type[WheelBuilder]) -> frozenset[str]:
    """The paths in a package, without building it."""
    return frozenset(one.distribution_path for one in builder(str(ROOT)).recurse_included_files())


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_source_package_has_what_the_checks_need(folder: str) -> None:
    files = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and path.suffix != ".pyc" and not PASSING.intersection(path.relative_to(ROOT).parts)
    }
    assert files - packed(SdistBuilder) == set()


def test_the_wheel_has_the_studio_with_its_page_and_model_alone() -> None:
    wheel = packed(WheelBuilder)
    assert {path.split("/")[0] for path in wheel} == {"gal_studio"}
    assets = {path.partition("gal_studio/_assets/")[2] for path in wheel}
    wanted = {
        path.relative_to(ROOT / "assets").as_posix()
        for path in (ROOT / "assets").rglob("*")
        if path.is_file() and not path.name.endswith(".d.ts")
    }
    assert wanted <= assets
    assert {f"gal_studio/{name}.py" for name in ("__init__", "__main__", "cli", "version")} <= wheel
