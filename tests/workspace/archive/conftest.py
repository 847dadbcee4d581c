"""A project that has something in every table, its archive, and a workspace to import it into."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from gal_studio.state import Store
from gal_studio.workspace.archive.writer import export_project
from tests.workspace.archive.rezip import Archive
from tests.workspace.filled import fill


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A workspace with a project that has something in every table, and the project's archive beside it."""
    folder = tmp_path_factory.mktemp("archive")
    with Store(folder / "workspace") as store:
        project = fill(store, Random(1))
        export_project(store, project.id, folder / "project.zip")
    return folder, project.id


@pytest.fixture
def archive(made: tuple[Path, str], tmp_path: Path) -> Archive:
    return Archive(made[0] / "project.zip", tmp_path / "changed.zip")


@pytest.fixture
def target(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "target") as store:
        yield store
