"""Cheaper constants for tests of whole jobs, whose outcome does not depend on them."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from gal_studio.engine.patches import foreground
from gal_studio.engine.sampling import sampler
from gal_studio.engine.training import fine_tune, gradients, latents


@contextmanager
def shortened() -> Iterator[None]:
    """Short searches for divergence and foregrounds, and no look for memory that tiny models always have.

    Each takes a fifth to a quarter of a tiny training, or of a refinement.
    """
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(fine_tune, "PROBED_ROWS", 2)  # not 8: one pass instead of four
        patched.setattr(foreground, "WORKING_SIDE", 64)  # not 256, however small the pictures are
        for module in (gradients, latents, sampler):  # nothing is planned where the memory is unknown
            patched.setattr(module, "free_memory", lambda _device: None)
        yield


@pytest.fixture(scope="module", autouse=True)
def short_searches() -> Iterator[None]:
    """For each module of a folder whose `conftest.py` has this fixture.

    `test_divergence.py`, `test_foreground.py` and `engine/memory` prove the searches as they are; a module
    that needs them so has a fixture of this name.
    """
    with shortened():
        yield
