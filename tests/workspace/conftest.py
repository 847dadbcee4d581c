from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from gal_studio.state import Store
from tests.workspace.filled import fill


@pytest.fixture
def full(tmp_path: Path) -> Iterator[Store]:
    """A workspace with something in every table."""
    with Store(tmp_path / "workspace") as store:
        fill(store, Random(3))
        yield store


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A closed one, without a replay."""
    with Store(tmp_path / "workspace") as store:
        fill(store, Random(1), replayed=False)
    return tmp_path / "workspace"
