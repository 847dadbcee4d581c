"""Cheaper constants for tests of whole jobs, whose outcome does not depend on them."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from gal_studio.engine.patches import foreground
from gal_studio.engine.training import fine_tune


@contextmanager
def shortened() -> Iterator[None]:
    """Short searches for divergence and foregrounds: a fifth of a tiny training and of a refinement."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(fine_tune, "PROBED_ROWS", 2)  # not 8: one pass instead of four
        patched.setattr(foreground, "WORKING_SIDE", 64)  # not 256, however small the pictures are
        yield


@pytest.fixture(scope="module", autouse=True)
def short_searches() -> Iterator[None]:
    """For each module of a folder whose `conftest.py` has this fixture.

    `test_divergence.py` and `test_foreground.py` prove the searches as they are; a module that needs them so
    has a fixture of this name.
    """
    with shortened():
        yield
