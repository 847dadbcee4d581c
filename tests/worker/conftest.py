"""Tiny models for the tests of the worker, loaded once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gal_studio.state import Store
from gal_studio.studio import Studio
from gal_studio.worker.models import Models
from tests.short_searches import short_searches
from tests.short_texts import short_texts
from tests.tiny_project import make_models

__all__ = ["short_searches", "short_texts"]


@pytest.fixture(scope="session")
def names(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    return make_models(tmp_path_factory.mktemp("worker-models"))


@pytest.fixture(scope="session")
def models() -> Models:
    return Models()


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    with Store(tmp_path / "workspace") as store:
        yield Studio(store)
