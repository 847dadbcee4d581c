"""Tiny random models, and a folder with two pictures."""

import shutil
from pathlib import Path

import pytest

from tests.commands.running import run, write_project
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
def ran(tmp_path_factory: pytest.TempPathFactory, names: tuple[str, str]) -> Path:
    """A folder like `folder` with a project file and, in `out`, the results of one round."""
    made = tmp_path_factory.mktemp("ran")
    (made / "cat.png").write_bytes(drawing(1))
    assert run("run", write_project(made, names), "--out", made / "out", "--rounds", 1) == 0
    return made


@pytest.fixture
def one_round(ran: Path, tmp_path: Path) -> Path:
    """A copy of that folder."""
    return shutil.copytree(ran, tmp_path / "run")


@pytest.fixture(scope="session")
def tower(tmp_path_factory: pytest.TempPathFactory, names: tuple[str, str]) -> str:
    return make_tower(tmp_path_factory.mktemp("cli-tower") / "tower", names[1])
