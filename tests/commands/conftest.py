"""Tiny random models, and a folder with two pictures."""

from pathlib import Path

import pytest

from tests.short_searches import short_searches
from tests.tiny_project import drawing, make_models, make_tower

__all__ = ["short_searches"]


@pytest.fixture(scope="session")
def names(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    return make_models(tmp_path_factory.mktemp("cli-models"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "cat.png").write_bytes(drawing(1))
    (tmp_path / "boat.png").write_bytes(drawing(2))
    return tmp_path


@pytest.fixture(scope="session")
def tower(tmp_path_factory: pytest.TempPathFactory, names: tuple[str, str]) -> str:
    return make_tower(tmp_path_factory.mktemp("cli-tower") / "tower", names[1])
