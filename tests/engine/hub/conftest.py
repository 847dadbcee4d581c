"""The hub of a test, with a cache of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gal_studio.engine.hub import needs
from tests.local_hub import LocalHub, running, use


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalHub]:
    """A hub that serves nothing yet."""
    monkeypatch.setattr(needs, "_silent_since", [-1e9])
    with running(tmp_path / "cache") as hub:
        use(hub, monkeypatch)
        yield hub
