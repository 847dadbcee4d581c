"""A studio without models, and a first round that is trained."""

from pathlib import Path

import pytest

from gal_studio.state import Store
from gal_studio.studio import Studio
from tests.studio.seeding import draft, train


@pytest.fixture
def studio(tmp_path: Path):
    with Store(tmp_path / "workspace") as store:
        yield Studio(store)


@pytest.fixture
def round_id(studio: Studio) -> str:
    """The first round of a style project, trained."""
    project_id = studio.create_project(draft())
    first = studio.store.rounds.of_project(project_id)[0]
    train(studio, first.id)
    return first.id
