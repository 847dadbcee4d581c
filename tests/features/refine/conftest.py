"""Tiny random models, and workspaces whose rounds are trained or refined once."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from gal_studio.state import Store
from gal_studio.studio import Studio
from gal_studio.worker.models import Models
from tests.short_searches import shortened
from tests.tiny_project import make_models, make_tower, object_draft, tiny_draft
from tests.worker.running import changes, first_round, refined, work


@pytest.fixture(scope="session")
def names(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    return make_models(tmp_path_factory.mktemp("refining-models"))


@pytest.fixture(scope="session")
def tower(tmp_path_factory: pytest.TempPathFactory, names: tuple[str, str]) -> str:
    return make_tower(tmp_path_factory.mktemp("refining-tower") / "tower", names[1])


@pytest.fixture(scope="session")
def models() -> Models:
    return Models()


@pytest.fixture(scope="session")
def trained(
    tmp_path_factory: pytest.TempPathFactory, names: tuple[str, str], tower: str, models: Models
) -> Path:
    """A workspace with an object and a style, each with a first round that was trained and drawn."""
    folder = tmp_path_factory.mktemp("refining") / "workspace"
    with Store(folder) as store, shortened():
        studio = Studio(store)
        for draft in (object_draft, tiny_draft):
            project_id = studio.create_project(draft(names, changes=changes(tower)))
            studio.run_round(studio.rounds(project_id)[0].id)
        work(studio, models)
    return folder


@pytest.fixture
def studio(trained: Path, tmp_path: Path) -> Iterator[Studio]:
    shutil.copytree(trained, tmp_path / "workspace")
    with Store(tmp_path / "workspace") as store:
        yield Studio(store)


@pytest.fixture(scope="session")
def refined_once(trained: Path, tmp_path_factory: pytest.TempPathFactory, models: Models) -> Path:
    """A copy of the workspace, in which the object's first round is refined."""
    folder = tmp_path_factory.mktemp("refined") / "workspace"
    shutil.copytree(trained, folder)
    with Store(folder) as store, shortened():
        refined(Studio(store), models, first_round(Studio(store), "object"))
    return folder


@pytest.fixture
def done(refined_once: Path, tmp_path: Path) -> Iterator[tuple[Studio, str, str]]:
    """A studio with a refined object: studio, round, refinement."""
    shutil.copytree(refined_once, tmp_path / "refined")
    with Store(tmp_path / "refined") as store:
        first = first_round(Studio(store), "object")
        yield Studio(store), first, store.snapshots.node(first).children[0].id
