"""What the page is told of uploads."""

from pathlib import Path

import pytest

from gal_studio.core.pictures.fidelity import Fidelity
from gal_studio.state.tables.reconstructions import Reconstruction
from gal_studio.ui.api import uploaded


def test_addresses_are_below_that_of_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy may serve the studio under a path."""
    monkeypatch.setattr(uploaded, "reconstruction_warning", lambda _: "Details are lost.")
    lost = Fidelity(10.0, 0.1, 0.1)
    found = Reconstruction("a" * 64, "pocket", "", "b" * 64, *vars(lost).values(), "", 1.0, 2.0)
    shown = uploaded._seen("path", "", found, is_explained=False)
    assert shown.address is not None and not Path(shown.address).is_absolute()
